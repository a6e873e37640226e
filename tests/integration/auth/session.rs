use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test]
async fn without_a_session_there_is_nobody(db: PgPool) {
    let app = TestApp::new(db);
    let answer = app.client().get("/api/auth/session").await.expect_status(401);
    assert_eq!(answer.code(), "unauthenticated");
}

#[sqlx::test]
async fn signing_out_ends_the_session_on_the_server_too(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.member("ada@example.com").await;
    let thief = browser.clone();
    let answer = browser.post("/api/auth/logout", json!({})).await.expect_status(200);
    assert_eq!(answer.location(), "/login?reason=signed-out");
    assert!(!browser.is_signed_in());
    thief.clone().get("/api/auth/session").await.expect_status(401);
}

/// A call that was under way while a new session took the old one's place comes back late.
#[sqlx::test]
async fn a_late_answer_to_an_old_session_does_not_end_the_new_one(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.member("ada@example.com").await;
    let mut late = browser.clone();
    let password = json!({ "currentPassword": crate::support::PASSWORD, "password": "violet-engine-sunday" });
    browser.post("/api/auth/change-password", password).await.expect_status(200);
    let answer = late.get("/api/auth/session").await.expect_status(401);
    assert!(!answer.headers.contains_key("set-cookie"), "{:?}", answer.headers);
    browser.get("/api/auth/session").await.expect_status(200);
}

#[sqlx::test]
async fn a_stolen_table_signs_nobody_in(db: PgPool) {
    let app = TestApp::new(db.clone());
    let browser = app.member("ada@example.com").await;
    let hash: Vec<u8> = sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_one(&db).await.expect("a row");
    let token = &browser.cookies["huntaze_session"];
    assert!(!token.as_bytes().windows(8).any(|part| hash.windows(8).any(|other| other == part)));
    let mut thief = app.client();
    thief.cookies.insert("huntaze_session".to_owned(), hex::encode(hash));
    thief.get("/api/auth/session").await.expect_status(401);
}

#[sqlx::test]
async fn a_session_that_ended_is_said_to_have_ended(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.member("ada@example.com").await;
    app.clock.advance(chrono::TimeDelta::hours(25));
    let answer = browser.page("/home").await.expect_status(303);
    assert_eq!(answer.location(), "/login?reason=ended&next=/home");
    assert!(!browser.is_signed_in(), "the useless cookie is taken away");
    assert!(browser.page("/login?reason=ended").await.body.contains("Your session has ended. Sign in again."));
}
