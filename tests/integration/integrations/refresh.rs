use chrono::TimeDelta;
use huntaze_core::db;
use huntaze_sandbox::FaultKind;
use insta::assert_json_snapshot;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, TestApp};

#[sqlx::test]
async fn manual_sync_fetches_metrics_at_once(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let answer = user_client.post(&format!("/api/integrations/refresh/instagram/{id}"), json!({})).await.expect_status(200);
    assert_json_snapshot!(answer.json(), { ".id" => "[id]" });
    assert_eq!((sandbox.calls("profile"), sandbox.calls("insights"), sandbox.calls("refresh")), (2, 30, 0));
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    let answer = user_client.submit("/integrations", "/api/integrations/refresh", &[("id", &id)]).await.expect_status(303);
    assert_eq!(answer.location(), "/integrations");
    assert!(user_client.page("/integrations").await.body.contains("The account was read just now."));
}

#[sqlx::test]
async fn manual_sync_refreshes_day_old_token(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let expires = "SELECT expires_at FROM integrations";
    let before: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(expires).fetch_one(&db).await.expect("a time");
    app.advance(&sandbox, TimeDelta::hours(23));
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    assert_eq!(sandbox.calls("refresh"), 0, "the token is younger than a day");
    sqlx::query("UPDATE sessions SET expires_at = expires_at + interval '2 days'").execute(&db).await.expect("updated");
    app.advance(&sandbox, TimeDelta::hours(1));
    user_client.get("/api/csrf/token").await;
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    let after: chrono::DateTime<chrono::Utc> = sqlx::query_scalar(expires).fetch_one(&db).await.expect("a time");
    assert_eq!((sandbox.calls("refresh"), after - before), (1, TimeDelta::hours(24)));
}

#[sqlx::test]
async fn sync_failure_returns_matching_status_and_message(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    for (kind, status, sentence) in [
        (FaultKind::ServerError, 503, "The platform does not answer. We keep trying."),
        (FaultKind::ScopeRemoved, 409, "A permission is missing. Reconnect and allow all of them."),
        (FaultKind::Revoked, 409, "Access was withdrawn. Reconnect to go on."),
    ] {
        sandbox.fail("profile", kind, 1);
        let answer = user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(status);
        assert_eq!(answer.error()["error"], sentence, "{kind:?}");
    }
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    sandbox.fail("profile", FaultKind::RateLimited, 1);
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    app.advance(&sandbox, TimeDelta::seconds(10));
    let answer = user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(503);
    assert_eq!(answer.error()["error"], "The platform asks us to slow down. We go on later.");
    let calls = sandbox.calls("profile");
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(503);
    assert_eq!(sandbox.calls("profile"), calls, "no request is sent while rate limited");
    app.advance(&sandbox, TimeDelta::minutes(12));
    // A partially failed sync is not reported as a success.
    sandbox.fail("insights", FaultKind::ServerError, 30);
    sqlx::query("UPDATE daily_insights SET captured_at = captured_at - interval '2 hours'").execute(&db).await.expect("updated");
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(503);
    sandbox.state.clear_faults();
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
}

#[sqlx::test]
async fn concurrent_manual_syncs_are_coalesced(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let calls = (0..5).map(|_| {
        let (mut user_client, id) = (user_client.clone(), id.clone());
        async move { user_client.post("/api/integrations/refresh", json!({ "id": id })).await.status.as_u16() }
    });
    let outcomes = futures::future::join_all(calls).await;
    assert_eq!(outcomes, [200; 5], "all wait for the first sync");
    assert_eq!(sandbox.calls("insights"), 30, "and return its outcome");
    app.advance(&sandbox, TimeDelta::seconds(10));
    let now = app.core.clock.now();
    db::integrations::claim_due(&db, id.parse().expect("an id"), now, now + TimeDelta::minutes(2)).await.expect("claimed");
    assert_eq!(
        user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(409).code(),
        "conflict",
        "the wait for the lease is limited"
    );
}

#[sqlx::test]
async fn account_of_another_user_returns_not_found(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    let id = app.connect(&sandbox, &mut ada, "ada.creates").await;
    for path in [
        format!("instagram/{id}"),
        "instagram/not-an-id".to_owned(),
        "instagram/00000000-0000-0000-0000-000000000000".to_owned(),
        "instagram/%00".to_owned(),
        format!("myspace/{id}"),
    ] {
        let answer = eve.post(&format!("/api/integrations/refresh/{path}"), json!({})).await.expect_status(404);
        assert_eq!(answer.code(), "not_found", "{path}");
    }
    ada.post(&format!("/api/integrations/refresh/tiktok/{id}"), json!({})).await.expect_status(404);
    eve.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(404);
    app.anon_client().await.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(401);
    ada.cookies.remove("huntaze_csrf");
    ada.post(&format!("/api/integrations/refresh/instagram/{id}"), json!({})).await.expect_status(403);
}
