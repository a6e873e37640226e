//! Requests with an `Idempotency-Key`, and forms that are sent twice.

use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    earnings::{BOUNDARY, STATEMENT, multipart},
    support::{Client, PASSWORD, TestApp, TestResponse},
};

const PATH: &str = "/api/ai/generate-caption";

fn captions(description: &str) -> Value {
    json!({ "platform": "x", "contentType": "photos", "keywords": [], "description": description })
}

async fn post(user_client: &mut Client, key: &'static str, body: Value) -> TestResponse {
    user_client.headers.insert("idempotency-key", key.to_owned());
    let response = user_client.post(PATH, body).await;
    user_client.headers.clear();
    response
}

#[sqlx::test]
async fn requests_with_the_same_key_make_one_thing(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client("ada@example.com").await;
    // At the same time, in two processes.
    let (mut first, mut second) =
        (user_client.clone(), user_client.clone().moved_to(&app.second_instance(std::time::Duration::from_secs(5))));
    let (one, other) = futures::join!(post(&mut first, "k-1", captions("Sunset.")), post(&mut second, "k-1", captions("Sunset.")));
    let (one, other) = (one.expect_status(200), other.expect_status(200));
    assert_eq!(one.json(), other.json());
    assert_eq!([&one, &other].iter().filter(|answer| answer.header("idempotency-replayed") == "true").count(), 1);
    assert_eq!((user_client.used_requests().await, sandbox.calls("generate")), (1, 1));
    // Later, and for another request or another user.
    let later = post(&mut user_client, "k-1", captions("Sunset.")).await.expect_status(200);
    assert_eq!((later.json()["id"].clone(), later.header("content-type")), (one.json()["id"].clone(), "application/json"));
    let misused = post(&mut user_client, "k-1", captions("Sunrise.")).await.expect_status(400);
    assert_eq!(misused.error()["error"], "This Idempotency-Key was used for another request.");
    let mut eve = app.user_client("eve@example.com").await;
    let hers = post(&mut eve, "k-1", captions("Sunset.")).await.expect_status(200);
    assert_ne!(hers.json()["id"], one.json()["id"]);
    for key in ["", "a\u{e9}"] {
        user_client.headers.insert("idempotency-key", key.to_owned());
        user_client.post(PATH, captions("Sunset.")).await.expect_status(400);
        user_client.headers.clear();
    }
    post(&mut user_client, "k-2", captions("")).await.expect_status(400);
    post(&mut user_client, "k-2", captions("Sunrise.")).await.expect_status(200);
    assert_eq!(user_client.used_requests().await, 2, "a request that failed may be sent again");
    app.clock.advance(TimeDelta::hours(25));
    user_client.get("/api/csrf/token").await.expect_status(200);
    user_client.post("/api/auth/login", json!({ "email": "ada@example.com", "password": PASSWORD })).await.expect_status(200);
    post(&mut user_client, "k-1", captions("Sunrise.")).await.expect_status(200);
}

#[sqlx::test]
async fn form_that_is_sent_twice_makes_one_thing(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client("ada@example.com").await;
    let page = user_client.page("/content").await.body;
    let nonce = page.split("name=\"_nonce\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a nonce").to_owned();
    let fields = [("platform", "x"), ("contentType", "photos"), ("description", "Sunset."), ("_nonce", &nonce)];
    let (mut first, mut second) = (user_client.clone(), user_client.clone());
    let (one, other) = futures::join!(first.submit("/content", PATH, &fields), second.submit("/content", PATH, &fields));
    assert_eq!(one.expect_status(303).location(), other.expect_status(303).location(), "both lead to the same captions");
    assert_eq!(user_client.used_requests().await, 1);
    let changed = [("platform", "x"), ("contentType", "photos"), ("description", "Sunrise."), ("_nonce", &nonce)];
    let made = user_client.submit("/content", PATH, &changed).await.expect_status(303);
    assert_eq!(user_client.used_requests().await, 2, "other values are another request");
    app.clock.advance(TimeDelta::seconds(11));
    let later = user_client.submit("/content", PATH, &changed).await.expect_status(303);
    assert_ne!(later.location(), made.location(), "a page that the browser has kept may be sent again later");

    let uri = format!("/api/earnings/statements?_csrf={}&_nonce={nonce}", user_client.csrf());
    for _ in 0..2 {
        let (content_type, body) = (format!("multipart/form-data; boundary={BOUNDARY}"), multipart("a.csv", STATEMENT.as_bytes()));
        user_client.headers.insert("content-length", body.len().to_string());
        user_client.post_raw(&uri, &content_type, body).await.expect_status(201);
        user_client.headers.clear();
    }
    assert_eq!(user_client.get("/api/earnings").await.json()["statements"].as_array().map(Vec::len), Some(1));
    assert!(!app.client().page("/login").await.body.contains("_nonce"), "pages without a session are the same for everybody");
}

/// The process that has taken a key may have died.
#[sqlx::test]
async fn key_of_a_request_without_an_answer_is_free_again_later(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client("ada@example.com").await;
    let id = post(&mut user_client, "k", captions("Sunset.")).await.expect_status(200).json()["id"].clone();
    sqlx::query("UPDATE idempotency_keys SET status = NULL").execute(&db).await.expect("as if it had died");
    app.clock.advance(TimeDelta::minutes(16));
    let again = post(&mut user_client, "k", captions("Sunset.")).await.expect_status(200).json()["id"].clone();
    assert_ne!(id, again);
}

/// A stream is not kept: nobody could follow it twice.
#[sqlx::test]
async fn answer_that_is_not_kept_is_not_given_twice(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db).await;
    user_client.headers.insert("idempotency-key", "k".to_owned());
    let input = json!({ "message": "How are my views?" });
    user_client.post("/api/ai/chat/stream", input.clone()).await.expect_status(200);
    let again = user_client.post("/api/ai/chat/stream", input).await.expect_status(409);
    assert_eq!(again.error()["error"], "This request has been answered already, and its answer is not kept.");
}
