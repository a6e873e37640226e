//! Caption generation, AI quota and rate limit.

use chrono::{DateTime, TimeDelta};
use huntaze_core::infra::http;
use huntaze_domain::accounts::Plan;
use huntaze_sandbox::{Fault, FaultKind};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, Creator, EMAIL, Sandbox, TestApp, ai_usage};

fn sea() -> Value {
    json!({ "platform": "x", "contentType": "photos", "tone": "warm", "keywords": ["sea", "sunset"], "description": "Sunset at the beach." })
}

/// Like [`sea`], but bypasses the response cache.
fn anew() -> Value {
    let mut input = sea();
    input["regenerate"] = json!(true);
    input
}

async fn setup(db: PgPool) -> (TestApp, Sandbox, Client) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let user_client = app.user_client(EMAIL).await;
    (app, sandbox, user_client)
}

#[sqlx::test]
async fn captions_are_generated_stored_and_counted(db: PgPool) {
    let (app, _sandbox, mut user_client) = setup(db.clone()).await;
    assert_json_snapshot!(user_client.get("/api/ai/quota").await.expect_status(200).json());
    let captions = user_client.post("/api/ai/generate-caption", sea()).await.expect_status(200).json();
    assert_json_snapshot!(captions, { ".id" => "[id]", ".createdAt" => "[time]" });
    assert_eq!(user_client.used_requests().await, 1);
    assert_eq!(ai_usage(&db).await, (1, captions["usage"]["costMicroUsd"].as_i64().expect("a number")));

    let id = captions["id"].as_str().expect("an id");
    let uri = format!("/api/ai/captions?id={id}");
    assert_eq!(user_client.get(&uri).await.expect_status(200).json(), captions);
    let page = user_client.page(&format!("/content?captions={id}")).await.expect_status(200).body;
    for part in ["Captions for X", "Variant 3", "made up on this machine", "of 280 characters", "Sandbox", "Sunset at the beach."] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let mut eve = app.user_client("eve@example.com").await;
    eve.get(&uri).await.expect_status(404);
    eve.get("/api/ai/captions?id=x").await.expect_status(404);
    assert_eq!(eve.get("/api/ai/captions").await.expect_status(200).json(), Value::Null);
    assert_eq!(user_client.get("/api/ai/captions").await.json(), captions, "the newest");
    app.anon_client().await.get("/api/ai/quota").await.expect_status(401);
    let export = user_client.get("/api/account/export").await.expect_status(200).json();
    assert_eq!(export["aiRequests"][0]["operation"], "caption", "{export}");
    assert_eq!(export["captions"][0]["variants"], captions["variants"]);
}

#[sqlx::test]
async fn invalid_caption_input_costs_nothing(db: PgPool) {
    let (_app, sandbox, mut user_client) = setup(db.clone()).await;
    let answer =
        user_client.post("/api/ai/generate-caption", json!({ "platform": "myspace", "keywords": [] })).await.expect_status(400).json();
    assert_json_snapshot!(answer["fields"], @r#"
    {
      "contentType": "Choose what you post.",
      "description": "Say what the post is about, here or with keywords.",
      "platform": "Choose a platform."
    }
    "#);
    assert_eq!((user_client.used_requests().await, ai_usage(&db).await, sandbox.calls("generate")), (0, (0, 0), 0));
}

/// The quota holds for concurrent requests to two application instances.
#[sqlx::test]
async fn concurrent_requests_stay_within_quota(db: PgPool) {
    let (app, sandbox, user_client) = setup(db.clone()).await;
    let second_instance = app.second_instance(http::TIMEOUT);
    let month = "INSERT INTO ai_requests (id, user_id, month, operation, state, reserved_until, created_at)
                 SELECT gen_random_uuid(), users.id, date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC')::date, 'caption', 'settled', $1, $1
                   FROM users, generate_series(1, 90)";
    sqlx::query(month).bind(app.core.clock.now()).execute(&db).await.expect("inserted");
    let asks = (0..200).map(|number| {
        let mut asking = if number % 2 == 0 { app.client() } else { second_instance.client() };
        asking.cookies.clone_from(&user_client.cookies);
        async move { asking.post("/api/ai/generate-caption", anew()).await }
    });
    let answers = futures::future::join_all(asks).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((count(200), count(429)), (10, 190));
    assert!(answers.iter().filter(|answer| answer.status.as_u16() == 429).all(|answer| answer.code() == "quota_exceeded"));
    assert_eq!(sandbox.calls("generate"), 10);
    let (calls, cost) = ai_usage(&db).await;
    let told: i64 = answers
        .iter()
        .filter(|answer| answer.status.is_success())
        .map(|answer| answer.json()["usage"]["costMicroUsd"].as_i64().expect("a number"))
        .sum();
    assert_eq!((calls, cost), (10, told), "the sum of the reported costs, to the micro-USD");
}

#[sqlx::test]
async fn expired_reservation_is_released(db: PgPool) {
    let (app, _sandbox, mut user_client) = setup(db.clone()).await;
    let now = app.core.clock.now();
    let reserved = "INSERT INTO ai_requests (id, user_id, month, operation, reserved_until, created_at)
                    SELECT gen_random_uuid(), users.id, date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC')::date, 'caption', $2, $1 FROM users";
    sqlx::query(reserved).bind(now).bind(now + TimeDelta::minutes(5)).execute(&db).await.expect("inserted");
    assert_eq!(user_client.used_requests().await, 1);
    app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(user_client.used_requests().await, 0);
}

#[sqlx::test]
async fn quota_renews_at_start_of_next_month(db: PgPool) {
    let (app, sandbox, mut user_client) = setup(db).await;
    let last: DateTime<chrono::Utc> = "2026-01-31T23:59:59.999Z".parse().expect("a time");
    app.advance(&sandbox, last - app.core.clock.now());
    user_client.get("/api/csrf/token").await;
    user_client.post("/api/auth/login", json!({ "email": EMAIL, "password": crate::support::PASSWORD })).await.expect_status(200);
    user_client.post("/api/ai/generate-caption", sea()).await.expect_status(200);
    assert_eq!(user_client.get("/api/ai/quota").await.json()["renewsAt"], "2026-02-01T00:00:00Z");
    assert_eq!(user_client.used_requests().await, 1);
    app.advance(&sandbox, TimeDelta::milliseconds(1));
    assert_eq!(user_client.get("/api/ai/quota").await.json()["renewsAt"], "2026-03-01T00:00:00Z");
    assert_eq!(user_client.used_requests().await, 0);
}

#[sqlx::test]
async fn rate_limit_depends_on_plan(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox_config(db.clone(), |config| config.limits.ai = 5).await;
    let mut user_client = app.user_client(EMAIL).await;
    for _ in 0..5 {
        user_client.post("/api/ai/generate-caption", sea()).await.expect_status(200);
    }
    let refused = user_client.post("/api/ai/generate-caption", sea()).await.expect_status(429);
    assert_eq!(refused.code(), "rate_limited");
    sqlx::query("UPDATE users SET plan = 'PREMIUM'").execute(&db).await.expect("updated");
    app.clock.advance(TimeDelta::seconds(2));
    user_client.post("/api/ai/generate-caption", sea()).await.expect_status(200);
    let quota = user_client.get("/api/ai/quota").await.json();
    assert_eq!((&quota["plan"], &quota["limit"], &quota["remaining"]), (&json!(Plan::Premium), &Value::Null, &Value::Null));
    let mut eve = Creator::new("eve@example.com").plan(Plan::Pro).sign_in(&app).await;
    for _ in 0..6 {
        eve.post("/api/ai/generate-caption", sea()).await.expect_status(200);
    }
}

#[sqlx::test]
async fn missing_gemini_key_is_named_to_admins_only(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut ada = Creator::new(EMAIL).sign_in(&app).await;
    let mut olga = Creator::new("olga@example.com").admin().sign_in(&app).await;
    let setup = json!({ "isAvailable": false, "isSandbox": false, "missingVariables": [] });
    assert_eq!(ada.get("/api/ai/status").await.expect_status(200).json(), setup);
    assert_eq!(olga.get("/api/ai/status").await.json()["missingVariables"], json!(["GEMINI_API_KEY"]));
    assert_eq!(ada.post("/api/ai/generate-caption", sea()).await.expect_status(503).code(), "unavailable");
    let (creators, operators) = (ada.page("/content").await.body, olga.page("/content").await.body);
    assert!(creators.contains("There is no AI here.") && !creators.contains("GEMINI_API_KEY") && !creators.contains("Write captions"));
    assert!(operators.contains("Not set: GEMINI_API_KEY."), "{operators}");
    assert!(!operators.contains("AI requests used"), "{operators}");
}

#[sqlx::test]
async fn caption_form_redirects_to_captions_url(db: PgPool) {
    let (_app, sandbox, mut user_client) = setup(db).await;
    let form = [("platform", "reddit"), ("contentType", "text"), ("tone", ""), ("keywords[]", "sea, sun"), ("description", "")];
    let back = user_client.submit("/content", "/api/ai/generate-caption", &form).await.location().to_owned();
    assert!(back.starts_with("/content?captions="), "{back}");
    assert!(user_client.page(&back).await.body.contains("Captions for Reddit"));
    sandbox.state.add_fault(Fault {
        provider: "gemini".to_owned(),
        endpoint: "generate".to_owned(),
        account: None,
        kind: FaultKind::Blocked,
        times: 1,
    });
    let form = [("platform", "reddit"), ("contentType", "text"), ("tone", ""), ("keywords[]", "sea, sun"), ("description", "A dune.")];
    let back = user_client.submit("/content", "/api/ai/generate-caption", &form).await.location().to_owned();
    let page = user_client.page(&back).await.body;
    assert!(page.contains("The AI does not write about this.") && page.contains("A dune."), "{page}");
}
