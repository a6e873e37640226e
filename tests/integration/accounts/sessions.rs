use http::Method;
use insta::assert_json_snapshot;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[sqlx::test]
async fn sessions_are_listed_and_can_be_revoked(db: PgPool) {
    let app = TestApp::new(db);
    let mut phone = app.user_client(EMAIL).await;
    let mut laptop = app.anon_client().await;
    laptop.headers.insert("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36".to_owned());
    laptop.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);

    let listed = laptop.get("/api/auth/sessions").await.expect_status(200).json();
    assert_json_snapshot!(listed, { "[].id" => "[id]" }, @r#"
    [
      {
        "createdAt": "2026-01-15T12:02:00Z",
        "expiresAt": "2026-01-16T12:02:00Z",
        "id": "[id]",
        "ip": "127.0.0.1",
        "isCurrent": true,
        "lastSeenAt": "2026-01-15T12:02:00Z",
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36"
      },
      {
        "createdAt": "2026-01-15T12:02:00Z",
        "expiresAt": "2026-01-16T12:02:00Z",
        "id": "[id]",
        "ip": "127.0.0.1",
        "isCurrent": false,
        "lastSeenAt": "2026-01-15T12:02:00Z",
        "userAgent": null
      }
    ]
    "#);
    let id = listed[1]["id"].as_str().expect("an id");
    laptop.request(Method::DELETE, &format!("/api/auth/sessions/{id}")).await.expect_status(204);
    phone.get("/api/auth/session").await.expect_status(401);
    laptop.get("/api/auth/session").await.expect_status(200);
    laptop.request(Method::DELETE, &format!("/api/auth/sessions/{id}")).await.expect_status(404);
}

#[sqlx::test]
async fn session_of_another_user_returns_not_found(db: PgPool) {
    let app = TestApp::new(db);
    let mut ada = app.user_client(EMAIL).await;
    let mut eve = app.user_client("eve@example.com").await;
    let listed = ada.get("/api/auth/sessions").await.json();
    let id = listed[0]["id"].as_str().expect("an id");
    for id in [id, "not-an-id", "00000000-0000-0000-0000-000000000000", "%00"] {
        assert_eq!(eve.request(Method::DELETE, &format!("/api/auth/sessions/{id}")).await.expect_status(404).code(), "not_found");
    }
    eve.post("/api/auth/sessions/revoke", json!({ "id": id })).await.expect_status(404);
    ada.get("/api/auth/session").await.expect_status(200);
    let mut nobody = app.anon_client().await;
    nobody.get("/api/auth/sessions").await.expect_status(401);
    nobody.request(Method::DELETE, &format!("/api/auth/sessions/{id}")).await.expect_status(401);
    nobody.cookies.clear();
    assert_eq!(nobody.request(Method::DELETE, &format!("/api/auth/sessions/{id}")).await.expect_status(403).code(), "csrf_invalid");
}

#[sqlx::test]
async fn form_revokes_session(db: PgPool) {
    let app = TestApp::new(db);
    let mut phone = app.user_client(EMAIL).await;
    let mut laptop = app.anon_client().await;
    laptop.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
    let listed = laptop.get("/api/auth/sessions").await.json();
    let id = listed[1]["id"].as_str().expect("an id").to_owned();
    assert_eq!(laptop.submit("/settings", "/api/auth/sessions/revoke", &[("id", &id)]).await.expect_status(303).location(), "/settings");
    assert!(laptop.page("/settings").await.body.contains("The device was signed out."));
    phone.get("/api/auth/session").await.expect_status(401);
}
