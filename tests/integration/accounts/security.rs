//! Security events, and the mails about what looks like somebody else.

use chrono::TimeDelta;
use huntaze_domain::platform::Platform;
use serde_json::json;
use sqlx::PgPool;

use crate::support::{Client, EMAIL, PASSWORD, TestApp, eventually};

const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

async fn sign_in(client: &mut Client, password: &str) -> u16 {
    client.post("/api/auth/login", json!({ "email": EMAIL, "password": password })).await.status.as_u16()
}

async fn subjects(app: &TestApp) -> Vec<String> {
    app.newest_mail(EMAIL).await;
    app.mailer.subjects_to(EMAIL)
}

/// Returns the kinds of events that the user sees, newest first.
async fn kinds(client: &mut Client) -> Vec<String> {
    let page = client.get("/api/auth/events").await.expect_status(200).json();
    page["events"].as_array().expect("a list").iter().map(|event| event["kind"].as_str().expect("a word").to_owned()).collect()
}

#[sqlx::test]
async fn owner_is_told_of_a_new_browser_once(db: PgPool) {
    let app = TestApp::new(db);
    let mut laptop = app.user_client(EMAIL).await;
    assert!(!subjects(&app).await.iter().any(|subject| subject.starts_with("New sign-in")), "the first browser is no news");
    let mut phone = app.anon_client().await;
    phone.headers.insert("user-agent", CHROME.to_owned());
    assert_eq!(sign_in(&mut phone, PASSWORD).await, 200);
    let mail = app.newest_mail(EMAIL).await.expect("a mail");
    assert_eq!(mail.subject, "New sign-in to your Huntaze account");
    for part in ["Device: Chrome on Linux", "Address: 127.0.0.1", "/forgot-password"] {
        assert!(mail.text_body.contains(part) && mail.html_body.contains(part), "{part} is not in: {}", mail.text_body);
    }
    let sent = app.mailer.count_to(EMAIL);
    app.clock.advance(TimeDelta::minutes(2));
    for known in [&mut laptop, &mut phone] {
        known.post("/api/auth/logout", json!({})).await.expect_status(200);
        assert_eq!(sign_in(known, PASSWORD).await, 200);
    }
    app.newest_mail(EMAIL).await;
    assert_eq!(app.mailer.count_to(EMAIL), sent, "both are known");
}

#[sqlx::test]
async fn owner_is_told_of_many_failures_once_a_day(db: PgPool) {
    let mut config = huntaze_core::config::Config::for_tests().expect("a valid configuration");
    config.limits.auth = 1000;
    config.limits.trusted_proxies = vec!["127.0.0.1/32".parse().expect("a network")];
    let app = TestApp::with_config(db, config);
    app.register_verified(EMAIL).await;
    let fail = async |number: usize| {
        let mut client = app.anon_client().await;
        client.headers.insert("x-forwarded-for", format!("203.0.113.{number}"));
        assert_eq!(sign_in(&mut client, "not the password").await, 401);
    };
    for number in 0..9 {
        fail(number).await;
    }
    assert!(!subjects(&app).await.iter().any(|subject| subject.starts_with("Many failed")));
    for number in 9..12 {
        fail(number).await;
    }
    let told = async || subjects(&app).await.iter().filter(|subject| subject.starts_with("Many failed")).count();
    eventually("the owner is told", async || told().await > 0).await;
    assert_eq!(told().await, 1);
}

#[sqlx::test]
async fn token_of_a_session_that_was_signed_out_is_an_incident(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    let mut thief = user_client.clone();
    user_client.post("/api/auth/logout", json!({})).await.expect_status(200);
    thief.get("/api/auth/session").await.expect_status(401);
    assert!(!subjects(&app).await.iter().any(|subject| subject.contains("at risk")), "a request that was under way is none");
    app.clock.advance(TimeDelta::minutes(2));
    for _ in 0..3 {
        thief.get("/api/auth/session").await.expect_status(401);
    }
    assert_eq!(subjects(&app).await.iter().filter(|subject| subject.contains("at risk")).count(), 1);
    assert_eq!(sign_in(&mut user_client, PASSWORD).await, 200);
    let events = kinds(&mut user_client).await;
    assert_eq!(events[..3], ["login_succeeded", "ended_session_used", "logged_out"], "{events:?}");
}

#[sqlx::test]
async fn events_tell_their_user_what_was_done(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Reddit, "ada.creates")).await;
    assert_eq!(app.newest_mail(EMAIL).await.expect("a mail").subject, "An account was connected to Huntaze");
    user_client.get("/api/account/export").await.expect_status(200);
    let events = user_client.get("/api/auth/events").await.expect_status(200).json();
    assert_eq!((&events["events"][0]["kind"], &events["events"][1]["kind"]), (&json!("data_exported"), &json!("integration_connected")));
    assert_eq!(events["events"][1]["subject"], "Reddit @ada.creates");
    let page = user_client.page("/settings").await.expect_status(200).body;
    assert!(page.contains("Security events") && page.contains("Data downloaded") && page.contains("Reddit @ada.creates"), "{page}");
    let mut eve = app.user_client("eve@example.com").await;
    assert!(!kinds(&mut eve).await.contains(&"data_exported".to_owned()), "nobody else's");
    app.client().get("/api/auth/events").await.expect_status(401);
}

#[sqlx::test]
async fn events_are_paginated(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut user_client = app.user_client(EMAIL).await;
    for _ in 0..25 {
        user_client.get("/api/account/export").await.expect_status(200);
    }
    let second = user_client.get("/api/auth/events?page=2").await.expect_status(200).json();
    assert_eq!((&second["page"], &second["pages"]), (&json!(2), &json!(2)));
    assert!(user_client.page("/settings?events=2").await.expect_status(200).body.contains("Page 2 of 2"));
}

#[sqlx::test]
async fn events_cannot_be_changed(db: PgPool) {
    let app = TestApp::new(db.clone());
    app.register_verified(EMAIL).await;
    // As old as it would be in production.
    sqlx::query(
        "INSERT INTO audit_events (id, kind, ip, request_id, created_at) VALUES (gen_random_uuid(), 'login_failed', '-', '-', now())",
    )
    .execute(&db)
    .await
    .expect("added");
    for change in ["UPDATE audit_events SET ip = '127.0.0.2'", "UPDATE audit_events SET kind = 'x'", "DELETE FROM audit_events"] {
        let error = sqlx::query(change).execute(&db).await.expect_err("refused").to_string();
        assert!(error.contains("audit events are not changed"), "{change}: {error}");
    }
    sqlx::query("DELETE FROM users").execute(&db).await.expect("a user can go");
    let known: i64 =
        sqlx::query_scalar("SELECT count(*) FROM audit_events WHERE user_id IS NOT NULL").fetch_one(&db).await.expect("a count");
    assert_eq!(known, 0);
}
