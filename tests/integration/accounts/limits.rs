use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{EMAIL, PASSWORD, TestApp};

/// An app with a registered user that trusts the address of a client in `X-Forwarded-For`.
async fn app_behind_proxy(db: PgPool) -> TestApp {
    let mut config = huntaze_core::config::Config::for_tests().expect("a valid configuration");
    config.limits.auth = 1000;
    config.limits.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let app = TestApp::with_config(db, config);
    app.register_verified(EMAIL).await;
    app
}

/// Attempts to sign in from an address; returns the status of the response.
async fn login_from(app: &TestApp, address: &str, password: &str) -> u16 {
    let mut client = app.anon_client().await;
    client.headers.insert("x-forwarded-for", address.to_owned());
    client.post("/api/auth/login", json!({ "email": EMAIL, "password": password })).await.status.as_u16()
}

#[sqlx::test]
async fn sixth_auth_request_in_a_minute_is_rate_limited(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    for path in ["login", "register", "forgot-password", "resend-verification", "reset-password"] {
        let uri = format!("/api/auth/{path}");
        for _ in 0..5 {
            assert_ne!(anon_client.post(&uri, json!({})).await.status.as_u16(), 429, "{path}");
        }
        let answer = anon_client.post(&uri, json!({})).await.expect_status(429);
        assert_eq!(answer.header("retry-after"), "12", "{path}");
        let error = json!({ "error": "Too many attempts. Try again in 12 s.", "code": "rate_limited", "requestId": "[id]" });
        assert_eq!(answer.error(), error, "{path}");
    }
    app.clock.advance(TimeDelta::seconds(12));
    anon_client.post("/api/auth/login", json!({})).await.expect_status(400);
    anon_client.post("/api/auth/login", json!({})).await.expect_status(429);
}

#[sqlx::test]
async fn auth_requests_are_limited_by_the_hour_too(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    let mut allowed = 0;
    // Five minutes would allow thirty.
    for _ in 0..30 {
        allowed += u32::from(anon_client.post("/api/auth/login", json!({})).await.status.as_u16() == 400);
        app.clock.advance(TimeDelta::seconds(12));
    }
    // Twenty, and what comes back in six minutes.
    assert_eq!(allowed, 21);
    anon_client.post("/api/auth/login", json!({})).await.expect_status(400);
    let answer = anon_client.post("/api/auth/login", json!({})).await.expect_status(429);
    assert!(answer.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 12), "{}", answer.header("retry-after"));
}

#[sqlx::test]
async fn repeated_login_failures_block_only_their_ip_address(db: PgPool) {
    let app = app_behind_proxy(db).await;
    for _ in 0..10 {
        assert_eq!(login_from(&app, "203.0.113.9", "not the password").await, 401);
    }
    assert_eq!(login_from(&app, "203.0.113.9", PASSWORD).await, 429);
    assert_eq!(login_from(&app, "198.51.100.7", PASSWORD).await, 200);
}

#[sqlx::test]
async fn guesses_from_many_addresses_take_turns_and_do_not_lock_out_the_owner(db: PgPool) {
    let app = app_behind_proxy(db).await;
    assert_eq!(login_from(&app, "198.51.100.7", PASSWORD).await, 200);
    for number in 0..20 {
        assert_eq!(login_from(&app, &format!("203.0.113.{number}"), "not the password").await, 401);
    }
    let begun = std::time::Instant::now();
    let guess = async |number: u8| login_from(&app, &format!("192.0.2.{number}"), "not the password").await;
    let guesses = futures::future::join_all((0..3).map(guess));
    let (guesses, (signed_in, waited)) =
        tokio::join!(guesses, async { (login_from(&app, "198.51.100.7", PASSWORD).await, begun.elapsed()) });
    assert_eq!((guesses, signed_in), (vec![401; 3], 200));
    // Two seconds between two guesses, and none for the owner.
    assert!(begun.elapsed().as_secs() >= 4 && waited < begun.elapsed() / 2, "{waited:?} of {:?}", begun.elapsed());
}

#[sqlx::test]
async fn mails_to_one_address_are_limited(db: PgPool) {
    let mut config = huntaze_core::config::Config::for_tests().expect("a valid configuration");
    config.limits.auth = 1000;
    let app = TestApp::with_config(db, config);
    let mut anon_client = app.anon_client().await;
    for _ in 0..15 {
        anon_client.post("/api/auth/register", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(202);
    }
    app.newest_mail(EMAIL).await;
    assert_eq!(app.mailer.count_to(EMAIL), 10);
    // The last link that was mailed still verifies the password of its own registration; registrations without a mail changed nothing.
    anon_client.post("/api/auth/register", json!({ "email": EMAIL, "password": "set-by-a-stranger" })).await.expect_status(202);
    let token = app.mailed_token(EMAIL).await;
    anon_client.post("/api/auth/verify-email", json!({ "token": token })).await.expect_status(200);
    anon_client.post("/api/auth/login", json!({ "email": EMAIL, "password": "set-by-a-stranger" })).await.expect_status(401);
    // Each kind of mail has its own limit.
    anon_client.post("/api/auth/forgot-password", json!({ "email": EMAIL })).await.expect_status(202);
    assert_eq!(app.newest_mail(EMAIL).await.expect("a mail").subject, "Reset your Huntaze password");
}

#[sqlx::test]
async fn exceeding_ip_limit_returns_429_as_json_or_html(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.client();
    for _ in 0..1000 {
        anon_client.get("/healthz").await.expect_status(200);
    }
    assert_eq!(anon_client.get("/healthz").await.expect_status(429).code(), "rate_limited");
    let page = anon_client.page("/login").await.expect_status(429);
    assert!(page.body.contains("Too many requests") && page.body.starts_with("<!DOCTYPE html>"));
    assert_eq!(page.header("retry-after"), "1");
}

#[sqlx::test]
async fn ipv6_addresses_in_one_64_prefix_share_a_limit(db: PgPool) {
    let mut config = huntaze_core::config::Config::for_tests().expect("a valid configuration");
    config.limits.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let app = TestApp::with_config(db, config);
    let mut anon_client = app.anon_client().await;
    for host in 1..=6 {
        anon_client.headers.insert("x-forwarded-for", format!("2001:db8:1:2::{host}"));
        let status = anon_client.post("/api/auth/login", json!({})).await.status.as_u16();
        assert_eq!(status, if host <= 5 { 400 } else { 429 });
    }
    anon_client.headers.insert("x-forwarded-for", "2001:db8:1:3::1".to_owned());
    anon_client.post("/api/auth/login", json!({})).await.expect_status(400);
}
