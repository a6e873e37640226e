use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

async fn registered(app: &TestApp) -> String {
    let mut anon_client = app.anon_client().await;
    anon_client.post("/api/auth/register", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(202);
    app.mailed_token(EMAIL).await
}

#[sqlx::test]
async fn checking_link_does_not_verify_address(db: PgPool) {
    let app = TestApp::new(db);
    let token = registered(&app).await;
    let mut anon_client = app.anon_client().await;
    for _ in 0..2 {
        let answer = anon_client.get(&format!("/api/auth/verify-email?token={token}")).await.expect_status(200);
        assert_eq!(answer.json(), json!({ "status": "valid" }));
    }
    anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(403);
}

#[sqlx::test]
async fn second_verification_returns_already_used(db: PgPool) {
    let app = TestApp::new(db);
    let token = registered(&app).await;
    let mut anon_client = app.anon_client().await;
    let answer = anon_client.post("/api/auth/verify-email", json!({ "token": token })).await.expect_status(200);
    assert_eq!(answer.json(), json!({ "status": "valid" }));
    let answer = anon_client.post("/api/auth/verify-email", json!({ "token": token })).await.expect_status(200);
    assert_eq!(answer.json(), json!({ "status": "already_used" }));
    app.clock.advance(TimeDelta::hours(24));
    let mut anon_client = app.anon_client().await;
    assert_eq!(anon_client.post("/api/auth/verify-email", json!({ "token": token })).await.expect_status(410).code(), "gone");
}

#[sqlx::test]
async fn expired_link_can_be_replaced(db: PgPool) {
    let app = TestApp::new(db);
    let token = registered(&app).await;
    app.clock.advance(TimeDelta::hours(24));
    let mut anon_client = app.anon_client().await;
    anon_client.get(&format!("/api/auth/verify-email?token={token}")).await.expect_status(410);
    anon_client.post("/api/auth/verify-email", json!({ "token": token })).await.expect_status(410);
    let page = anon_client.page(&format!("/verify-email?token={token}")).await.expect_status(200);
    assert!(page.body.contains("This link has expired") && page.body.contains("Send a new link"));

    anon_client.post("/api/auth/resend-verification", json!({ "token": token })).await.expect_status(202);
    let fresh = app.mailed_token(EMAIL).await;
    assert_ne!(fresh, token);
    anon_client.post("/api/auth/verify-email", json!({ "token": fresh })).await.expect_status(200);
}

#[sqlx::test]
async fn resend_has_cooldown_and_does_not_reveal_addresses(db: PgPool) {
    let app = TestApp::new(db);
    registered(&app).await;
    app.register_verified("verified@example.com").await;
    let mut anon_client = app.anon_client().await;
    for email in [EMAIL, EMAIL, "verified@example.com", "unknown@example.com"] {
        let answer = anon_client.post("/api/auth/resend-verification", json!({ "email": email })).await.expect_status(202);
        assert_eq!(answer.json(), json!({ "status": "check_email" }));
    }
    app.newest_mail(EMAIL).await;
    assert_eq!(app.mailer.count_to(EMAIL), 2, "the first mail, and one sent after the cooldown");
    assert_eq!(app.mailer.count_to("verified@example.com"), 1);
    assert_eq!(app.mailer.count_to("unknown@example.com"), 0);
}

#[sqlx::test]
async fn unknown_link_returns_not_found(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%00"] {
        anon_client.get(&format!("/api/auth/verify-email?token={token}")).await.expect_status(404);
    }
    anon_client.get("/api/auth/verify-email").await.expect_status(404);
}
