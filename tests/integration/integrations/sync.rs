//! Background sync of integrations.

use chrono::TimeDelta;
use huntaze_core::{db, services::integrations::sync};
use huntaze_sandbox::FaultKind;
use serde_json::Value;
use sqlx::PgPool;

use super::failure;
use crate::support::{Client, EMAIL, Sandbox, TestApp};

async fn setup(db: PgPool) -> (TestApp, Sandbox, Client) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    (app, sandbox, user_client)
}

/// Returns status and reason of the user's only account.
async fn account_status(user_client: &mut Client) -> (String, Option<String>) {
    let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
    (account["status"].as_str().expect("a status").to_owned(), account["reason"].as_str().map(ToOwned::to_owned))
}

async fn token(db: &PgPool) -> Vec<u8> {
    sqlx::query_scalar("SELECT access_token FROM integrations").fetch_one(db).await.expect("a row")
}

#[sqlx::test]
async fn backfill_fetches_latest_month_first_then_the_rest(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    let days = "SELECT count(*) FROM daily_insights";
    assert!(app.sync_due().await);
    assert_eq!(sqlx::query_scalar::<_, i64>(days).fetch_one(&db).await.expect("a count"), 30);
    app.sync_all_due().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(days).fetch_one(&db).await.expect("a count"), 180);
    assert_eq!(sandbox.calls("insights"), 180, "each day is requested once");
    let today: i64 =
        sqlx::query_scalar("SELECT count(*) FROM daily_insights WHERE day >= '2026-01-15'").fetch_one(&db).await.expect("a count");
    assert_eq!(today, 0, "a day that has not ended has no metrics");
    for range in ["7d", "30d", "90d"] {
        let stats = user_client.get(&format!("/api/home/stats?range={range}")).await.expect_status(200).json();
        for figure in ["views", "engagementRate"] {
            assert_eq!(stats[figure]["trend"]["state"], "known", "{range} {figure}: {stats}");
            assert!(stats[figure]["coverage"].is_null(), "{range} {figure}");
        }
    }
    let sum: i64 =
        sqlx::query_scalar("SELECT sum(views)::bigint FROM daily_insights WHERE day >= '2026-01-08'").fetch_one(&db).await.expect("a sum");
    assert_eq!(user_client.get("/api/home/stats?range=7d").await.json()["views"]["value"], sum);
}

#[sqlx::test]
async fn next_sync_runs_after_the_sync_interval(db: PgPool) {
    let (app, sandbox, _) = setup(db.clone()).await;
    app.sync_all_due().await;
    let calls = sandbox.calls("profile");
    app.advance(&sandbox, TimeDelta::hours(6) - TimeDelta::seconds(1));
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("profile"), calls);
    app.advance(&sandbox, TimeDelta::days(2));
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("profile"), calls + 1);
    let newest: chrono::NaiveDate = sqlx::query_scalar("SELECT max(day) FROM daily_insights").fetch_one(&db).await.expect("a day");
    assert_eq!(newest.to_string(), "2026-01-16");
    let followers: i64 = sqlx::query_scalar("SELECT count(*) FROM audience_snapshots").fetch_one(&db).await.expect("a count");
    assert_eq!(followers, 2, "one snapshot for each day with a sync");
}

/// Checks status and reason for each fault, and that the token and the stored metrics are kept.
#[sqlx::test]
async fn fault_sets_status_and_reason_and_keeps_data(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    app.sync_all_due().await;
    let days = "SELECT count(*) FROM daily_insights WHERE views IS NOT NULL AND reach IS NOT NULL AND interactions IS NOT NULL";
    let before = (token(&db).await, sqlx::query_scalar::<_, i64>(days).fetch_one(&db).await.expect("a count"));
    // Fault, endpoint; expected status, reason, whether a permission is missing, whether another sync is scheduled.
    for (kind, endpoint, status, reason, lacks_permission, comes_back) in [
        (FaultKind::ServerError, "profile", "delayed", Some("transient"), false, true),
        (FaultKind::ServerError, "insights", "delayed", Some("transient"), false, true),
        (FaultKind::Html, "profile", "delayed", Some("transient"), false, true),
        (FaultKind::Html, "insights", "delayed", Some("transient"), false, true),
        (FaultKind::ErrorBody, "profile", "delayed", Some("transient"), false, true),
        (FaultKind::ErrorBody, "insights", "delayed", Some("transient"), false, true),
        (FaultKind::ConnectionReset, "profile", "delayed", Some("transient"), false, true),
        (FaultKind::ConnectionReset, "insights", "delayed", Some("transient"), false, true),
        (FaultKind::RateLimited, "profile", "delayed", Some("rate_limited"), false, true),
        (FaultKind::RateLimited, "insights", "delayed", Some("rate_limited"), false, true),
        (FaultKind::ScopeRemoved, "insights", "healthy", None, true, true),
        (FaultKind::ScopeRemoved, "profile", "error", Some("insufficient_scope"), false, false),
        (FaultKind::Expired, "profile", "error", Some("revoked"), false, false),
        (FaultKind::Revoked, "profile", "error", Some("revoked"), false, false),
        (FaultKind::Revoked, "insights", "delayed", Some("transient"), false, true),
    ] {
        let case = format!("{kind:?} at {endpoint}");
        // Reset to the state after a successful sync; the newest days are refetched, so that both endpoints are called.
        let reset = "UPDATE integrations SET next_sync_at = $1, last_ok_at = $1, last_error_kind = NULL, consecutive_failures = 0, leased_until = NULL,
                            scopes = '{instagram_business_basic,instagram_business_manage_insights}'";
        sqlx::query(reset).bind(app.core.clock.now()).execute(&db).await.expect("updated");
        sqlx::query("UPDATE daily_insights SET captured_at = captured_at - interval '2 hours'").execute(&db).await.expect("updated");
        // Let the rate limit of the previous case reset.
        app.advance(&sandbox, TimeDelta::minutes(13));
        sandbox.fail(endpoint, kind, 1);
        assert!(app.sync_due().await, "{case}");
        assert_eq!(account_status(&mut user_client).await, (status.to_owned(), reason.map(ToOwned::to_owned)), "{case}");
        let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
        assert_eq!(account["lacksPermission"], lacks_permission, "{case}");
        assert_eq!(account["nextSyncAt"].is_string(), comes_back, "{case}");
        assert_eq!((token(&db).await, sqlx::query_scalar(days).fetch_one(&db).await.expect("a count")), before, "{case}");
        assert!(!user_client.get("/api/home/stats").await.json()["audience"]["value"].is_null(), "{case}");
    }
}

/// Nothing is left to backfill then: the next sync runs after the regular interval, not at once.
#[sqlx::test]
async fn scope_removed_during_backfill_ends_the_backfill(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    assert!(app.sync_due().await);
    sandbox.fail("insights", FaultKind::ScopeRemoved, 30);
    assert!(app.sync_due().await);
    assert!(!app.sync_due().await);
    let stats = user_client.get("/api/home/stats").await.json();
    assert_eq!((&stats["isBackfilling"], &stats["views"]["state"]), (&Value::from(false), &Value::from("refused")));
    assert!(user_client.page("/integrations").await.body.contains("A permission is missing"));
}

#[sqlx::test]
async fn failed_days_are_refetched_without_blocking_others(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    sandbox.fail("insights", FaultKind::ServerError, 4);
    let days = "SELECT count(*) FROM daily_insights";
    assert!(app.sync_due().await);
    assert_eq!(sqlx::query_scalar::<_, i64>(days).fetch_one(&db).await.expect("a count"), 26);
    assert_eq!(account_status(&mut user_client).await, ("delayed".to_owned(), Some("transient".to_owned())));
    let stats = user_client.get("/api/home/stats").await.json();
    assert_eq!(stats["views"]["coverage"], serde_json::json!({ "known": 26, "total": 30 }));
    app.advance(&sandbox, TimeDelta::minutes(5));
    app.sync_all_due().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(days).fetch_one(&db).await.expect("a count"), 180, "failed days are refetched");
    assert_eq!(sandbox.calls("insights"), 184, "other days are not refetched");
    assert_eq!(account_status(&mut user_client).await, ("healthy".to_owned(), None));
}

#[sqlx::test]
async fn permanently_failing_day_is_skipped(db: PgPool) {
    let (app, sandbox, _) = setup(db.clone()).await;
    let from = "SELECT synced_from FROM integrations";
    let mut readings = 0;
    while sqlx::query_scalar::<_, Option<chrono::NaiveDate>>(from).fetch_one(&db).await.expect("a row").is_none() {
        // Fails the first request of each sync, which is for the only missing day.
        sandbox.fail("insights", FaultKind::ServerError, 1);
        assert!(app.sync_due().await);
        sqlx::query("UPDATE integrations SET next_sync_at = $1").bind(app.core.clock.now()).execute(&db).await.expect("updated");
        readings += 1;
    }
    assert_eq!(readings, 9);
    let days: i64 = sqlx::query_scalar("SELECT count(*) FROM daily_insights").fetch_one(&db).await.expect("a count");
    assert_eq!(days, 29);
}

/// No day is skipped because of an outage, however long it lasts.
#[sqlx::test]
async fn backfill_is_complete_after_long_outage(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    for _ in 0..12 {
        sandbox.fail("insights", FaultKind::ServerError, 30);
        assert!(app.sync_due().await);
        sandbox.state.clear_faults();
        sqlx::query("UPDATE integrations SET next_sync_at = $1").bind(app.core.clock.now()).execute(&db).await.expect("updated");
    }
    assert_eq!(account_status(&mut user_client).await, ("delayed".to_owned(), Some("transient".to_owned())));
    app.sync_all_due().await;
    let days: i64 = sqlx::query_scalar("SELECT count(*) FROM daily_insights").fetch_one(&db).await.expect("a count");
    assert_eq!(days, 180);
}

/// A day's metrics become final some days later: days that were fetched before that are refetched.
#[sqlx::test]
async fn recent_days_are_refetched_until_final(db: PgPool) {
    let (app, sandbox, _) = setup(db.clone()).await;
    app.sync_all_due().await;
    let yesterday = "SELECT views FROM daily_insights WHERE day = '2026-01-14'";
    let settled: i64 = sqlx::query_scalar(yesterday).fetch_one(&db).await.expect("a figure");
    sqlx::query("UPDATE daily_insights SET views = 1, reach = NULL WHERE day >= '2026-01-13'").execute(&db).await.expect("updated");
    app.advance(&sandbox, TimeDelta::hours(7));
    app.sync_all_due().await;
    assert_eq!(sqlx::query_scalar::<_, i64>(yesterday).fetch_one(&db).await.expect("a figure"), settled);
    let early: i64 =
        sqlx::query_scalar("SELECT count(*) FROM daily_insights WHERE views = 1 OR reach IS NULL").fetch_one(&db).await.expect("a count");
    assert_eq!(early, 0);
    app.advance(&sandbox, TimeDelta::days(4));
    app.sync_all_due().await;
    let calls = sandbox.calls("insights");
    app.advance(&sandbox, TimeDelta::hours(7));
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("insights") - calls, 3, "only days that are not final are refetched");
}

#[sqlx::test]
async fn failed_syncs_back_off_exponentially(db: PgPool) {
    let (app, sandbox, _) = setup(db.clone()).await;
    sandbox.fail("profile", FaultKind::ServerError, 4);
    let mut pauses = Vec::new();
    for _ in 0..4 {
        assert!(app.sync_due().await);
        let next: chrono::DateTime<chrono::Utc> =
            sqlx::query_scalar("SELECT next_sync_at FROM integrations").fetch_one(&db).await.expect("a time");
        let pause = next - app.core.clock.now();
        pauses.push(pause.num_minutes());
        app.advance(&sandbox, pause);
    }
    assert_eq!(pauses, [5, 10, 20, 40]);
    app.sync_all_due().await;
    let failures: i32 = sqlx::query_scalar("SELECT consecutive_failures FROM integrations").fetch_one(&db).await.expect("a count");
    assert_eq!(failures, 0);
}

#[sqlx::test]
async fn token_is_refreshed_from_its_thirtieth_day(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    app.sync_all_due().await;
    let first = token(&db).await;
    app.advance(&sandbox, TimeDelta::days(29));
    app.sync_all_due().await;
    assert_eq!((token(&db).await, sandbox.calls("refresh")), (first.clone(), 0));
    app.advance(&sandbox, TimeDelta::days(2));
    // A transient refresh failure changes nothing: the old token is still valid.
    sandbox.fail("refresh", FaultKind::ServerError, 1);
    app.sync_all_due().await;
    assert_eq!((token(&db).await, sandbox.calls("refresh")), (first.clone(), 1));
    app.advance(&sandbox, TimeDelta::hours(7));
    app.sync_all_due().await;
    let second = token(&db).await;
    assert_ne!(second, first);
    // Advance past the expiry of the first token.
    app.advance(&sandbox, TimeDelta::days(31));
    app.sync_all_due().await;
    let login = serde_json::json!({ "email": EMAIL, "password": crate::support::PASSWORD });
    user_client.get("/api/csrf/token").await;
    user_client.post("/api/auth/login", login).await.expect_status(200);
    assert_eq!(account_status(&mut user_client).await, ("healthy".to_owned(), None));
}

#[sqlx::test]
async fn expired_token_asks_to_reconnect_and_stops_syncs(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    app.sync_all_due().await;
    let calls = sandbox.state.requests().len();
    app.advance(&sandbox, TimeDelta::days(61));
    app.sync_all_due().await;
    assert_eq!(sandbox.state.requests().len(), calls, "no request is sent with an expired token");
    user_client.get("/api/csrf/token").await;
    user_client
        .post("/api/auth/login", serde_json::json!({ "email": EMAIL, "password": crate::support::PASSWORD }))
        .await
        .expect_status(200);
    assert_eq!(account_status(&mut user_client).await, ("expired".to_owned(), Some("expired".to_owned())));
    let page = user_client.page("/integrations").await.body;
    assert!(page.contains("Access has expired.") && page.contains("Reconnect"), "{page}");
}

#[sqlx::test]
async fn concurrent_workers_fetch_each_day_once(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    app.connect(&sandbox, &mut user_client, "ada.backstage").await;
    let due = db::integrations::list_due(&db, app.core.clock.now(), 100).await.expect("a list");
    assert_eq!(due.len(), 2);
    let workers = (0..8).map(|worker| sync(&app.core, due[worker % 2]));
    assert!(futures::future::join_all(workers).await.iter().all(Result::is_ok));
    let read: i64 = sqlx::query_scalar("SELECT sum(sync_attempts)::bigint FROM integrations").fetch_one(&db).await.expect("a sum");
    assert!(read >= 2);
    let asked: Vec<_> = sandbox.state.requests().into_iter().filter(|request| request.endpoint == "insights").collect();
    // A second sync of an account fetches earlier days: no day is requested twice.
    assert_eq!(i64::try_from(asked.len()), Ok(read * 30));
}

#[sqlx::test]
async fn expired_lease_can_be_claimed_again(db: PgPool) {
    let (app, sandbox, _) = setup(db.clone()).await;
    let now = app.core.clock.now();
    let id: uuid::Uuid = sqlx::query_scalar("SELECT id FROM integrations").fetch_one(&db).await.expect("one");
    let held = db::integrations::claim_due(&db, id.into(), now, now + TimeDelta::minutes(2)).await.expect("claimed");
    assert!(held.is_some());
    assert!(!app.sync_due().await);
    app.advance(&sandbox, TimeDelta::minutes(2));
    assert!(app.sync_due().await);
}

/// A sync that fails after the user has reconnected refers to the old token.
#[sqlx::test]
async fn failure_of_old_token_is_ignored_after_reconnect(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db.clone()).await;
    let now = app.core.clock.now();
    let id: uuid::Uuid = sqlx::query_scalar("SELECT id FROM integrations").fetch_one(&db).await.expect("one");
    let held = db::integrations::claim_due(&db, id.into(), now, now + TimeDelta::minutes(2)).await.expect("claimed").expect("one");
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let kind = huntaze_domain::integrations::FailureKind::Revoked;
    db::integrations::record_failure(&db, &failure(&held, kind)).await.expect("noted");
    assert_eq!(account_status(&mut user_client).await, ("healthy".to_owned(), None));
    app.sync_all_due().await;
    assert_eq!(account_status(&mut user_client).await, ("healthy".to_owned(), None));
}

#[sqlx::test]
async fn undecryptable_token_sets_error_status(db: PgPool) {
    let (app, _sandbox, mut user_client) = setup(db.clone()).await;
    sqlx::query("UPDATE integrations SET access_token = set_byte(access_token, 20, 0)").execute(&db).await.expect("updated");
    app.sync_all_due().await;
    assert_eq!(account_status(&mut user_client).await, ("error".to_owned(), Some("decryption_failed".to_owned())));
}

#[sqlx::test]
async fn sync_updates_account_name(db: PgPool) {
    let (app, _sandbox, mut user_client) = setup(db.clone()).await;
    sqlx::query("UPDATE integrations SET account_name = 'old.name'").execute(&db).await.expect("updated");
    app.sync_all_due().await;
    let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
    assert_eq!(account["accountName"], Value::from("ada.creates"));
}
