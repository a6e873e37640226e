//! Every injected fault at every platform: resulting status, message shown to the user, and that no data is lost.

use std::{fmt::Write as _, time::Duration};

use huntaze_domain::{integrations::FailureKind, platform::Platform, string_enum::StringEnum};
use huntaze_sandbox::FaultKind;
use huntaze_texts::Text;
use sqlx::PgPool;

use crate::support::{Client, EMAIL, OAUTH_PLATFORMS, Sandbox, TestApp};

/// Timeout of platform requests; shorter than in production, where this test would take 15 minutes.
const TIMEOUT: Duration = Duration::from_secs(2);

const FAULTS: [FaultKind; 13] = [
    FaultKind::Expired,
    FaultKind::Revoked,
    FaultKind::ScopeRemoved,
    FaultKind::ServerError,
    FaultKind::Timeout,
    FaultKind::RateLimited,
    FaultKind::Html,
    FaultKind::ErrorBody,
    FaultKind::RefreshTokenReused,
    FaultKind::ClockSkew,
    FaultKind::SlowDrip,
    FaultKind::ConnectionReset,
    FaultKind::ResponseLost,
];

/// Returns whether access and refresh token are stored (Instagram has no refresh token), and the numbers of days and posts.
async fn stored(db: &PgPool) -> (bool, bool, i64, i64) {
    sqlx::query_as(
        "SELECT access_token IS NOT NULL, refresh_token IS NOT NULL OR provider = 'instagram',
                (SELECT count(*) FROM daily_insights WHERE views IS NOT NULL), (SELECT count(*) FROM posts) FROM integrations",
    )
    .fetch_one(db)
    .await
    .expect("a row")
}

/// Returns status, reason and whether another sync is scheduled for the only account.
async fn seen(user_client: &mut Client) -> (String, Option<FailureKind>, bool) {
    let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
    let reason = account["reason"].as_str().map(|word| FailureKind::parse(word).expect("a reason"));
    (account["status"].as_str().expect("a status").to_owned(), reason, account["nextSyncAt"].is_string())
}

/// Makes the next sync due, and a token refresh as well if `endpoint` is `refresh`.
async fn make_due(app: &TestApp, db: &PgPool, endpoint: &str) {
    let now = app.core.clock.now();
    sqlx::query("UPDATE integrations SET next_sync_at = $1").bind(now).execute(db).await.expect("updated");
    sqlx::query("UPDATE daily_insights SET captured_at = captured_at - interval '2 hours'").execute(db).await.expect("updated");
    if endpoint == "profile" {
        let fresh = "UPDATE integrations SET token_issued_at = $1, expires_at = $1 + interval '59 days' WHERE provider = 'instagram'";
        sqlx::query(fresh).bind(now).execute(db).await.expect("updated");
    }
    if endpoint == "refresh" {
        // The token expires in a minute; Instagram's in a week.
        let ends = "UPDATE integrations SET token_issued_at = $1::timestamptz - interval '2 days',
                           expires_at = $1 + CASE provider WHEN 'instagram' THEN interval '7 days' ELSE interval '1 minute' END";
        sqlx::query(ends).bind(now).execute(db).await.expect("updated");
    }
}

async fn row(
    (platform, endpoint, kind): (Platform, &str, FaultKind),
    app: &TestApp,
    sandbox: &Sandbox,
    user_client: &mut Client,
) -> String {
    let (db, case) = (&app.core.db, format!("{} {endpoint} {kind:?}", platform.as_str()));
    // A new instance has no rate limits left over from the previous case.
    let worker = app.second_instance(TIMEOUT);
    app.connect_to(sandbox, user_client, (platform, "ada.creates")).await;
    make_due(&worker, db, endpoint).await;
    let before = stored(db).await;
    sandbox.inject_fault((platform, endpoint), kind, 1);
    assert!(worker.sync_due().await, "{case}");
    let (status, reason, comes_back) = seen(user_client).await;
    let (has_access, has_refresh, days, posts) = stored(db).await;
    assert!(has_access && has_refresh && days >= before.2 && posts >= before.3, "{case}: no data is lost");
    sandbox.state.clear_faults();
    let mut end = "reconnect".to_owned();
    if comes_back {
        let worker = app.second_instance(TIMEOUT);
        make_due(&worker, db, "profile").await;
        assert!(worker.sync_due().await, "{case}");
        let (status, reason, _) = seen(user_client).await;
        end = reason.map_or(status, |reason| reason.as_str().to_owned());
    }
    let says = reason.map_or("", Text::text);
    format!("{:<9} {endpoint:<8} {:<18} {status:<8} {says:<62} {end}", platform.as_str(), format!("{kind:?}"))
}

#[sqlx::test]
async fn each_fault_at_each_platform_keeps_data(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let mut table = String::from(
        "platform  endpoint fault              status   what the creator reads                                         after the next reading\n",
    );
    for platform in OAUTH_PLATFORMS {
        app.connect_to(&sandbox, &mut user_client, (platform, "ada.creates")).await;
        app.sync_all_due().await;
        for endpoint in ["profile", "posts", "refresh"] {
            for kind in FAULTS {
                // Timeouts are handled alike at every endpoint; skip these slow cases.
                if matches!(kind, FaultKind::Timeout | FaultKind::SlowDrip) && endpoint == "posts" {
                    continue;
                }
                let row = row((platform, endpoint, kind), &app, &sandbox, &mut user_client).await;
                let _ = writeln!(table, "{}", row.trim_end());
            }
        }
        sqlx::query("DELETE FROM integrations").execute(&db).await.expect("deleted");
    }
    println!("{table}");
    insta::assert_snapshot!(table);
}
