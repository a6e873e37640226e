use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

const NEW: &str = "violet-engine-sunday";

async fn reset_token(app: &TestApp) -> String {
    let mut anon_client = app.anon_client().await;
    anon_client.post("/api/auth/forgot-password", json!({ "email": EMAIL })).await.expect_status(202);
    app.mailed_token(EMAIL).await
}

#[sqlx::test]
async fn password_reset_ends_all_sessions(db: PgPool) {
    let app = TestApp::new(db);
    let mut elsewhere = app.user_client(EMAIL).await;
    let token = reset_token(&app).await;
    let mut anon_client = app.anon_client().await;
    anon_client.get(&format!("/api/auth/reset-password?token={token}")).await.expect_status(200);
    anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": NEW })).await.expect_status(200);
    elsewhere.get("/api/auth/session").await.expect_status(401);
    anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(401);
    anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": NEW })).await.expect_status(200);
    app.newest_mail(EMAIL).await;
    let subjects = app.mailer.subjects_to(EMAIL);
    assert_eq!(subjects[subjects.len() - 2..], ["Your Huntaze password was changed", "New sign-in to your Huntaze account"]);
}

#[sqlx::test]
async fn reset_link_is_single_use_and_expires_after_an_hour(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let token = reset_token(&app).await;
    let mut anon_client = app.anon_client().await;
    anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": NEW })).await.expect_status(200);
    anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": "a third password" })).await.expect_status(410);
    app.clock.advance(TimeDelta::minutes(2));

    let token = reset_token(&app).await;
    app.clock.advance(TimeDelta::hours(1));
    anon_client.get(&format!("/api/auth/reset-password?token={token}")).await.expect_status(410);
    anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": NEW })).await.expect_status(410);
    let page = anon_client.page(&format!("/reset-password?token={token}")).await;
    assert!(page.body.contains("This link has expired") && page.body.contains("Send a new link"));
    // A new link can be requested with the expired token, without entering the address again.
    anon_client.post("/api/auth/forgot-password", json!({ "token": token })).await.expect_status(202);
    assert_ne!(app.mailed_token(EMAIL).await, token);
}

#[sqlx::test]
async fn rejected_password_does_not_consume_reset_link(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let token = reset_token(&app).await;
    let mut anon_client = app.anon_client().await;
    for password in ["short", "password1", ""] {
        let answer = anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": password })).await.expect_status(400);
        assert!(answer.json()["fields"]["password"].is_string());
    }
    anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": NEW })).await.expect_status(200);
}

#[sqlx::test]
async fn verification_link_cannot_reset_password(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    anon_client.post("/api/auth/register", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(202);
    let token = app.mailed_token(EMAIL).await;
    anon_client.post("/api/auth/reset-password", json!({ "token": token, "password": NEW })).await.expect_status(404);
}

#[sqlx::test]
async fn unknown_address_gets_same_response_and_no_mail(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let mut anon_client = app.anon_client().await;
    let known = anon_client.post("/api/auth/forgot-password", json!({ "email": EMAIL })).await.expect_status(202);
    let unknown = anon_client.post("/api/auth/forgot-password", json!({ "email": "nobody@example.com" })).await.expect_status(202);
    assert_eq!(known.json(), unknown.json());
    assert!(app.newest_mail("nobody@example.com").await.is_none());
}
