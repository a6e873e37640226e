use insta::assert_json_snapshot;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{PASSWORD, TestApp};

#[sqlx::test]
async fn registration_sends_mail_and_creates_no_session(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    let answer =
        anon_client.post("/api/auth/register", json!({ "email": " Ada@Example.com ", "password": PASSWORD })).await.expect_status(202);
    assert_json_snapshot!(answer.json(), @r#"
    {
      "status": "check_email"
    }
    "#);
    assert!(!anon_client.is_signed_in());
    let mail = app.newest_mail("ada@example.com").await.expect("a mail");
    assert_eq!(mail.subject, "Verify your e-mail for Huntaze");
    assert!(mail.text_body.contains("http://127.0.0.1:3000/verify-email?token="));
    assert!(!mail.html_body.contains(PASSWORD));
    assert_eq!(anon_client.get("/api/auth/pending-email").await.json(), json!({ "status": "ada@example.com" }));
}

#[sqlx::test]
async fn known_address_gets_same_response_and_different_mail(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified("ada@example.com").await;
    let mut anon_client = app.anon_client().await;
    let answer = anon_client
        .post("/api/auth/register", json!({ "email": "ADA@example.com", "password": "another-good-one" }))
        .await
        .expect_status(202);
    assert_eq!(answer.json(), json!({ "status": "check_email" }));
    assert_eq!(app.newest_mail("ada@example.com").await.expect("a mail").subject, "You already have a Huntaze account");
    // The existing password still works.
    anon_client.post("/api/auth/login", json!({ "email": "ada@example.com", "password": PASSWORD })).await.expect_status(200);
}

#[sqlx::test]
async fn second_registration_invalidates_first_link_and_password(db: PgPool) {
    let app = TestApp::new(db);
    let mut stranger = app.anon_client().await;
    stranger.post("/api/auth/register", json!({ "email": "ada@example.com", "password": "set-by-a-stranger" })).await.expect_status(202);
    let stale = app.mailed_token("ada@example.com").await;
    let mut owner = app.anon_client().await;
    owner.post("/api/auth/register", json!({ "email": "ada@example.com", "password": PASSWORD })).await.expect_status(202);
    let fresh = app.mailed_token("ada@example.com").await;

    owner.post("/api/auth/verify-email", json!({ "token": stale })).await.expect_status(404);
    owner.post("/api/auth/verify-email", json!({ "token": fresh })).await.expect_status(200);
    stranger.post("/api/auth/login", json!({ "email": "ada@example.com", "password": "set-by-a-stranger" })).await.expect_status(401);
    owner.post("/api/auth/login", json!({ "email": "ada@example.com", "password": PASSWORD })).await.expect_status(200);
}

#[sqlx::test]
async fn invalid_input_returns_errors_by_field(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    let answer = anon_client.post("/api/auth/register", json!({ "email": "nope", "password": "short" })).await.expect_status(400);
    assert_json_snapshot!(answer.error(), @r#"
    {
      "code": "invalid_input",
      "error": "Please check what you entered.",
      "fields": {
        "email": "Enter an e-mail address like name@example.com.",
        "password": "Use at least 8 characters."
      },
      "requestId": "[id]"
    }
    "#);
    let answer = anon_client.post("/api/auth/register", json!({})).await.expect_status(400);
    assert_eq!(answer.json()["fields"]["email"], "Enter your e-mail.");
    let answer =
        anon_client.post("/api/auth/register", json!({ "email": "ada@example.com", "password": "password1" })).await.expect_status(400);
    assert_eq!(answer.json()["fields"]["password"], "This password is too easy to guess. Try a few unrelated words.");
    assert!(app.newest_mail("ada@example.com").await.is_none());
}

#[sqlx::test]
async fn password_strength_returns_score_and_suggestions(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    let answer = anon_client.post("/api/auth/password-strength", json!({ "password": "password", "email": "" })).await.expect_status(200);
    assert_json_snapshot!(answer.json(), @r#"
    {
      "score": 0,
      "suggestions": [
        "Add another word or two. Uncommon words are better."
      ],
      "warning": "This is a top-10 common password."
    }
    "#);
}
