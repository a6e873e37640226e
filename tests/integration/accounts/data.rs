use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[sqlx::test]
async fn export_contains_user_data_without_secrets(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client(EMAIL).await;
    user_client.post("/api/onboarding/step", json!({ "step": 1, "contentTypes": ["photos"] })).await.expect_status(200);
    let answer = user_client.get("/api/account/export").await.expect_status(200);
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"huntaze-export.json\"");
    let export = answer.json();
    assert_eq!(export["account"]["email"], EMAIL);
    assert_eq!(export["onboarding"]["contentTypes"], json!(["photos"]));
    assert_eq!(export["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(export["events"].as_array().map(Vec::len), Some(4), "registered, verified, signed in, this download");
    let hash: String = sqlx::query_scalar("SELECT password_hash FROM users").fetch_one(&db).await.expect("a row");
    assert!(!answer.body.contains(&hash) && !answer.body.contains("argon2") && !answer.body.contains("oken"));
    app.anon_client().await.get("/api/account/export").await.expect_status(401);
}

#[sqlx::test]
async fn account_deletion_requires_password_and_deletes_rows(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client(EMAIL).await;
    user_client.post("/api/onboarding/complete", json!({})).await.expect_status(200);
    let answer = user_client.post("/api/account/delete", json!({ "password": "wrong" })).await.expect_status(400);
    assert_eq!(answer.json()["fields"]["password"], "This is not your password.");
    let answer = user_client.post("/api/account/delete", json!({ "password": PASSWORD })).await.expect_status(200);
    assert_eq!(answer.location(), "/login?reason=deleted");
    assert!(!user_client.is_signed_in());
    for table in ["users", "sessions", "email_tokens", "onboarding"] {
        let left: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}"))).fetch_one(&db).await.expect("a count");
        assert_eq!(left, 0, "{table}");
    }
    let named: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE user_id IS NOT NULL").fetch_one(&db).await.expect("a count");
    assert_eq!(named, 0, "remaining audit events have no user ID");
    app.anon_client().await.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(401);
}
