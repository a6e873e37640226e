use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test]
async fn name_is_trimmed_and_can_be_removed(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    user_client.post("/api/account/profile", json!({ "name": "  Ada Lovelace " })).await.expect_status(200);
    assert_eq!(user_client.get("/api/auth/session").await.json()["name"], "Ada Lovelace");
    assert!(user_client.page("/home").await.body.contains("Ada Lovelace"));
    // What is not understood, or not there, erases nothing.
    user_client.post("/api/account/profile", json!({})).await.expect_status(400);
    user_client.post("/api/account/profile", json!({ "name": null })).await.expect_status(400);
    for content_type in ["text/plain", "application/xml", "application/jsonp"] {
        let answer = user_client.post_raw("/api/account/profile", content_type, "{}").await.expect_status(415);
        assert_eq!(answer.code(), "unsupported_media_type", "{content_type}");
    }
    let page = user_client.page("/settings").await.body;
    assert!(page.contains("Ada Lovelace"), "{page}");
    user_client.post_raw("/api/account/profile", "Application/JSON", r#"{"name":"Ada King"}"#).await.expect_status(200);
    user_client.post("/api/account/profile", json!({ "name": " " })).await.expect_status(200);
    assert!(user_client.get("/api/auth/session").await.json()["name"].is_null());
}

#[sqlx::test]
async fn invalid_name_is_rejected_and_markup_is_escaped(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    for name in ["x".repeat(81), "two\nlines".to_owned()] {
        let answer = user_client.post("/api/account/profile", json!({ "name": name })).await.expect_status(400);
        assert!(answer.json()["fields"]["name"].is_string());
    }
    user_client.post("/api/account/profile", json!({ "name": "<script>alert(1)</script>" })).await.expect_status(200);
    assert!(!user_client.page("/settings").await.body.contains("<script>alert"));
    app.anon_client().await.post("/api/account/profile", json!({ "name": "x" })).await.expect_status(401);
}
