//! Several processes with one Redis: what they share, and what they do while it is away.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use futures::future::join_all;
use huntaze_core::{
    infra::{
        clock::MockClock,
        data_cache::{DataCache, Entry},
        http,
        rate_limiter::{MemoryRateLimiter, RateLimit, RateLimiter, RedisRateLimiter},
    },
    services::admin,
};
use huntaze_domain::ids::UserId;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    earnings,
    support::{Access, Client, EMAIL, PASSWORD, RedisServer, ScriptedModel, ScriptedReply, TestApp, eventually},
};

const LIMIT: RateLimit = RateLimit::new("test", 10, TimeDelta::minutes(1));

async fn limiter(server: &RedisServer) -> RedisRateLimiter {
    RedisRateLimiter::new(server.connect().await, MemoryRateLimiter::new(Arc::new(MockClock::default())))
}

/// Counts how many of 60 concurrent events are allowed.
async fn allowed_of_60(limiters: &[RedisRateLimiter]) -> usize {
    let hits = (0..60).map(|number| limiters[number % limiters.len()].hit(LIMIT, "a"));
    join_all(hits).await.iter().filter(|decision| decision.is_allowed()).count()
}

#[tokio::test]
async fn two_processes_allow_one_quota_together() {
    let server = RedisServer::start().await;
    let limiters = [limiter(&server).await, limiter(&server).await];
    assert_eq!(allowed_of_60(&limiters).await, 10);
    let decision = limiters[0].check(LIMIT, "a").await;
    assert!(!decision.is_allowed() && decision.remaining == 0, "{decision:?}");
    assert!(decision.wait <= Duration::from_secs(6) && decision.reset > Duration::from_secs(50), "{decision:?}");
    assert!(limiters[0].hit(LIMIT, "b").await.is_allowed(), "another subject");
    let both = RateLimit::new("both", 100, TimeDelta::minutes(1)).and(3, TimeDelta::hours(1));
    for _ in 0..3 {
        assert!(limiters[0].hit(both, "a").await.is_allowed());
    }
    let decision = limiters[1].hit(both, "a").await;
    assert!(decision.wait > Duration::from_mins(19), "the long quota: {decision:?}");
}

#[tokio::test]
async fn turns_of_two_processes_come_one_after_the_other() {
    let server = RedisServer::start().await;
    let limiters = [limiter(&server).await, limiter(&server).await];
    let turn = RateLimit::new("turn", 1, TimeDelta::seconds(2));
    let mut waits = Vec::new();
    for number in 0..4 {
        waits.push(limiters[number % 2].reserve(turn, "a", Duration::from_secs(5)).await.map(|wait| wait.as_secs_f64().ceil()));
    }
    assert_eq!(waits, [Some(0.0), Some(2.0), Some(4.0), None]);
}

#[tokio::test]
async fn outage_costs_milliseconds_and_limits_stay() {
    let mut server = RedisServer::start().await;
    for outage in ["killed", "paused"] {
        let redis = server.connect().await;
        let limiters = [RedisRateLimiter::new(redis.clone(), MemoryRateLimiter::new(Arc::new(MockClock::default())))];
        match outage {
            "killed" => server.kill(),
            _ => server.pause(),
        }
        // Each process counts by itself.
        let begun = Instant::now();
        assert_eq!(allowed_of_60(&limiters).await, 10, "{outage}");
        assert!(!redis.is_up(), "{outage}");
        assert!(limiters[0].hit(LIMIT, outage).await.is_allowed(), "{outage}: not shut");
        for _ in 0..1000 {
            limiters[0].check(LIMIT, "a").await;
        }
        // A thousand that wait for their time-out would take 40 seconds.
        assert!(begun.elapsed() < Duration::from_secs(5), "{outage}: {:?}", begun.elapsed());
        match outage {
            "killed" => server.restart().await,
            _ => server.resume(),
        }
        eventually("back", async || redis.is_up()).await;
        assert!(limiters[0].hit(LIMIT, outage).await.is_allowed(), "{outage}");
        let other = limiter(&server).await;
        assert_eq!(other.check(LIMIT, outage).await.remaining, 8, "{outage}: one of them was counted in Redis, this would be the second");
    }
}

#[tokio::test]
async fn password_and_tls() {
    for access in [Access::Password, Access::Tls] {
        let server = RedisServer::with_access(access).await;
        assert_eq!(allowed_of_60(&[limiter(&server).await]).await, 10, "{access:?}");
    }
    let server = RedisServer::with_access(Access::Tls).await;
    let mut config = server.config();
    config.ca_file = None;
    let redis = huntaze_core::infra::redis::Redis::connect(&config).expect("valid settings").expect("a URL");
    eventually("the attempt has failed", async || redis.last_failure().is_some()).await;
    assert!(!redis.is_up(), "a certificate that no known authority has signed");
}

#[sqlx::test]
async fn two_processes_answer_429_together_and_say_what_is_left(db: PgPool) {
    let server = RedisServer::start().await;
    let first = TestApp::with_redis(db.clone(), &server).await;
    let second = first.second_instance(http::TIMEOUT);
    second.redis_is_up().await;
    let mut user_client = first.user_client(EMAIL).await;
    let answer = user_client.get("/api/auth/session").await.expect_status(200);
    let all = |name: &str| answer.headers.get_all(name).iter().map(|value| value.to_str().expect("text").to_owned()).collect::<Vec<_>>();
    assert_eq!(all("ratelimit-policy"), ["\"user\";q=100;w=60", "\"ip\";q=1000;w=60"]);
    let left = all("ratelimit");
    assert!(left[0].starts_with("\"user\";r=99;t=") && left[1].starts_with("\"ip\";r=9"), "{left:?}");
    assert!(user_client.page("/login").await.headers.get("ratelimit").is_none(), "pages do not say it");

    let mut client = first.anon_client().await;
    let mut statuses = Vec::new();
    for number in 0..8 {
        client = client.moved_to(if number % 2 == 0 { &first } else { &second });
        statuses.push(client.post("/api/auth/register", json!({})).await.status.as_u16());
    }
    // One registration was that of the user.
    assert_eq!(statuses, [400, 400, 400, 400, 429, 429, 429, 429]);
}

#[sqlx::test]
async fn revoked_session_is_dead_in_all_processes_at_once(db: PgPool) {
    let server = RedisServer::start().await;
    let first = TestApp::with_redis(db.clone(), &server).await;
    let second = first.second_instance(http::TIMEOUT);
    second.redis_is_up().await;
    let mut phone = first.user_client(EMAIL).await;
    let mut laptop = first.anon_client().await;
    laptop.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
    laptop = laptop.moved_to(&second);
    laptop.get("/api/auth/session").await.expect_status(200);
    // It is cached: PostgreSQL is not asked for the session.
    sqlx::query("ALTER TABLE sessions RENAME TO sessions_elsewhere").execute(&db).await.expect("renamed");
    laptop.get("/api/auth/session").await.expect_status(200);
    sqlx::query("ALTER TABLE sessions_elsewhere RENAME TO sessions").execute(&db).await.expect("renamed");

    let sessions = phone.get("/api/auth/sessions").await.expect_status(200).json();
    let other = sessions.as_array().expect("a list").iter().find(|session| session["isCurrent"] == false).expect("the laptop");
    phone.post("/api/auth/sessions/revoke", json!({ "id": other["id"] })).await.expect_status(200);
    laptop.get("/api/auth/session").await.expect_status(401);

    // A change of the user is seen at once, too.
    let mut elsewhere = phone.clone().moved_to(&second);
    elsewhere.get("/api/auth/session").await.expect_status(200);
    phone.post("/api/account/profile", json!({ "name": "Ada" })).await.expect_status(200);
    assert_eq!(elsewhere.get("/api/auth/session").await.expect_status(200).json()["name"], "Ada");
    admin::grant(&first.core, EMAIL).await.expect("granted");
    assert_eq!(elsewhere.get("/api/auth/session").await.expect_status(200).json()["role"], "ADMIN");
    phone.post("/api/auth/logout", json!({})).await.expect_status(200);
    elsewhere.get("/api/auth/session").await.expect_status(401);
}

#[sqlx::test]
async fn session_revoked_during_an_outage_is_dead_afterwards(db: PgPool) {
    let server = RedisServer::start().await;
    let first = TestApp::with_redis(db.clone(), &server).await;
    let second = first.second_instance(http::TIMEOUT);
    second.redis_is_up().await;
    let mut user_client = first.user_client(EMAIL).await;
    let mut elsewhere = user_client.clone().moved_to(&second);
    elsewhere.get("/api/auth/session").await.expect_status(200);
    server.pause();
    user_client.post("/api/auth/logout", json!({})).await.expect_status(200);
    elsewhere.get("/api/auth/session").await.expect_status(401);
    server.resume();
    first.redis_is_up().await;
    second.redis_is_up().await;
    elsewhere.get("/api/auth/session").await.expect_status(401);
}

/// Without Redis's help: a row that is gone from the database is noticed within a minute.
#[sqlx::test]
async fn cached_session_is_checked_in_the_database_every_minute(db: PgPool) {
    let server = RedisServer::start().await;
    let app = TestApp::with_redis(db.clone(), &server).await;
    let mut user_client = app.user_client(EMAIL).await;
    user_client.get("/api/auth/session").await.expect_status(200);
    sqlx::query("DELETE FROM sessions").execute(&db).await.expect("deleted");
    user_client.get("/api/auth/session").await.expect_status(200);
    app.clock.advance(TimeDelta::minutes(1));
    user_client.get("/api/auth/session").await.expect_status(401);
}

#[tokio::test]
async fn concurrent_callers_wait_for_one_computation() {
    let server = RedisServer::start().await;
    let cache = Arc::new(DataCache::new(Some(server.connect().await)));
    let loads = AtomicU32::new(0);
    let user_id = UserId::from(Uuid::from_u128(1));
    let get = |parameters: &'static str| {
        cache.get_or_load(Entry { user_id, name: "test", parameters }, async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok::<u32, ()>(loads.fetch_add(1, Ordering::Relaxed) + 1)
        })
    };
    assert_eq!(join_all((0..20).map(|_| get("a"))).await, vec![Ok(1); 20]);
    assert_eq!(get("b").await, Ok(2), "other parameters");
    cache.change(user_id).done().await;
    assert_eq!((get("a").await, get("a").await), (Ok(3), Ok(3)));
    let failed = cache.get_or_load::<u32, &str>(Entry { user_id, name: "test", parameters: "c" }, async { Err("failed") }).await;
    assert_eq!((failed, get("c").await), (Err("failed"), Ok(4)), "an error is not kept");
}

/// A value that was computed from data that changed meanwhile is not found afterwards.
#[tokio::test]
async fn value_of_older_data_is_not_kept() {
    let server = RedisServer::start().await;
    let [cache, other] = [server.connect().await, server.connect().await].map(|redis| Arc::new(DataCache::new(Some(redis))));
    let user_id = UserId::from(Uuid::from_u128(1));
    let entry = Entry { user_id, name: "test", parameters: "" };
    let old = cache.get_or_load(entry, async {
        other.change(user_id).done().await;
        Ok::<String, ()>("old".to_owned())
    });
    assert_eq!(old.await, Ok("old".to_owned()));
    assert_eq!(other.get_or_load(entry, async { Ok::<String, ()>("new".to_owned()) }).await, Ok("new".to_owned()));
}

#[sqlx::test]
async fn figures_are_kept_until_the_data_changes(db: PgPool) {
    let server = RedisServer::start().await;
    let (app, sandbox) = TestApp::with_sandbox_config(db.clone(), |config| config.redis = server.config()).await;
    app.redis_is_up().await;
    let second = app.second_instance(http::TIMEOUT);
    second.redis_is_up().await;
    let mut user_client = app.user_client(EMAIL).await;
    let mut figures = Figures { client: user_client.clone().moved_to(&second), known: Vec::new() };
    figures.changed_by("the first look", 4).await;
    figures.changed_by("nothing", 0).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    figures.changed_by("connecting", 4).await;
    app.sync_all_due().await;
    figures.changed_by("a sync", 3).await;
    // They are kept: a change that nobody tells is not seen.
    sqlx::query("UPDATE integrations SET account_name = 'renamed'").execute(&db).await.expect("updated");
    figures.changed_by("a change in the database alone", 0).await;
    let day = json!({ "day": "2026-01-10", "amount": "120.50", "currency": "USD" });
    user_client.post("/api/earnings/daily-totals", day.clone()).await.expect_status(200);
    figures.changed_by("a day's earnings", 3).await;
    user_client.post("/api/earnings/daily-totals/delete", day).await.expect_status(200);
    figures.changed_by("deleting them", 2).await;
    let statement = "date,type,net_amount,currency\n2026-01-10 08:00:00,tip,4.00,USD\n";
    let statement = earnings::upload(&mut user_client, statement).await;
    earnings::import(&app, &mut user_client, &statement).await;
    figures.changed_by("an import", 2).await;
    user_client.post("/api/earnings/statements/delete", json!({ "id": statement })).await.expect_status(200);
    figures.changed_by("deleting the statement", 2).await;
    user_client.post("/api/onboarding/complete", json!({ "platforms": ["reddit"] })).await.expect_status(200);
    figures.changed_by("another order of platforms", 1).await;
    app.advance(&sandbox, TimeDelta::seconds(30));
    user_client.post("/api/integrations/refresh", json!({ "id": id })).await.expect_status(200);
    figures.changed_by("a sync by hand", 1).await;
    user_client.post("/api/integrations/disconnect", json!({ "id": id, "data": "keep" })).await.expect_status(200);
    figures.changed_by("disconnecting", 3).await;
    user_client.post("/api/integrations/disconnect", json!({ "id": id, "data": "delete" })).await.expect_status(200);
    figures.changed_by("deleting what was kept", 1).await;
}

/// What is cached, as another process answers it.
struct Figures {
    client: Client,
    known: Vec<String>,
}

impl Figures {
    /// Reads all answers again; at least so many must differ from the last ones, and none if nothing was changed.
    async fn changed_by(&mut self, what: &str, least: usize) {
        let mut answers = Vec::new();
        for path in ["/api/home/stats", "/api/analytics?range=7d", "/api/integrations/status", "/api/ai/suggestions"] {
            answers.push(self.client.get(path).await.expect_status(200).body);
        }
        let known = std::mem::replace(&mut self.known, answers);
        let changed = self.known.iter().enumerate().filter(|(index, answer)| known.get(*index) != Some(answer)).count();
        assert!(changed >= least && (least > 0 || changed == 0), "{changed} answers changed by {what}");
    }
}

/// The text arrives before the process that generates it has stored any.
#[sqlx::test]
async fn answer_of_another_process_is_followed_without_the_database(db: PgPool) {
    let server = RedisServer::start().await;
    let first = TestApp::with_redis(db.clone(), &server)
        .await
        .with_model(ScriptedModel::quick(|_| Ok(ScriptedReply::Endless("Views grow.".to_owned()))));
    let second = first.second_instance(http::TIMEOUT);
    second.redis_is_up().await;
    let mut user_client = first.user_client(EMAIL).await;
    let started = user_client.post("/api/ai/chat/start", json!({ "message": "How are my views?" })).await.expect_status(200).json();
    let id = started["answer"]["id"].as_str().expect("an id").parse().expect("an id");
    let mut seen = String::new();
    eventually("the text is seen", async || {
        seen = second.core.generations.find_remote(id).await.map(|answer| answer.text).unwrap_or_default();
        !seen.is_empty()
    })
    .await;
    let stored: String = sqlx::query_scalar("SELECT text FROM ai_messages WHERE state = 'generating'").fetch_one(&db).await.expect("a row");
    assert_eq!((seen.as_str(), stored.as_str()), ("Views grow.", ""));
    first.core.generations.shut_down();
}
