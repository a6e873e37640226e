use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

const NEW: &str = "violet-engine-sunday";

#[sqlx::test]
async fn password_change_replaces_own_session_and_ends_others(db: PgPool) {
    let app = TestApp::new(db);
    let mut phone = app.user_client(EMAIL).await;
    let mut laptop = app.anon_client().await;
    laptop.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
    let before = laptop.clone();
    laptop.post("/api/auth/change-password", json!({ "currentPassword": PASSWORD, "password": NEW })).await.expect_status(200);
    laptop.get("/api/auth/session").await.expect_status(200);
    before.clone().get("/api/auth/session").await.expect_status(401);
    phone.get("/api/auth/session").await.expect_status(401);
    assert_eq!(app.newest_mail(EMAIL).await.expect("a mail").subject, "Your Huntaze password was changed");
    app.anon_client().await.post("/api/auth/login", json!({ "email": EMAIL, "password": NEW })).await.expect_status(200);
    // The CSRF token was replaced together with the session.
    laptop.post("/api/auth/logout", json!({})).await.expect_status(200);
}

#[sqlx::test]
async fn wrong_current_password_is_rejected_and_rate_limited(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    for _ in 0..10 {
        let answer =
            user_client.post("/api/auth/change-password", json!({ "currentPassword": "wrong", "password": NEW })).await.expect_status(400);
        assert_eq!(answer.json()["fields"]["currentPassword"], "This is not your password.");
    }
    user_client.post("/api/auth/change-password", json!({ "currentPassword": PASSWORD, "password": NEW })).await.expect_status(429);
}

#[sqlx::test]
async fn weak_new_password_is_rejected(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    for weak in ["short", "password1", "ada@example.com"] {
        let answer = user_client
            .post("/api/auth/change-password", json!({ "currentPassword": PASSWORD, "password": weak }))
            .await
            .expect_status(400);
        assert!(answer.json()["fields"]["password"].is_string(), "{weak}");
    }
    app.anon_client()
        .await
        .post("/api/auth/change-password", json!({ "currentPassword": PASSWORD, "password": NEW }))
        .await
        .expect_status(401);
}
