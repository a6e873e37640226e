//! Syncs through paid APIs stay within the monthly budget.

use chrono::{NaiveDate, TimeDelta};
use huntaze_core::{
    config::{ClientCredentials, Config},
    db::{self, integrations::spending::NewSpending},
};
use huntaze_domain::platform::Platform;
use huntaze_sandbox::FaultKind;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{EMAIL, TestApp};

async fn spent(db: &PgPool, month: &str) -> i64 {
    db::integrations::spending::spent(db, Platform::X, month.parse().expect("a date")).await.expect("an answer")
}

#[sqlx::test]
async fn sync_cost_is_recorded_once_a_day(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    assert_eq!(spent(&db, "2026-01-01").await, 10_000, "the profile");
    app.sync_all_due().await;
    let posts: i64 = sqlx::query_scalar("SELECT count(*) FROM posts").fetch_one(&db).await.expect("a count");
    let first = 10_000 + posts * 1_000;
    assert_eq!(spent(&db, "2026-01-01").await, first, "the unused reservation for a hundred posts is released");
    for _ in 0..3 {
        app.advance(&sandbox, TimeDelta::seconds(10));
        user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    }
    assert_eq!(spent(&db, "2026-01-01").await, first, "the same data on the same day is not billed again");
    app.advance(&sandbox, TimeDelta::hours(9));
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("posts"), 4, "X is synced once a day");
    app.advance(&sandbox, TimeDelta::hours(3));
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("posts"), 5, "late in the day");
}

#[sqlx::test]
async fn exhausted_budget_is_reported_until_next_month(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    sqlx::query("UPDATE platform_spending SET spent_micro_usd = 9999999").execute(&db).await.expect("updated");
    app.sync_all_due().await;
    let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
    assert_eq!((&account["status"], &account["reason"]), (&Value::from("delayed"), &Value::from("budget_exhausted")), "{account}");
    assert_eq!(account["nextSyncAt"], "2026-02-01T00:00:00Z");
    let answer = user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(503);
    assert_eq!(answer.error()["error"], "This month's allowance for readings is used up. We go on next month.");
    let authorize_url = app.start_authorization(&mut user_client, Platform::X).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.backstage", &[])).await;
    assert_eq!(user_client.page(&back).await.location(), "/integrations?error=budget_exhausted&provider=x");
    assert_eq!((sandbox.calls("posts"), spent(&db, "2026-01-01").await), (0, 9_999_999));
    app.advance(&sandbox, TimeDelta::days(17));
    app.sync_all_due().await;
    assert!(spent(&db, "2026-02-01").await > 0, "a new month, a new budget");
}

#[sqlx::test]
async fn concurrent_reservations_stay_within_budget(db: PgPool) {
    let month = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date");
    let calls =
        (0..40).map(|_| db::integrations::spending::reserve(&db, NewSpending { provider: Platform::X, month, micro_usd: 10, budget: 100 }));
    let granted = futures::future::join_all(calls).await.into_iter().filter(|outcome| matches!(outcome, Ok(true))).count();
    assert_eq!((granted, spent(&db, "2026-01-01").await), (10, 100));
    assert!(
        !db::integrations::spending::reserve(&db, NewSpending { provider: Platform::Reddit, month, micro_usd: 101, budget: 100 })
            .await
            .expect("an answer"),
        "the first reservation of a month is checked as well"
    );
}

#[sqlx::test]
async fn platform_without_budget_is_not_offered(db: PgPool) {
    let mut config = Config::for_tests().expect("a valid configuration");
    config.x.credentials = Some(ClientCredentials { client_id: "id".to_owned(), client_secret: "secret".to_owned().into() });
    let app = TestApp::with_config(db, config);
    let mut user_client = app.user_client(EMAIL).await;
    let answer = user_client.post("/api/integrations/connect/x", json!({})).await.expect_status(409);
    assert_eq!(answer.error()["error"], "X cannot be connected yet.");
}

/// Posts that fail to load are retried by the next scheduled sync only, so manual syncs do not add cost.
#[sqlx::test]
async fn failing_posts_request_is_not_repeated_by_manual_syncs(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    sandbox.inject_fault((Platform::X, "posts"), FaultKind::ServerError, 100);
    for _ in 0..24 {
        app.sync_all_due().await;
        user_client.get("/api/csrf/token").await;
        user_client.post("/api/integrations/refresh", json!({ "id": id })).await;
        app.advance(&sandbox, TimeDelta::minutes(30));
    }
    assert_eq!(sandbox.calls("posts"), 2, "at noon, and late in the day");
    assert!(spent(&db, "2026-01-01").await <= 10_000 + 2 * 100_000);
}
