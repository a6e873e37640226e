//! Earnings synced from a partner service with the user's API key.

use chrono::TimeDelta;
use huntaze_core::{infra::crypto::Cipher, services::earnings};
use huntaze_sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, EMAIL, Sandbox, TestApp};

fn input(account: &str, key: &str) -> Value {
    json!({ "account": account, "apiKey": key, "accepted": "on" })
}

async fn connect(app: &TestApp, user_client: &mut Client) {
    user_client.post("/api/earnings/partner/connect", input("acct_ada", "ofapi_key")).await.expect_status(200);
    app.sync_partner().await;
}

async fn revenue(user_client: &mut Client) -> Value {
    user_client.get("/api/home/stats?range=7d").await.expect_status(200).json()["revenue"].clone()
}

async fn link(user_client: &mut Client) -> Value {
    user_client.get("/api/earnings").await.expect_status(200).json()["partner"]["connection"].clone()
}

fn calls(sandbox: &Sandbox) -> usize {
    sandbox.state.requests().iter().filter(|request| request.provider == "partner").count()
}

fn fail(sandbox: &Sandbox, kind: FaultKind) {
    let fault = Fault { provider: "partner".to_owned(), endpoint: "transactions".to_owned(), account: None, kind, times: 1 };
    sandbox.state.add_fault(fault);
}

#[sqlx::test]
async fn partner_earnings_are_synced_updated_and_deleted(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    connect(&app, &mut user_client).await;
    let known = revenue(&mut user_client).await;
    assert_eq!((&known["state"], &known["coverage"], &known["trend"]["state"]), (&json!("known"), &Value::Null, &json!("known")));
    let sum: i64 =
        sqlx::query_scalar("SELECT sum(amount_minor)::bigint FROM partner_earnings WHERE day >= '2026-01-08' AND day < '2026-01-15'")
            .fetch_one(&db)
            .await
            .expect("a sum");
    assert_eq!(known["value"], sum);
    let counted: (i64, i64) = sqlx::query_as("SELECT count(*), count(*) FILTER (WHERE amount_minor < 0) FROM partner_earnings")
        .fetch_one(&db)
        .await
        .expect("counted");
    assert_eq!(counted, (269, 12), "three a day for 90 days, except one that is still in the future today; one refund a week");
    let synced = link(&mut user_client).await;
    assert_eq!([&synced["firstDay"], &synced["lastDay"]], ["2025-10-17", "2026-01-14"]);
    let page = user_client.page("/integrations/onlyfans").await.body;
    assert!(page.contains("acct_ada") && page.contains(">Sandbox<") && !page.contains("ofapi_key"), "{page}");

    let before = calls(&sandbox);
    app.sync_partner().await;
    assert_eq!(calls(&sandbox), before, "the next sync is not due");
    app.advance(&sandbox, TimeDelta::hours(13));
    app.sync_partner().await;
    assert_eq!(calls(&sandbox) - before, 1, "entries that may have changed fit on one page");
    let synced = link(&mut user_client).await;
    assert_eq!([&synced["firstDay"], &synced["lastDay"]], ["2025-10-17", "2026-01-15"]);

    user_client.post("/api/earnings/partner/disconnect", json!({})).await.expect_status(200);
    user_client.post("/api/earnings/partner/disconnect", json!({})).await.expect_status(404);
    assert_eq!(revenue(&mut user_client).await["state"], "unsupported");
}

#[sqlx::test]
async fn api_key_is_verified_before_it_is_stored(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    for (input, fields) in [
        (json!({}), json!(["account", "accepted", "apiKey"])),
        (json!({ "account": "acct_ada", "apiKey": "ofapi_key" }), json!(["accepted"])),
        (input("../admin", "ofapi_key"), json!(["account"])),
        (input("acct_ada", "two words"), json!(["apiKey"])),
        (input("acct_ada", "wrong"), json!(["apiKey"])),
        (input("somebody", "ofapi_key"), json!(["account"])),
    ] {
        let error = user_client.post("/api/earnings/partner/connect", input.clone()).await.expect_status(400).json();
        let named: Vec<_> = error["fields"].as_object().expect("fields").keys().cloned().collect();
        let mut expected: Vec<String> = serde_json::from_value(fields).expect("names");
        expected.sort();
        assert_eq!(named, expected, "{input}");
    }
    for kind in [FaultKind::ServerError, FaultKind::RateLimited, FaultKind::Html, FaultKind::ErrorBody, FaultKind::ConnectionReset] {
        fail(&sandbox, kind);
        user_client.post("/api/earnings/partner/connect", input("acct_ada", "ofapi_key")).await.expect_status(409);
        app.advance(&sandbox, TimeDelta::minutes(2));
    }
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM partner_connections").fetch_one(&db).await.expect("counted");
    assert_eq!(kept, 0);
    let app = TestApp::new(db);
    let mut elsewhere = app.user_client("eve@example.com").await;
    assert_eq!(elsewhere.get("/api/earnings").await.json()["partner"], Value::Null, "not offered without the URL of the partner service");
    elsewhere.post("/api/earnings/partner/connect", input("acct_ada", "ofapi_key")).await.expect_status(409);
}

#[sqlx::test]
async fn sync_failure_sets_reason_and_keeps_earnings(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    connect(&app, &mut user_client).await;
    let known = revenue(&mut user_client).await["value"].clone();
    for (kind, problem, asks_again) in [
        (FaultKind::ServerError, "transient", true),
        (FaultKind::Timeout, "transient", true),
        (FaultKind::Html, "transient", true),
        (FaultKind::ErrorBody, "transient", true),
        (FaultKind::ConnectionReset, "transient", true),
        (FaultKind::SlowDrip, "transient", true),
        (FaultKind::ResponseLost, "transient", true),
        (FaultKind::RateLimited, "rate_limited", true),
        (FaultKind::Revoked, "revoked", false),
        (FaultKind::Expired, "revoked", false),
        (FaultKind::ScopeRemoved, "revoked", false),
    ] {
        let second_instance = app.second_instance(std::time::Duration::from_millis(500));
        sqlx::query("UPDATE partner_connections SET next_sync_at = $1, last_error_kind = NULL, consecutive_failures = 0")
            .bind(app.core.clock.now())
            .execute(&db)
            .await
            .expect("due");
        fail(&sandbox, kind);
        second_instance.sync_partner().await;
        let link = link(&mut user_client).await;
        assert_eq!((&link["reason"], link["nextSyncAt"].is_string()), (&json!(problem), asks_again), "{kind:?}");
        assert_eq!(revenue(&mut user_client).await["value"], known, "{kind:?}");
    }
    // Connecting with a new key resumes the sync and keeps the earnings.
    connect(&app, &mut user_client).await;
    assert_eq!((&link(&mut user_client).await["reason"], revenue(&mut user_client).await["value"].clone()), (&Value::Null, known));
}

#[sqlx::test]
async fn statement_overrides_partner_and_partner_overrides_totals(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    connect(&app, &mut user_client).await;
    let partner = revenue(&mut user_client).await["value"].as_i64().expect("a sum");
    user_client
        .post("/api/earnings/daily-totals", json!({ "day": "2026-01-10", "amount": "1000", "currency": "USD" }))
        .await
        .expect_status(200);
    assert_eq!(revenue(&mut user_client).await["value"], partner);
    let of_two_days: i64 =
        sqlx::query_scalar("SELECT sum(amount_minor)::bigint FROM partner_earnings WHERE day IN ('2026-01-10', '2026-01-11')")
            .fetch_one(&db)
            .await
            .expect("a sum");
    let boundary = "b";
    let file = "date,net\n2026-01-10,1.00\n2026-01-11,2.00\n";
    let body =
        format!("--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{file}\r\n--{boundary}--\r\n");
    let uploaded = user_client
        .post_raw("/api/earnings/statements", &format!("multipart/form-data; boundary={boundary}"), body)
        .await
        .expect_status(201);
    user_client.post("/api/earnings/statements/import", json!({ "id": uploaded.json()["id"] })).await.expect_status(200);
    app.import_due().await;
    assert_eq!(revenue(&mut user_client).await["value"], partner - of_two_days + 300);
}

#[sqlx::test]
async fn sync_racing_disconnect_stores_nothing_and_keys_rotate(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    connect(&app, &mut user_client).await;
    let due = "UPDATE partner_connections SET next_sync_at = '2026-01-01'";
    sqlx::query(due).execute(&db).await.expect("due");
    let second_instance = app.second_instance(std::time::Duration::from_secs(5));
    // Two processes sync while the user removes the key: no earnings remain.
    futures::join!(app.sync_partner(), second_instance.sync_partner(), async {
        user_client.clone().post("/api/earnings/partner/disconnect", json!({})).await.expect_status(200);
    });
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM partner_earnings").fetch_one(&db).await.expect("counted");
    assert_eq!(left, 0);

    connect(&app, &mut user_client).await;
    let mut keys = app.core.config.app.encryption_keys.clone();
    keys.insert(0, "k2:2222222222222222222222222222222222222222222222222222222222222222".parse().expect("a key"));
    let cipher = Cipher::new(&keys);
    assert_eq!(earnings::rotate_partner_keys(&db, &cipher).await.expect("rotated"), [1, 0, 0]);
    assert_eq!(earnings::rotate_partner_keys(&db, &cipher).await.expect("rotated"), [0, 1, 0]);
    assert_eq!(
        earnings::rotate_partner_keys(&db, &Cipher::new(&keys[1..])).await.expect("rotated"),
        [0, 0, 1],
        "the newest key is missing"
    );
}
