//! Behavior that differs between the platforms.

use chrono::TimeDelta;
use http::Method;
use huntaze_core::infra::http::TIMEOUT;
use huntaze_domain::{platform::Platform, string_enum::StringEnum};
use huntaze_sandbox::FaultKind;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, EMAIL, OAUTH_PLATFORMS, TestApp};

async fn count(db: &PgPool, what: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {what}"))).fetch_one(db).await.expect("a count")
}

/// Extends all sessions by a year, so that they outlast jumps of the clock.
async fn stay_signed_in(db: &PgPool) {
    sqlx::query("UPDATE sessions SET expires_at = expires_at + interval '1 year'").execute(db).await.expect("updated");
}

#[sqlx::test]
async fn connect_sync_refresh_disconnect_on_every_platform(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    stay_signed_in(&db).await;
    for platform in OAUTH_PLATFORMS {
        let word = platform.as_str();
        let id = app.connect_to(&sandbox, &mut user_client, (platform, "ada.creates")).await;
        app.sync_all_due().await;
        let (posts, days) = (count(&db, "posts").await, count(&db, "daily_insights").await);
        let (expected_posts, expected_days) = match platform {
            Platform::Instagram => (44, 180),
            // YouTube does not report the newest day yet.
            Platform::Youtube => (44, 179),
            _ => (44, 0),
        };
        assert!((posts - expected_posts).abs() <= 1 && days == expected_days, "{word}: {posts} posts, {days} days");
        assert_eq!(count(&db, "audience_snapshots").await, 1, "{word}");

        // All access tokens except Instagram's have expired by then.
        app.advance(&sandbox, TimeDelta::hours(25));
        user_client.get("/api/csrf/token").await;
        app.sync_all_due().await;
        app.advance(&sandbox, TimeDelta::seconds(10));
        let answer = user_client.post(&format!("/api/integrations/refresh/{word}/{id}"), json!({})).await.expect_status(200);
        assert_eq!(answer.json()["status"], "healthy", "{word}: {}", answer.body);
        assert!(sandbox.calls("refresh") > 0, "{word}");

        let page = user_client.page("/integrations").await.body;
        assert!(page.contains(&format!("{}</span>", "@ada.creates")), "{page}");
        let answer = user_client.request(Method::DELETE, &format!("/api/integrations/disconnect/{word}/{id}?data=keep")).await;
        assert_eq!(answer.expect_status(200).json()["status"], "disconnected", "{word}");
        assert_eq!(sandbox.calls("revoke"), 1, "{word}");
        let status = user_client.get("/api/integrations/status").await.json();
        assert_eq!((&status["integrations"], &status["disconnected"][0]["id"]), (&json!([]), &Value::from(id.as_str())), "{word}");
        let stored: (Option<Vec<u8>>, Option<Vec<u8>>) =
            sqlx::query_as("SELECT access_token, refresh_token FROM integrations").fetch_one(&db).await.expect("a row");
        assert_eq!(stored, (None, None), "{word}: no token is left");
        user_client.post(&format!("/api/integrations/refresh/{word}/{id}"), json!({})).await.expect_status(404);
        assert!(count(&db, "posts").await >= posts, "{word}: synced data is kept");

        assert_eq!(app.connect_to(&sandbox, &mut user_client, (platform, "ada.creates")).await, id, "{word}: reconnecting keeps the ID");
        user_client.request(Method::DELETE, &format!("/api/integrations/disconnect/{word}/{id}?data=delete")).await.expect_status(200);
        assert_eq!(count(&db, "integrations").await + count(&db, "posts").await + count(&db, "post_snapshots").await, 0, "{word}");
        sandbox.state.reset();
        sandbox.state.advance(app.core.clock.now() - sandbox.state.now());
    }
}

#[sqlx::test]
async fn authorize_url_has_parameters_of_each_platform(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    let mut asked = serde_json::Map::new();
    for platform in OAUTH_PLATFORMS {
        let url: url::Url = app.start_authorization(&mut user_client, platform).await.parse().expect("a URL");
        let query = url.query_pairs().map(|(name, value)| {
            let is_random = name == "state" || name == "code_challenge";
            assert!(!is_random || value.len() == 43, "{name}={value}");
            (name.into_owned(), Value::from(if is_random { "[random]" } else { &value }))
        });
        asked.insert(platform.as_str().to_owned(), query.collect());
    }
    assert_json_snapshot!(asked);
}

/// Some platforms report totals only: the metrics of a day are the difference of two snapshots.
#[sqlx::test]
async fn daily_metrics_are_derived_from_post_totals(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    stay_signed_in(&db).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Tiktok, "ada.creates")).await;
    app.sync_all_due().await;
    let stats = user_client.get("/api/home/stats?range=7d").await.json();
    assert_eq!(
        (&stats["views"]["state"], &stats["isBackfilling"]),
        (&Value::from("pending"), &Value::from(false)),
        "a single snapshot yields no difference"
    );
    for _ in 0..4 {
        app.advance(&sandbox, TimeDelta::hours(13));
        app.sync_all_due().await;
    }
    // The syncs run from Thursday noon to Saturday: Friday is complete and lies between two snapshots.
    let days: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT day::text, views, interactions FROM daily_insights ORDER BY day").fetch_all(&db).await.expect("days");
    assert_eq!(days.iter().map(|(day, ..)| day.as_str()).collect::<Vec<_>>(), ["2026-01-16"], "{days:?}");
    let difference: i64 = sqlx::query_scalar(
        "SELECT (sum(at_last.views) - sum(coalesce(before.views, 0)))::bigint FROM post_snapshots AS at_last
           LEFT JOIN post_snapshots AS before ON before.post_id = at_last.post_id AND before.day = '2026-01-15'
          WHERE at_last.day = '2026-01-16'",
    )
    .fetch_one(&db)
    .await
    .expect("a sum");
    assert!(days[0].1 > 0 && days[0].2 > 0);
    assert_eq!(days[0].1, difference);
    user_client.get("/api/csrf/token").await;
    let stats = user_client.get("/api/home/stats?range=7d").await.json();
    assert_eq!(stats["views"]["coverage"], json!({ "known": 1, "total": 7 }));
    assert_eq!(stats["engagementRate"]["state"], "unsupported");
}

#[sqlx::test]
async fn endpoints_without_granted_scope_are_not_called(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    for (platform, scopes, outcome) in [
        (Platform::Tiktok, vec!["user.info.basic"], "connected"),
        (Platform::Tiktok, vec!["video.list"], "insufficient_scope"),
        (Platform::Reddit, vec!["identity"], "connected"),
        (Platform::Youtube, vec!["https://www.googleapis.com/auth/youtube.readonly"], "connected"),
        (Platform::X, vec!["tweet.read", "users.read"], "insufficient_scope"),
        (Platform::X, vec!["users.read", "offline.access"], "connected"),
    ] {
        let authorize_url = app.start_authorization(&mut user_client, platform).await;
        let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &scopes)).await;
        let answer = user_client.page(&back).await.expect_status(303);
        assert!(answer.location().contains(outcome), "{platform:?} {scopes:?}: {}", answer.location());
        app.sync_all_due().await;
    }
    let status = user_client.get("/api/integrations/status").await.json();
    for account in status["integrations"].as_array().expect("a list") {
        assert_eq!((&account["status"], &account["lacksPermission"]), (&Value::from("healthy"), &Value::from(true)), "{account}");
    }
    assert_eq!(sandbox.state.requests().iter().filter(|request| request.status >= 400).count(), 0, "no request was rejected");
    let of: Vec<String> = sqlx::query_scalar("SELECT DISTINCT provider FROM posts JOIN integrations ON integrations.id = integration_id")
        .fetch_all(&db)
        .await
        .expect("a list");
    assert_eq!(of, ["youtube"]);
}

/// A manual sync during a running sync returns the outcome of the running one, in any process.
#[sqlx::test]
async fn concurrent_syncs_in_two_instances_make_one_request(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    let second_instance = app.second_instance(TIMEOUT);
    let calls = (0..50).map(|index| {
        let mut client = if index % 2 == 0 { app.client() } else { second_instance.client() };
        client.cookies = user_client.cookies.clone();
        let path = format!("/api/integrations/refresh/x/{id}");
        async move { client.post(&path, json!({})).await.status.as_u16() }
    });
    assert_eq!(futures::future::join_all(calls).await, [200; 50]);
    assert_eq!((sandbox.calls("refresh"), sandbox.calls("posts")), (1, 1));
}

/// The platform's clock is ahead, or the platform has invalidated the token early.
#[sqlx::test]
async fn token_rejected_before_expiry_is_refreshed(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    for platform in OAUTH_PLATFORMS.into_iter().filter(|platform| *platform != Platform::Instagram) {
        app.connect_to(&sandbox, &mut user_client, (platform, "ada.creates")).await;
        sandbox.inject_fault((platform, "profile"), FaultKind::ClockSkew, 1);
        let refreshed = sandbox.calls("refresh");
        app.sync_all_due().await;
        assert_eq!(sandbox.calls("refresh"), refreshed + 1, "{platform:?}");
    }
    let status = user_client.get("/api/integrations/status").await.json();
    assert!(status["integrations"].as_array().expect("a list").iter().all(|account| account["status"] == "healthy"), "{status}");
}

/// A rejected token refresh is not repeated within the same sync.
#[sqlx::test]
async fn rejected_token_refresh_is_not_repeated(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::Tiktok, "ada.creates")).await;
    sandbox.state.revoke("tiktok", "ada.creates");
    let answer = user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(409);
    assert_eq!(answer.error()["error"], "Access was withdrawn. Reconnect to go on.");
    assert_eq!(sandbox.calls("refresh"), 1);
}

/// No account sends requests to a rate limit that is exhausted, if it shares that limit.
#[sqlx::test]
async fn exhausted_rate_limit_stops_all_accounts_sharing_it(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Reddit, "ada.creates")).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Reddit, "ada.backstage")).await;
    let calls = sandbox.calls("profile");
    sandbox.inject_fault((Platform::Reddit, "profile"), FaultKind::RateLimited, 1);
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("profile"), calls + 1, "the second account sent no request");
    let status = user_client.get("/api/integrations/status").await.json();
    assert!(status["integrations"].as_array().expect("a list").iter().all(|account| account["reason"] == "rate_limited"), "{status}");
    app.advance(&sandbox, TimeDelta::minutes(6));
    app.sync_all_due().await;
    let status = user_client.get("/api/integrations/status").await.json();
    assert!(status["integrations"].as_array().expect("a list").iter().all(|account| account["reason"].is_null()), "{status}");
}

#[sqlx::test]
async fn reconnect_with_another_account_is_rejected(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let visit = |account: &'static str| {
        let (mut user_client, id, sandbox) = (user_client.clone(), id.clone(), sandbox.clone());
        async move {
            let asked = json!({ "provider": "instagram", "integrationId": id });
            let answer = user_client.post("/api/integrations/connect", asked).await.expect_status(200);
            let back = sandbox.submit_consent(answer.json()["authorizeUrl"].as_str().expect("a URL"), "allow", (account, &[])).await;
            user_client.page(&back).await.expect_status(303).location().to_owned()
        }
    };
    assert_eq!(visit("ada.backstage").await, "/integrations?error=wrong_account&provider=instagram");
    assert_eq!(count(&db, "integrations").await, 1, "nothing was changed");
    assert_eq!(visit("ada.creates").await, format!("/integrations?connected=instagram&integrationId={id}"));
    let mut eve = app.user_client("eve@example.com").await;
    eve.post("/api/integrations/connect", json!({ "provider": "instagram", "integrationId": id })).await.expect_status(404);
    user_client.post("/api/integrations/connect", json!({ "provider": "tiktok", "integrationId": id })).await.expect_status(404);
}

/// A disconnected account can be connected by another user; the data that the first user has kept stays with that user.
#[sqlx::test]
async fn disconnected_account_can_be_connected_by_another_user(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    let id = app.connect(&sandbox, &mut ada, "ada.creates").await;
    app.sync_all_due().await;
    ada.request(Method::DELETE, &format!("/api/integrations/disconnect/instagram/{id}?data=keep")).await.expect_status(200);
    assert_eq!(ada.get("/api/home/stats").await.json()["audience"]["state"], "pending", "disconnected accounts do not count");
    let new = app.connect(&sandbox, &mut eve, "ada.creates").await;
    assert_ne!(new, id);
    let authorize_url = app.start_instagram_authorization(&mut ada).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &[])).await;
    assert!(ada.page(&back).await.location().contains("already_connected"));
    assert_eq!(ada.get("/api/integrations/status").await.json()["disconnected"][0]["id"], Value::from(id.as_str()));
    let kept = count(&db, "daily_insights").await;
    ada.post("/api/integrations/disconnect", json!({ "id": id, "data": "delete" })).await.expect_status(200);
    assert_eq!((kept, count(&db, "daily_insights").await), (180, 0));
    ada.post("/api/integrations/disconnect", json!({ "id": id, "data": "shred" })).await.expect_status(400);
}

/// Two users connect an account at once that one of them had connected before: exactly one succeeds.
#[sqlx::test]
async fn concurrent_connects_by_two_users_succeed_once(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    for _ in 0..5 {
        let id = app.connect(&sandbox, &mut ada, "ada.creates").await;
        ada.request(Method::DELETE, &format!("/api/integrations/disconnect/instagram/{id}")).await.expect_status(200);
        let backs = [app.start_instagram_authorization(&mut ada).await, app.start_instagram_authorization(&mut eve).await];
        let backs = [
            sandbox.submit_consent(&backs[0], "allow", ("ada.creates", &[])).await,
            sandbox.submit_consent(&backs[1], "allow", ("ada.creates", &[])).await,
        ];
        let (one, two) = tokio::join!(ada.page(&backs[0]), eve.page(&backs[1]));
        let outcomes = [one.location().contains("connected=instagram"), two.location().contains("connected=instagram")];
        assert_eq!(outcomes.iter().filter(|is_connected| **is_connected).count(), 1, "{} {}", one.location(), two.location());
        assert_eq!(count(&db, "integrations WHERE disconnected_at IS NULL").await, 1);
        sqlx::query("DELETE FROM integrations").execute(&db).await.expect("deleted");
    }
}

#[sqlx::test]
async fn event_log_is_visible_to_its_user_only(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::X, "ada.creates")).await;
    stay_signed_in(&db).await;
    app.sync_all_due().await;
    sandbox.inject_fault((Platform::X, "profile"), FaultKind::ServerError, 1);
    app.advance(&sandbox, TimeDelta::hours(25));
    app.sync_all_due().await;
    sandbox.state.revoke("x", "ada.creates");
    app.advance(&sandbox, TimeDelta::hours(3));
    app.sync_all_due().await;
    let history = user_client.get(&format!("/api/integrations/events?id={id}")).await.expect_status(200).json();
    let events: Vec<_> =
        history["events"].as_array().expect("a list").iter().rev().map(|event| json!([event["kind"], event["reason"]])).collect();
    assert_eq!(
        Value::from(events),
        json!([
            ["connected", null],
            ["synced", null],
            ["token_refreshed", null],
            ["sync_failed", "transient"],
            ["token_refresh_failed", "revoked"],
            ["sync_failed", "revoked"],
        ])
    );
    let page = user_client.page(&format!("/integrations?events={id}")).await.body;
    assert!(page.contains("What happened") && page.contains("Access not renewed"), "rendered on the server: {page}");
    let mut eve = app.user_client("eve@example.com").await;
    eve.get(&format!("/api/integrations/events?id={id}")).await.expect_status(404);
    user_client.get("/api/integrations/events?id=nonsense").await.expect_status(404);
    app.anon_client().await.get(&format!("/api/integrations/events?id={id}")).await.expect_status(401);
}

/// An account with a long history takes several syncs at first.
#[sqlx::test]
async fn syncs_of_one_run_are_one_event(db: PgPool) {
    let (app, sandbox, mut user_client, id) = TestApp::with_account(db.clone()).await;
    let synced = async |user_client: &mut Client| {
        let log = user_client.get(&format!("/api/integrations/events?id={id}")).await.expect_status(200).json();
        log["events"].as_array().expect("a list").iter().filter(|event| event["kind"] == "synced").count()
    };
    let stored = "SELECT count(*) FROM integration_events WHERE kind = 'synced'";
    assert!(sqlx::query_scalar::<_, i64>(stored).fetch_one(&db).await.expect("a count") > 1, "the backfill takes several syncs");
    assert_eq!(synced(&mut user_client).await, 1);
    app.advance(&sandbox, TimeDelta::hours(7));
    app.sync_all_due().await;
    assert_eq!(synced(&mut user_client).await, 2);
}

/// Reddit does not report views: its days have no value for views, and none is shown as 0.
#[sqlx::test]
async fn metric_not_reported_by_platform_stays_unknown(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    stay_signed_in(&db).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Reddit, "ada.creates")).await;
    for _ in 0..6 {
        app.sync_all_due().await;
        app.advance(&sandbox, TimeDelta::hours(13));
    }
    let days: (i64, i64) =
        sqlx::query_as("SELECT count(*), count(views) FROM daily_insights WHERE interactions > 0").fetch_one(&db).await.expect("a count");
    assert!(days.0 > 0 && days.1 == 0, "{days:?}");
    user_client.get("/api/csrf/token").await;
    let analytics = user_client.get("/api/analytics?range=7d").await.json();
    for day in analytics["days"].as_array().expect("days") {
        assert_eq!(day["views"], json!({ "value": null, "known": 0, "total": 0 }), "{day}");
    }
    assert_eq!(analytics["stats"]["views"]["state"], "unsupported");
    let table = user_client.get("/api/analytics/days.csv?range=7d").await.body;
    assert!(table.lines().skip(1).all(|row| row.split(',').nth(4) == Some("")), "{table}");
}

/// The total of a post without a value on the day before is not attributed to a single day.
#[sqlx::test]
async fn total_without_previous_value_is_not_counted(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Tiktok, "ada.creates")).await;
    app.sync_all_due().await;
    sqlx::query("UPDATE post_snapshots SET views = NULL").execute(&db).await.expect("updated");
    for _ in 0..4 {
        app.advance(&sandbox, TimeDelta::hours(13));
        app.sync_all_due().await;
    }
    let views: Option<i64> =
        sqlx::query_scalar("SELECT views FROM daily_insights WHERE day = '2026-01-16'").fetch_one(&db).await.expect("a day");
    let new: Option<i64> = sqlx::query_scalar(
        "SELECT sum(views)::bigint FROM post_snapshots JOIN posts ON posts.id = post_id
          WHERE day = '2026-01-16' AND NOT EXISTS (SELECT FROM post_snapshots AS before WHERE before.post_id = posts.id AND before.day = '2026-01-15')",
    )
    .fetch_one(&db)
    .await
    .expect("a sum");
    assert_eq!(views, new, "only new posts count");
}

/// TikTok revokes with an access token, which has expired by then: it is refreshed first.
#[sqlx::test]
async fn disconnect_refreshes_expired_token_before_revoking(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect_to(&sandbox, &mut user_client, (Platform::Tiktok, "ada.creates")).await;
    app.advance(&sandbox, TimeDelta::hours(3));
    let answer = user_client.request(Method::DELETE, &format!("/api/integrations/disconnect/tiktok/{id}")).await.expect_status(200);
    assert_eq!(answer.json()["status"], "disconnected");
    let withdrawn: Vec<_> =
        sandbox.state.requests().into_iter().filter(|request| request.endpoint == "revoke").map(|request| request.status).collect();
    assert_eq!((sandbox.calls("refresh"), withdrawn), (1, vec![200]));
}

/// A permission error for a single post does not mean that the account lacks the permission.
#[sqlx::test]
async fn permission_error_of_a_post_keeps_account_permission(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    sandbox.fail("post_insights", FaultKind::ScopeRemoved, 3);
    app.sync_all_due().await;
    let account = user_client.get("/api/integrations/status").await.json()["integrations"][0].clone();
    assert_eq!((&account["status"], &account["lacksPermission"]), (&Value::from("healthy"), &Value::from(false)), "{account}");
    let known: (i64, i64) = sqlx::query_as("SELECT count(*), count(likes) FROM post_snapshots").fetch_one(&db).await.expect("a count");
    assert_eq!(known, (44, 44), "the posts are stored nevertheless");
}
