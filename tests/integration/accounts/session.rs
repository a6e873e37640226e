use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test]
async fn session_request_without_cookie_is_unauthenticated(db: PgPool) {
    let app = TestApp::new(db);
    let answer = app.client().get("/api/auth/session").await.expect_status(401);
    assert_eq!(answer.code(), "unauthenticated");
}

#[sqlx::test]
async fn logout_ends_session_on_the_server(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.user_client("ada@example.com").await;
    let thief = browser.clone();
    let answer = browser.post("/api/auth/logout", json!({})).await.expect_status(200);
    assert_eq!(answer.location(), "/login?reason=signed-out");
    assert!(!browser.is_signed_in());
    thief.clone().get("/api/auth/session").await.expect_status(401);
}

/// A request with the old session is answered after the browser has received a new session.
#[sqlx::test]
async fn response_to_old_session_does_not_clear_new_cookie(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.user_client("ada@example.com").await;
    let mut late = browser.clone();
    let password = json!({ "currentPassword": crate::support::PASSWORD, "password": "violet-engine-sunday" });
    browser.post("/api/auth/change-password", password).await.expect_status(200);
    let answer = late.get("/api/auth/session").await.expect_status(401);
    assert!(!answer.headers.contains_key("set-cookie"), "{:?}", answer.headers);
    browser.get("/api/auth/session").await.expect_status(200);
}

#[sqlx::test]
async fn session_hash_as_cookie_is_rejected(db: PgPool) {
    let app = TestApp::new(db.clone());
    let browser = app.user_client("ada@example.com").await;
    let hash: Vec<u8> = sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_one(&db).await.expect("a row");
    let token = &browser.cookies["huntaze_session"];
    assert!(!token.as_bytes().windows(8).any(|part| hash.windows(8).any(|other| other == part)));
    let mut thief = app.client();
    thief.cookies.insert("huntaze_session".to_owned(), hex::encode(hash));
    thief.get("/api/auth/session").await.expect_status(401);
}

#[sqlx::test]
async fn expired_session_redirects_to_login_with_reason(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.user_client("ada@example.com").await;
    app.clock.advance(chrono::TimeDelta::hours(25));
    let answer = browser.page("/home").await.expect_status(303);
    assert_eq!(answer.location(), "/login?reason=ended&next=/home");
    assert!(!browser.is_signed_in(), "the cookie of the expired session is removed");
    assert!(browser.page("/login?reason=ended").await.body.contains("Your session has ended. Sign in again."));
}
