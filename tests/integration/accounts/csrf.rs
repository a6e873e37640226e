use http::{Request, header};
use insta::assert_json_snapshot;
use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test]
async fn post_without_token_of_own_session_is_rejected(db: PgPool) {
    let app = TestApp::new(db);
    let mut none = app.client();
    let answer = none.post("/api/auth/logout", json!({})).await.expect_status(403);
    assert_json_snapshot!(answer.error(), @r#"
    {
      "code": "csrf_invalid",
      "error": "This page was open for too long. Please try again.",
      "requestId": "[id]"
    }
    "#);
    assert_eq!(answer.header("x-csrf-token"), "refused", "tells the front end to fetch a new token");

    let mut user_client = app.user_client("ada@example.com").await;
    let mine = user_client.csrf();
    user_client.cookies.insert("huntaze_csrf".to_owned(), app.anon_client().await.csrf());
    user_client.post("/api/auth/logout", json!({})).await.expect_status(403);
    user_client.cookies.insert("huntaze_csrf".to_owned(), mine);
    user_client.post("/api/auth/logout", json!({})).await.expect_status(200);
}

#[sqlx::test]
async fn csrf_header_differing_from_cookie_is_rejected(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    let other = app.anon_client().await.csrf();
    let request = Request::post("/api/auth/logout")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-csrf-token", other)
        .body(axum::body::Body::from("{}"));
    anon_client.send(request.expect("a request")).await.expect_status(403);
}

#[sqlx::test]
async fn cross_site_post_is_rejected(db: PgPool) {
    let app = TestApp::new(db);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")] {
        let mut anon_client = app.anon_client().await;
        anon_client.headers.insert(name, value.to_owned());
        anon_client.post("/api/auth/logout", json!({})).await.expect_status(403);
    }
    let mut anon_client = app.anon_client().await;
    anon_client.headers.insert("sec-fetch-site", "same-origin".to_owned());
    anon_client.headers.insert("origin", "http://127.0.0.1:3000".to_owned());
    anon_client.post("/api/auth/logout", json!({})).await.expect_status(200);
}

#[sqlx::test]
async fn csrf_token_expires_after_a_day(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    app.clock.advance(chrono::TimeDelta::hours(24));
    anon_client.post("/api/auth/logout", json!({})).await.expect_status(403);
}

#[sqlx::test]
async fn landing_page_sets_no_cookie_but_form_pages_do(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    anon_client.page("/beta").await.expect_status(200);
    assert!(anon_client.cookies.is_empty());
    anon_client.page("/login").await.expect_status(200);
    let first = anon_client.csrf();
    assert!(!first.is_empty());
    anon_client.page("/register").await.expect_status(200);
    assert_eq!(anon_client.csrf(), first, "a valid token is not replaced");
}
