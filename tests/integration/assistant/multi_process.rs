//! Answers and quotas of several server processes.

use chrono::TimeDelta;
use huntaze_core::infra::{
    clock::{Clock, SystemClock},
    http,
};
use serde_json::json;
use sqlx::PgPool;

use super::{messages, scripted};
use crate::support::{EMAIL, ScriptedModel, ScriptedReply, Server, TestApp, ai_usage, eventually};

/// The stop request is stored by another process; the generating process reads it from the database.
#[sqlx::test]
async fn answer_can_be_stopped_by_another_process(db: PgPool) {
    let model = ScriptedModel::quick(|_| Ok(ScriptedReply::Endless("Your views".to_owned())));
    let (app, mut user_client) = scripted(db, &model).await;
    let conversation = user_client.post("/api/ai/chat/start", json!({ "message": "views?" })).await.json()["conversationId"].clone();
    let mut elsewhere = app.second_instance(http::TIMEOUT).client();
    elsewhere.cookies.clone_from(&user_client.cookies);
    elsewhere.post("/api/ai/chat/stop", json!({ "conversationId": conversation })).await.expect_status(200);
    eventually("the answer is stopped", async || messages(&mut user_client, &conversation).await[1]["state"] == "stopped").await;
    assert_eq!(messages(&mut user_client, &conversation).await[1]["text"], "Your views");
}

/// The generating process is killed: its answer fails when the lease expires, and its reservation is released at its deadline.
#[sqlx::test]
async fn answer_of_killed_process_fails_after_its_lease(db: PgPool) {
    huntaze_core::db::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    // The server process uses the system clock, so set the test clocks to the current time.
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut user_client = app.user_client(EMAIL).await;
    let server = Server::start_ready(&db, &sandbox).await;
    let mut session = server.session(EMAIL).await;
    let started = session.post("/api/ai/chat/start", &json!({ "message": "[sandbox:slow] How are my views?" })).await;
    let conversation = started.json()["conversationId"].clone();
    eventually("a part of the answer is stored", async || {
        !messages(&mut user_client, &conversation).await[1]["text"].as_str().expect("text").is_empty()
    })
    .await;
    drop(server);
    assert_eq!(user_client.used_requests().await, 1);
    app.clock.advance(TimeDelta::seconds(20));
    let answer = messages(&mut user_client, &conversation).await[1].clone();
    assert_eq!(answer["state"], "failed", "{answer}");
    assert!(answer["error"].as_str().expect("a problem").starts_with("The answer broke off."));
    // The conversation can be continued at once.
    let again =
        user_client.post("/api/ai/chat", json!({ "message": "views?", "conversationId": conversation })).await.expect_status(200).json();
    assert_eq!(again["message"]["state"], "complete");
    assert_eq!(user_client.used_requests().await, 2);
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(user_client.used_requests().await, 1, "the reservation of the killed process is released");
}

/// Two server processes receive 200 requests when 10 are left in the quota.
#[sqlx::test]
async fn quota_holds_across_two_server_processes(db: PgPool) {
    huntaze_core::db::migrate(&db).await.expect("the queue's tables");
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    app.advance(&sandbox, SystemClock.now() - app.core.clock.now());
    let mut user_client = app.user_client(EMAIL).await;
    let month = "INSERT INTO ai_requests (id, user_id, month, operation, state, reserved_until, created_at)
                 SELECT gen_random_uuid(), users.id, date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC')::date, 'caption', 'settled', $1, $1
                   FROM users, generate_series(1, 90)";
    sqlx::query(month).bind(app.core.clock.now()).execute(&db).await.expect("inserted");
    let servers = [Server::start_ready(&db, &sandbox).await, Server::start_ready(&db, &sandbox).await];
    let sessions = [servers[0].session(EMAIL).await, servers[1].session(EMAIL).await];
    let asks = (0..200_usize).map(|number| {
        let mut session = sessions[number % 2].clone();
        async move { session.post("/api/ai/chat", &json!({ "message": format!("How are my views, for the {number}th time?") })).await }
    });
    let answers = futures::future::join_all(asks).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(200), count(429)), (10, 190));
    let told: i64 = answers
        .iter()
        .filter(|answer| answer.status.is_success())
        .map(|answer| answer.json()["message"]["usage"]["costMicroUsd"].as_i64().expect("a cost"))
        .sum();
    assert_eq!(ai_usage(&db).await.1, told, "the sum of the reported costs, to the micro-USD");
    assert_eq!(user_client.used_requests().await, 100);
}
