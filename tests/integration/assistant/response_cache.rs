//! Response cache: cache hits cost nothing, and changed data causes a cache miss.

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_core::{
    ai::{ModelError, Turn},
    services::{admin, billing},
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, EMAIL, PASSWORD, ScriptedModel, ScriptedReply, TestApp};

fn sea(anew: bool) -> Value {
    json!({ "platform": "x", "contentType": "photos", "keywords": [], "description": "Sunset at the beach.", "regenerate": anew })
}

#[sqlx::test]
async fn cached_captions_expire_after_thirty_minutes(db: PgPool) {
    let (app, sandbox, mut user_client, _) = TestApp::with_account(db).await;
    let uri = "/api/ai/generate-caption";
    let first = user_client.post(uri, sea(false)).await.expect_status(200).json();
    assert_eq!(first["usage"]["isCacheHit"], false);
    let known = user_client.post(uri, sea(false)).await.expect_status(200).json();
    assert_eq!((&known["variants"], &known["isSandbox"]), (&first["variants"], &first["isSandbox"]));
    let cost = json!({
        "agents": ["content"], "models": ["gemini-3.8-flash"], "inputTokens": 0, "outputTokens": 0, "costMicroUsd": 0, "isCacheHit": true,
    });
    assert_eq!(known["usage"], cost);
    assert_eq!((user_client.used_requests().await, sandbox.calls("generate")), (1, 1));
    let page = user_client.page(&format!("/content?captions={}", known["id"].as_str().expect("an id"))).await.body;
    assert!(page.contains("known already: it cost nothing, and used no request") && page.contains("Write anew"), "{page}");

    let anew = user_client.post(uri, sea(true)).await.expect_status(200).json();
    assert_eq!((&anew["usage"]["isCacheHit"], user_client.used_requests().await, sandbox.calls("generate")), (&json!(false), 2, 2));
    // The cache is not shared between users.
    let mut eve = app.user_client("eve@example.com").await;
    assert_eq!(eve.post(uri, sea(false)).await.expect_status(200).json()["usage"]["isCacheHit"], false);
    // The user's voice settings are part of the prompt and thus of the cache key.
    user_client
        .post("/api/ai/settings", json!({ "samples": ["Salt on skin."], "bannedWords": "", "monthlyCap": "" }))
        .await
        .expect_status(200);
    assert_eq!(user_client.post(uri, sea(false)).await.expect_status(200).json()["usage"]["isCacheHit"], false);
    app.clock.advance(TimeDelta::minutes(30));
    assert_eq!(user_client.post(uri, sea(false)).await.expect_status(200).json()["usage"]["isCacheHit"], false);
}

#[sqlx::test]
async fn cached_report_is_used_until_metrics_change(db: PgPool) {
    let (_app, _sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    for uri in ["/api/ai/analyze-performance", "/api/ai/optimize-sales"] {
        let first = user_client.post(uri, json!({ "range": "7d" })).await.expect_status(200).json();
        let known = user_client.post(uri, json!({ "range": "7d" })).await.expect_status(200).json();
        let answer = |report: &Value| {
            let fields = report.as_object().expect("a report").clone();
            let own = ["id", "usage", "createdAt"];
            fields.into_iter().filter(|(name, _)| !own.contains(&name.as_str())).collect::<serde_json::Map<_, _>>()
        };
        assert_eq!(answer(&known), answer(&first));
        assert!(answer(&first).contains_key("confidence"), "{first}");
        assert_eq!((&first["usage"]["isCacheHit"], &known["usage"]["isCacheHit"]), (&json!(false), &json!(true)));
        assert_eq!(user_client.post(uri, json!({ "range": "30d" })).await.json()["usage"]["isCacheHit"], false, "another question");
        sqlx::query("UPDATE daily_insights SET views = views + 1").execute(&db).await.expect("updated");
        assert_eq!(user_client.post(uri, json!({ "range": "7d" })).await.json()["usage"]["isCacheHit"], false, "changed metrics");
    }
    assert_eq!(user_client.used_requests().await, 6);
}

#[sqlx::test]
async fn cache_hit_is_returned_when_quota_is_exhausted(db: PgPool) {
    let (app, _sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    user_client.post("/api/ai/generate-caption", sea(false)).await.expect_status(200);
    let month = "INSERT INTO ai_requests (id, user_id, month, operation, state, reserved_until, created_at)
                 SELECT gen_random_uuid(), users.id, date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC')::date, 'caption', 'settled', $1, $1
                   FROM users, generate_series(1, 99)";
    sqlx::query(month).bind(app.core.clock.now()).execute(&db).await.expect("inserted");
    user_client.post("/api/ai/generate-caption", sea(false)).await.expect_status(200);
    assert_eq!(user_client.post("/api/ai/generate-caption", sea(true)).await.expect_status(429).code(), "quota_exceeded");
    assert_eq!(user_client.used_requests().await, 100);
    // The assistant's prompts are not known in advance, so it always needs a request of the quota to start.
    user_client.post("/api/ai/chat", json!({ "message": "How are my views?" })).await.expect_status(429);
}

/// Cache hits cost nothing, even in a request with other model calls; a month with cache hits only is not charged.
#[sqlx::test]
async fn cache_hits_are_not_charged(db: PgPool) {
    let (app, sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    let sign_in = async |user_client: &mut Client| {
        user_client.get("/api/csrf/token").await;
        user_client.post("/api/auth/login", json!({ "email": EMAIL, "password": PASSWORD })).await.expect_status(200);
    };
    let last: DateTime<Utc> = "2026-01-31T23:50:00Z".parse().expect("a time");
    app.advance(&sandbox, last - app.core.clock.now());
    sign_in(&mut user_client).await;
    user_client.post("/api/ai/generate-caption", sea(false)).await.expect_status(200);
    app.advance(&sandbox, TimeDelta::minutes(15));
    assert_eq!(user_client.post("/api/ai/generate-caption", sea(false)).await.expect_status(200).json()["usage"]["isCacheHit"], true);
    assert_eq!(user_client.used_requests().await, 0, "of February");
    app.advance(&sandbox, TimeDelta::days(40));
    assert_eq!(billing::charge_months(&app.core).await.expect("charged"), 1);
    let months: Vec<(String, i64)> =
        sqlx::query_as("SELECT month::text, requests FROM ai_monthly_charges").fetch_all(&db).await.expect("rows");
    assert_eq!(months, [("2026-01-01".to_owned(), 1)]);
}

#[sqlx::test]
async fn assistant_reuses_answer_while_metrics_are_unchanged(db: PgPool) {
    let model = ScriptedModel::quick(|prompt| {
        let is_first = prompt.turns.len() == 1;
        Ok(if is_first {
            ScriptedReply::Calls(vec![("get_metrics".to_owned(), json!({ "range": "30d" }))])
        } else {
            ScriptedReply::text("They grow.")
        })
    });
    let (app, _sandbox, user_client, _) = TestApp::with_account(db.clone()).await;
    let app = app.with_model(model.clone());
    let mut asking = app.client();
    asking.cookies.clone_from(&user_client.cookies);
    let mut ask = async |input: Value| asking.post("/api/ai/chat", input).await.expect_status(200).json();
    let question = json!({ "message": "How are my views?" });
    let first = ask(question.clone()).await;
    assert_eq!((model.prompts().len(), &first["message"]["usage"]["isCacheHit"]), (2, &json!(false)));
    let known = ask(question.clone()).await;
    let (message, before) = (&known["message"], &first["message"]);
    assert_eq!(
        (&message["text"], &message["sources"]),
        (&before["text"], &before["sources"]),
        "the tools run again and return the same data"
    );
    assert_eq!((model.prompts().len(), &message["usage"]["isCacheHit"], &message["usage"]["costMicroUsd"]), (2, &json!(true), &json!(0)));

    // With changed metrics the tool-call round is a cache hit, the answer round is not.
    sqlx::query("UPDATE daily_insights SET views = views + 1").execute(&db).await.expect("updated");
    let changed = ask(question.clone()).await;
    assert_eq!((model.prompts().len(), &changed["message"]["usage"]["isCacheHit"]), (3, &json!(false)));
    // Replacing the question bypasses the cache.
    let conversation = changed["conversationId"].as_str().expect("an id");
    let uri = format!("/api/ai/conversation?id={conversation}");
    let mut reading = app.client();
    reading.cookies.clone_from(&user_client.cookies);
    let asked = reading.get(&uri).await.json()["messages"][0]["id"].clone();
    ask(json!({ "message": "How are my views?", "conversationId": conversation, "replacesMessageId": asked })).await;
    assert_eq!(model.prompts().len(), 5);
    assert_eq!(reading.used_requests().await, 3);
}

#[sqlx::test]
async fn failures_are_not_cached(db: PgPool) {
    let model = ScriptedModel::quick(|prompt| match (&prompt.schema, prompt.turns.last()) {
        (Some(_), _) => Ok(ScriptedReply::text("no JSON")),
        (None, Some(Turn::User(question))) if question.contains("nothing") => Ok(ScriptedReply::text(" ")),
        _ => Err(ModelError::Unavailable("x".to_owned()).into()),
    });
    let (app, _sandbox, user_client, _) = TestApp::with_account(db).await;
    let app = app.with_model(model.clone());
    let mut asking = app.client();
    asking.cookies.clone_from(&user_client.cookies);
    for round in 1..=2 {
        asking.post("/api/ai/generate-caption", sea(false)).await.expect_status(503);
        for message in ["How are my views?", "Say nothing of my views."] {
            let answer = asking.post("/api/ai/chat", json!({ "message": message })).await.expect_status(200).json();
            assert_eq!(answer["message"]["state"], "failed");
        }
        assert_eq!(model.prompts().len(), 4 * round, "two for the captions, one for each answer");
    }
}

#[sqlx::test]
async fn cache_hit_rate_is_reported_to_admins(db: PgPool) {
    let (app, _sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    for _ in 0..4 {
        user_client.post("/api/ai/generate-caption", sea(false)).await.expect_status(200);
    }
    assert!(admin::grant(&app.core, EMAIL).await.expect("granted"));
    let costs = user_client.get("/api/admin/ai-costs").await.expect_status(200).json();
    assert_eq!((&costs["total"]["calls"], &costs["total"]["cacheHits"], &costs["cacheHitRateBp"]), (&json!(1), &json!(3), &json!(7500)));
    assert_eq!((&costs["byAgent"][0]["cacheHits"], &costs["users"][0]["cacheHits"]), (&json!(3), &json!(3)));
    assert!(user_client.page("/admin/ai-costs").await.body.contains("3 answers were known already (75.00 % of all)"));
    let table = user_client.get("/api/admin/ai-costs.csv").await.expect_status(200).body;
    assert!(table.starts_with("day,user_id,email,agent,operation,model,calls,cache_hits,input_tokens"), "{table}");
}
