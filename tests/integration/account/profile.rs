use serde_json::json;
use sqlx::PgPool;

use crate::support::TestApp;

#[sqlx::test]
async fn name_is_trimmed_and_can_be_removed(db: PgPool) {
    let app = TestApp::new(db);
    let mut member = app.member("ada@example.com").await;
    member.post("/api/account/profile", json!({ "name": "  Ada Lovelace " })).await.expect_status(200);
    assert_eq!(member.get("/api/auth/session").await.json()["name"], "Ada Lovelace");
    assert!(member.page("/home").await.body.contains("Ada Lovelace"));
    member.post("/api/account/profile", json!({ "name": " " })).await.expect_status(200);
    assert!(member.get("/api/auth/session").await.json()["name"].is_null());
}

#[sqlx::test]
async fn invalid_name_is_rejected_and_markup_is_escaped(db: PgPool) {
    let app = TestApp::new(db);
    let mut member = app.member("ada@example.com").await;
    for name in ["x".repeat(81), "two\nlines".to_owned()] {
        let answer = member.post("/api/account/profile", json!({ "name": name })).await.expect_status(400);
        assert!(answer.json()["fields"]["name"].is_string());
    }
    member.post("/api/account/profile", json!({ "name": "<script>alert(1)</script>" })).await.expect_status(200);
    assert!(!member.page("/settings").await.body.contains("<script>alert"));
    app.visitor().await.post("/api/account/profile", json!({ "name": "x" })).await.expect_status(401);
}
