use chrono::TimeDelta;
use http::Method;
use huntaze_core::db;
use huntaze_domain::integrations::FailureKind;
use huntaze_sandbox::FaultKind;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::failure;
use crate::support::{EMAIL, PASSWORD, TestApp};

async fn rows(db: &PgPool) -> i64 {
    let rows =
        "SELECT (SELECT count(*) FROM integrations) + (SELECT count(*) FROM daily_insights) + (SELECT count(*) FROM audience_snapshots)";
    sqlx::query_scalar(rows).fetch_one(db).await.expect("a count")
}

#[sqlx::test]
async fn disconnect_revokes_token_and_deletes_data(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    app.sync_all_due().await;
    let page = user_client.page(&format!("/integrations?disconnect={id}")).await.body;
    assert!(page.contains("Disconnect Instagram @ada.creates?"), "the confirmation is rendered on the server: {page}");
    let answer =
        user_client.request(Method::DELETE, &format!("/api/integrations/disconnect/instagram/{id}?data=delete")).await.expect_status(200);
    assert_json_snapshot!(answer.json(), @r#"
    {
      "status": "disconnected"
    }
    "#);
    assert_eq!((rows(&db).await, sandbox.calls("revoke")), (0, 1));
    user_client.request(Method::DELETE, &format!("/api/integrations/disconnect/instagram/{id}")).await.expect_status(404);
}

#[sqlx::test]
async fn disconnect_succeeds_if_revocation_fails(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    for (kind, outcome) in [(FaultKind::ServerError, "not_revoked"), (FaultKind::Html, "not_revoked"), (FaultKind::Revoked, "disconnected")]
    {
        let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
        sandbox.fail("revoke", kind, 1);
        let answer = user_client.post("/api/integrations/disconnect", json!({ "id": id, "data": "delete" })).await.expect_status(200);
        assert_eq!(answer.json()["status"], outcome, "{kind:?}");
        assert_eq!(rows(&db).await, 0);
    }
}

/// The newest token must be revoked, and a running sync may be about to replace it.
#[sqlx::test]
async fn disconnect_waits_for_running_sync(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let now = app.core.clock.now();
    let held = db::integrations::claim_due(&db, id.parse().expect("an id"), now, now + TimeDelta::minutes(2))
        .await
        .expect("claimed")
        .expect("one");
    let mut other = user_client.clone();
    let request = tokio::spawn(async move { other.post("/api/integrations/disconnect", json!({ "id": id, "data": "delete" })).await });
    // Give the request time to reach the lease.
    for _ in 0..3 {
        user_client.get("/api/integrations/status").await.expect_status(200);
    }
    assert!(!request.is_finished() && sandbox.calls("revoke") == 0);
    db::integrations::record_failure(&db, &failure(&held, FailureKind::Transient)).await.expect("released");
    request.await.expect("no panic").expect_status(200);
    assert_eq!((rows(&db).await, sandbox.calls("revoke")), (0, 1));
}

#[sqlx::test]
async fn concurrent_disconnects_succeed_once(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let path = format!("/api/integrations/disconnect/instagram/{id}?data=delete");
    let (mut one, mut two) = (user_client.clone(), user_client.clone());
    let (a, b) = tokio::join!(one.request(Method::DELETE, &path), two.request(Method::DELETE, &path));
    let mut outcomes = [a.status.as_u16(), b.status.as_u16()];
    outcomes.sort_unstable();
    assert_eq!((outcomes, rows(&db).await, sandbox.calls("revoke")), ([200, 404], 0, 1));
}

#[sqlx::test]
async fn form_disconnects_account(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let answer =
        user_client.submit("/integrations", "/api/integrations/disconnect", &[("id", &id), ("data", "delete")]).await.expect_status(303);
    assert_eq!((answer.location(), rows(&db).await), ("/integrations?disconnected=disconnected", 0));
    assert!(user_client.page(answer.location()).await.body.contains("The account is disconnected."));
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    sandbox.fail("revoke", FaultKind::ServerError, 1);
    let answer =
        user_client.submit("/integrations", "/api/integrations/disconnect", &[("id", &id), ("data", "delete")]).await.expect_status(303);
    assert!(user_client.page(answer.location()).await.body.contains("the platform could not be told"));
}

#[sqlx::test]
async fn account_of_another_user_returns_not_found(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    let id = app.connect(&sandbox, &mut ada, "ada.creates").await;
    for path in [format!("instagram/{id}"), format!("tiktok/{id}"), "instagram/not-an-id".to_owned(), "instagram/%00".to_owned()] {
        let answer = eve.request(Method::DELETE, &format!("/api/integrations/disconnect/{path}")).await.expect_status(404);
        assert_eq!(answer.code(), "not_found", "{path}");
    }
    ada.request(Method::DELETE, &format!("/api/integrations/disconnect/tiktok/{id}")).await.expect_status(404);
    eve.post("/api/integrations/disconnect", json!({ "id": id })).await.expect_status(404);
    let mut nobody = app.anon_client().await;
    nobody.request(Method::DELETE, &format!("/api/integrations/disconnect/instagram/{id}")).await.expect_status(401);
    nobody.cookies.clear();
    nobody.request(Method::DELETE, &format!("/api/integrations/disconnect/instagram/{id}")).await.expect_status(403);
    assert_eq!((rows(&db).await, sandbox.calls("revoke")), (2, 0));
}

#[sqlx::test]
async fn account_deletion_revokes_all_tokens(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    app.connect(&sandbox, &mut user_client, "ada.backstage").await;
    app.sync_all_due().await;
    let export = user_client.get("/api/account/export").await.expect_status(200).json();
    assert_eq!(export["integrations"].as_array().map(Vec::len), Some(2));
    assert_eq!(export["figures"].as_array().map(Vec::len), Some(362), "180 days and today, of each");
    assert_eq!(export["figures"][0]["day"], Value::from("2026-01-15"));
    sandbox.fail("revoke", FaultKind::ServerError, 1);
    user_client.post("/api/account/delete", json!({ "password": PASSWORD })).await.expect_status(200);
    assert_eq!((rows(&db).await, sandbox.calls("revoke")), (0, 2));
}
