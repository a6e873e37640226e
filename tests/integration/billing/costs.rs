//! AI costs: the admin page, monthly charges, quota mails, cost limits and voice settings.

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_core::{
    db::{self, billing::ledger::ModelCall},
    services::{admin, billing},
};
use huntaze_domain::{accounts::Plan, ai::AgentKind, billing::TokenUsage};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::support::{Client, Creator, EMAIL, ScriptedModel, ScriptedReply, TestApp};

const ADMIN: &str = "olga@example.com";

/// Inserts a settled AI request of a user at an instant, with `calls` model calls that cost `cost_micro_usd` micro-USD each.
async fn spend(db: &PgPool, email: &str, (at, operation): (&str, &str), (calls, cost_micro_usd): (i32, i64)) {
    let request = "WITH request AS (
            INSERT INTO ai_requests (id, user_id, month, operation, state, reserved_until, created_at)
            SELECT gen_random_uuid(), id, date_trunc('month', $2::timestamptz AT TIME ZONE 'UTC')::date, $3, 'settled', $2, $2 FROM users WHERE email = $1
            RETURNING id)
        INSERT INTO ai_usage (id, request_id, agent, model, input_tokens, output_tokens, cost_micro_usd, created_at)
        SELECT gen_random_uuid(), request.id, 'content', 'gemini-3.8-flash', 100, 10, $5, $2 FROM request, generate_series(1, $4)";
    let at: DateTime<Utc> = at.parse().expect("a time");
    sqlx::query(request).bind(email).bind(at).bind(operation).bind(calls).bind(cost_micro_usd).execute(db).await.expect("inserted");
}

#[sqlx::test]
async fn ai_costs_are_summed_and_filtered_for_admins(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    let mut ada = app.user_client(EMAIL).await;
    // The first and the last instant of the requested days, and one just after them.
    spend(&db, EMAIL, ("2026-01-13T00:00:00Z", "caption"), (2, 1_000_001)).await;
    spend(&db, EMAIL, ("2026-01-14T23:59:59.999Z", "chat"), (1, 500_000)).await;
    spend(&db, "olga@example.com", ("2026-01-14T12:00:00Z", "chat"), (1, 250_000)).await;
    spend(&db, EMAIL, ("2026-01-15T00:00:00Z", "chat"), (1, 9_000_000)).await;
    let uri = "/api/admin/ai-costs?firstDay=2026-01-13&lastDay=2026-01-14";
    ada.get(uri).await.expect_status(403);
    app.anon_client().await.get(uri).await.expect_status(401);
    assert_json_snapshot!(olga.get(uri).await.expect_status(200).json(), { ".users[].userId" => "[id]" });
    let total = async |olga: &mut Client, filter: &str| {
        olga.get(&format!("{uri}&{filter}")).await.expect_status(200).json()["total"]["costMicroUsd"].clone()
    };
    assert_eq!(total(&mut olga, "operation=chat").await, 750_000);
    assert_eq!(total(&mut olga, "email=ADA@").await, 2_500_002);
    assert_eq!(total(&mut olga, "agent=sales").await, 0);
    assert_eq!(total(&mut olga, "model=gemini-3.8-flash").await, 2_750_002);
    let refused = olga.get("/api/admin/ai-costs?firstDay=2026-02-01&lastDay=2026-01-01&agent=x").await.expect_status(400).json();
    assert_eq!(refused["fields"].as_object().expect("fields").keys().collect::<Vec<_>>(), ["agent", "firstDay"]);
    let refused = refused["fields"]["firstDay"].as_str().expect("a sentence").to_owned();
    let page = olga.page("/admin/ai-costs?firstDay=2026-02-01&lastDay=2026-01-01").await.expect_status(200).body;
    assert!(page.contains(&refused) && page.contains("value=\"2026-02-01\""), "the filters say what is wrong: {page}");
    let page = olga.page("/admin/ai-costs?firstDay=2026-01-13&lastDay=2026-01-14").await.expect_status(200).body;
    for part in ["$2.7501 from 2026-01-13 to 2026-01-14", "Nothing stands out.", "Download (CSV)", "gemini-3.8-flash", EMAIL] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[sqlx::test]
async fn csv_lists_all_calls_and_escapes_formulas(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    app.register_verified(EMAIL).await;
    sqlx::query("UPDATE users SET email = '=cmd@example.com' WHERE email = $1").bind(EMAIL).execute(&db).await.expect("updated");
    spend(&db, "=cmd@example.com", ("2026-01-14T12:00:00Z", "caption"), (2, 1_000_001)).await;
    let mut ada = app.client();
    ada.get("/api/admin/ai-costs.csv").await.expect_status(401);
    let table = olga.get("/api/admin/ai-costs.csv?firstDay=2026-01-01").await.expect_status(200);
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let rows: Vec<_> = table.body.lines().collect();
    assert_eq!(rows[0], "day,user_id,email,agent,operation,model,calls,cache_hits,input_tokens,output_tokens,cost_usd");
    assert!(rows[1].ends_with(",'=cmd@example.com,content,caption,gemini-3.8-flash,2,0,200,20,2.000002"), "{}", rows[1]);
    olga.get("/api/admin/ai-costs.csv?firstDay=soon").await.expect_status(400);
}

#[sqlx::test]
async fn cost_anomalies_are_reported(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    for number in 0..20 {
        let email = format!("creator-{number}@example.com");
        let user = "INSERT INTO users (id, email, password_hash, created_at, updated_at) VALUES (gen_random_uuid(), $1, 'x', now(), now())";
        sqlx::query(user).bind(&email).execute(&db).await.expect("inserted");
        // The last user spends fifty times as much as the others, all of it on one operation.
        let times = if number == 19 { 50 } else { 1 };
        spend(&db, &email, ("2026-01-14T12:00:00Z", "chat"), (1, 400_000 * times)).await;
    }
    let anomalies = olga.get("/api/admin/ai-costs").await.expect_status(200).json()["anomalies"].clone();
    assert_json_snapshot!(anomalies, { "[].userId" => "[id]" });
}

#[sqlx::test]
async fn month_is_charged_once_by_concurrent_runs(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    app.register_verified(EMAIL).await;
    spend(&db, EMAIL, ("2025-12-31T23:59:59.999Z", "chat"), (3, 333_333)).await;
    spend(&db, EMAIL, ("2026-01-01T00:00:00Z", "chat"), (1, 1)).await;
    let both = futures::future::join_all((0..8).map(|_| billing::charge_months(&app.core))).await;
    assert_eq!(both.into_iter().map(|new| new.expect("charged")).sum::<u64>(), 1, "exactly one of eight runs charges the month");
    let charges = async || -> Vec<(String, i64, i64)> {
        let rows = sqlx::query_as("SELECT month::text, requests, cost_micro_usd FROM ai_monthly_charges ORDER BY month");
        rows.fetch_all(&db).await.expect("rows")
    };
    assert_eq!(charges().await, [("2025-12-01".to_owned(), 1, 999_999)], "the current month is not charged");
    assert_eq!(billing::charge_months(&app.core).await.expect("asked"), 0);
    // A call that is recorded late is added to the charge of its month.
    spend(&db, EMAIL, ("2025-12-31T23:00:00Z", "chat"), (1, 1)).await;
    let months = olga.get("/api/admin/ai-costs").await.json()["months"].clone();
    assert_eq!(
        (&months[0]["chargedMicroUsd"], &months[0]["usedMicroUsd"]),
        (&json!(999_999), &json!(1_000_000)),
        "the difference is shown until the next run corrects it"
    );
    assert_eq!(billing::charge_months(&app.core).await.expect("asked"), 1);
    assert_eq!(charges().await, [("2025-12-01".to_owned(), 2, 1_000_000)]);
    // A month is charged from one hour after its end (UTC).
    let midnight: DateTime<Utc> = "2026-02-01T00:59:59Z".parse().expect("a time");
    app.clock.advance(midnight - app.core.clock.now());
    assert_eq!(billing::charge_months(&app.core).await.expect("asked"), 0);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(billing::charge_months(&app.core).await.expect("asked"), 1);
}

#[sqlx::test]
async fn quota_mail_is_sent_once_per_threshold_and_quota(db: PgPool) {
    let (app, _) = TestApp::with_sandbox(db.clone()).await;
    let app = app.with_model(ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes."))));
    let mut ada = app.user_client(EMAIL).await;
    let subjects = async |app: &TestApp| -> Vec<String> {
        app.deliver_due().await;
        let mails = sqlx::query_scalar("SELECT subject FROM mail_outbox WHERE subject LIKE '%AI requests%' ORDER BY created_at, subject");
        let waiting: Vec<String> = mails.fetch_all(&db).await.expect("rows");
        assert!(waiting.is_empty(), "all mails are sent");
        app.mailer.subjects_to(EMAIL).into_iter().filter(|subject| subject.contains("AI requests")).collect()
    };
    let before = "INSERT INTO ai_requests (id, user_id, month, operation, state, reserved_until, created_at)
                  SELECT gen_random_uuid(), users.id, '2026-01-01', 'chat', 'settled', now(), now() FROM users, generate_series(1, $1)";
    sqlx::query(before).bind(78).execute(&db).await.expect("inserted");
    // Ask a different question each time, so that no request is a cache hit.
    let ask = async |ada: &mut Client, number: u8| {
        ada.post("/api/ai/chat", json!({ "message": format!("views {number}?") })).await.expect_status(200)
    };
    ask(&mut ada, 1).await;
    assert_eq!(subjects(&app).await, Vec::<String>::new(), "79 of 100");
    ask(&mut ada, 2).await;
    ask(&mut ada, 3).await;
    assert_eq!(subjects(&app).await, ["You have used 80 % of this month's AI requests"]);
    sqlx::query(before).bind(18).execute(&db).await.expect("inserted");
    ask(&mut ada, 4).await;
    assert_eq!(subjects(&app).await, ["You have used 80 % of this month's AI requests", "You have used all AI requests of this month"]);
    let refused = ada.post("/api/ai/chat", json!({ "message": "views?" })).await.expect_status(429);
    let february = chrono::DateTime::parse_from_rfc3339("2026-02-01T00:00:00Z").expect("a time");
    let seconds: i64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=2).contains(&(seconds - (february.to_utc() - app.core.clock.now()).num_seconds())), "{seconds}");
    // After an upgrade in the same month, the thresholds of the larger quota are reported again.
    admin::set_plan(&app.core, EMAIL, Plan::Pro).await.expect("set");
    sqlx::query(before).bind(700).execute(&db).await.expect("inserted");
    ask(&mut ada, 5).await;
    assert_eq!(subjects(&app).await.len(), 3);
}

/// A retry after a commit whose acknowledgement was lost inserts the same call again; it must be recorded once.
#[sqlx::test]
async fn repeated_insert_of_a_call_records_it_once(db: PgPool) {
    let (app, _) = TestApp::with_sandbox(db.clone()).await;
    let app = app.with_model(ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes."))));
    app.user_client(EMAIL).await.post("/api/ai/chat", json!({ "message": "views?" })).await.expect_status(200);
    let request: Uuid = sqlx::query_scalar("SELECT id FROM ai_requests").fetch_one(&db).await.expect("a request");
    let (id, tokens) = (Uuid::now_v7(), TokenUsage { input: 1, output: 1 });
    let call = ModelCall { id, agent: AgentKind::Sales, model: "m".to_owned(), tokens, cost_micro_usd: 2, is_cache_hit: false };
    for _ in 0..2 {
        db::billing::ledger::insert_calls(&db, request.into(), std::slice::from_ref(&call), app.core.clock.now()).await.expect("noted");
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM ai_usage").fetch_one(&db).await.expect("a count");
    assert_eq!(count, 2);
}

#[sqlx::test]
async fn premium_plan_is_stopped_by_cost_limit_and_own_cap(db: PgPool) {
    let (app, _) = TestApp::with_sandbox_config(db.clone(), |config| config.limits.ai_monthly_cost_limit = 30).await;
    let app = app.with_model(ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes."))));
    let mut ada = app.user_client(EMAIL).await;
    assert!(admin::set_plan(&app.core, "Ada@Example.com", Plan::Premium).await.expect("set"));
    assert!(!admin::set_plan(&app.core, "nobody@example.com", Plan::Pro).await.expect("asked"));
    // Ask a different question each time, so that no request is a cache hit.
    let ask = async |ada: &mut Client, number: u8| ada.post("/api/ai/chat", json!({ "message": format!("views {number}?") })).await;
    // Each answer costs 15 micro-USD, so the third would exceed the limit of 30.
    ask(&mut ada, 5).await.expect_status(200);
    ask(&mut ada, 6).await.expect_status(200);
    let guarded = ask(&mut ada, 7).await.expect_status(429);
    assert_eq!(
        (guarded.code().as_str(), guarded.json()["error"].as_str().expect("text").contains("limit of cost")),
        ("quota_exceeded", true)
    );
    ada.post("/api/ai/settings", json!({ "samples": [], "bannedWords": "", "monthlyCap": "0" })).await.expect_status(200);
    assert!(ask(&mut ada, 8).await.expect_status(429).json()["error"].as_str().expect("text").contains("as much this month as you allow"));
    assert_eq!(ada.get("/api/ai/settings").await.json()["spentMicroUsd"], 30);
}

#[sqlx::test]
async fn uncounted_requests_are_subject_to_cost_limit(db: PgPool) {
    // The free plan may spend a tenth of the limit: 30 micro-USD.
    let (app, _) = TestApp::with_sandbox_config(db, |config| config.limits.ai_monthly_cost_limit = 300).await;
    // The completion is billed, but does not match the caption schema.
    let app = app.with_model(ScriptedModel::quick(|_| Ok(ScriptedReply::text("Yes."))));
    let mut ada = app.user_client(EMAIL).await;
    let ask = async |ada: &mut Client| {
        ada.post("/api/ai/generate-caption", json!({ "platform": "x", "contentType": "photos", "keywords": ["sea"], "description": "" }))
            .await
    };
    ask(&mut ada).await.expect_status(503);
    let guarded = ask(&mut ada).await.expect_status(429);
    assert!(guarded.json()["error"].as_str().expect("text").contains("limit of cost"));
    assert_eq!(ada.used_requests().await, 0);
}

#[sqlx::test]
async fn captions_use_voice_samples_and_avoid_banned_words(db: PgPool) {
    let variant = |text: &str| json!({ "caption": text, "hashtags": [], "rationale": "x" });
    let model = ScriptedModel::quick(move |prompt| {
        // The first completion contains a banned word, the repaired one does not.
        let word = if prompt.system_instruction.contains("could not be used") { "fine" } else { "CHEAP" };
        Ok(ScriptedReply::Text(vec![json!({ "variants": [variant("a"), variant(&format!("So {word}!")), variant("c")] }).to_string()]))
    });
    let (app, _) = TestApp::with_sandbox(db).await;
    let app = app.with_model(model.clone());
    let mut ada = app.user_client(EMAIL).await;
    let voice = json!({ "samples": ["Hi my loves!", " "], "bannedWords": "cheap, buy now", "monthlyCap": "" });
    ada.post("/api/ai/settings", voice).await.expect_status(200);
    assert_json_snapshot!(ada.get("/api/ai/settings").await.expect_status(200).json(), @r#"
    {
      "monthlyCapMicroUsd": null,
      "plan": "FREE",
      "spentMicroUsd": 0,
      "voice": {
        "bannedWords": [
          "cheap",
          "buy now"
        ],
        "samples": [
          "Hi my loves!"
        ]
      }
    }
    "#);
    let captions = json!({ "platform": "x", "contentType": "photos", "keywords": ["sea"], "description": "" });
    let written = ada.post("/api/ai/generate-caption", captions).await.expect_status(200).json();
    assert_eq!(written["variants"][1]["caption"], "So fine!");
    let prompts = format!("{:?}", model.prompts()[0].turns);
    assert!(prompts.contains("Hi my loves!") && prompts.contains("cheap, buy now"), "{prompts}");
    let refused =
        ada.post("/api/ai/settings", json!({ "samples": [], "bannedWords": "", "monthlyCap": "much" })).await.expect_status(400).json();
    assert_eq!(refused["fields"], json!({ "monthlyCap": "An amount of dollars, as 20 or 12.50." }));
    let page = ada.page("/settings").await.expect_status(200).body;
    assert!(page.contains("Words you never use") && page.contains("cheap, buy now") && !page.contains("Most that AI may cost"), "{page}");
    let _: Value = ada.get("/api/ai/quota").await.json();
}
