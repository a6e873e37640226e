use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{EMAIL, TestApp};

#[sqlx::test]
async fn new_user_has_empty_onboarding(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    assert_json_snapshot!(user_client.get("/api/onboarding").await.expect_status(200).json(), @r#"
    {
      "completedAt": null,
      "contentTypes": [],
      "currency": "USD",
      "goals": [],
      "platforms": [],
      "revenueGoalMinor": null,
      "step": 1
    }
    "#);
}

#[sqlx::test]
async fn steps_are_saved_and_visible_on_another_device(db: PgPool) {
    let app = TestApp::new(db);
    let mut phone = app.user_client(EMAIL).await;
    let step = phone.post("/api/onboarding/step", json!({ "step": 1, "contentTypes": ["videos", "photos"] })).await.expect_status(200);
    assert_eq!(step.location(), "/onboarding/step-2");
    phone.post("/api/onboarding/step", json!({ "step": 2, "platforms": ["instagram", "x"] })).await.expect_status(200);

    let mut laptop = app.anon_client().await;
    laptop.post("/api/auth/login", json!({ "email": EMAIL, "password": crate::support::PASSWORD })).await.expect_status(200);
    assert_eq!(laptop.page("/onboarding").await.expect_status(303).location(), "/onboarding/step-3");
    let goals = json!({ "step": 3, "goals": ["save_time"], "revenueGoal": "1,500.50", "currency": "EUR" });
    assert_eq!(laptop.post("/api/onboarding/step", goals).await.expect_status(200).location(), "/home");
    assert_json_snapshot!(phone.get("/api/onboarding").await.json(), { ".completedAt" => "[time]" }, @r#"
    {
      "completedAt": "[time]",
      "contentTypes": [
        "photos",
        "videos"
      ],
      "currency": "EUR",
      "goals": [
        "save_time"
      ],
      "platforms": [
        "instagram",
        "x"
      ],
      "revenueGoalMinor": 150050,
      "step": 3
    }
    "#);
}

#[sqlx::test]
async fn back_saves_input_and_skip_discards_it(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    user_client.post("/api/onboarding/step", json!({ "step": 2, "platforms": ["reddit"], "action": "back" })).await.expect_status(200);
    let skipped = json!({ "step": 2, "platforms": ["x"], "action": "skip" });
    assert_eq!(user_client.post("/api/onboarding/step", skipped).await.expect_status(200).location(), "/onboarding/step-3");
    let known = user_client.get("/api/onboarding").await.json();
    assert_eq!((&known["platforms"], &known["step"]), (&json!(["reddit"]), &json!(3)));
    let last = user_client.post("/api/onboarding/step", json!({ "step": 3, "action": "skip" })).await.expect_status(200);
    assert_eq!(last.location(), "/home");
    assert!(last.json()["completedAt"].is_string(), "skipping the last step completes onboarding");
}

#[sqlx::test]
async fn stay_action_saves_without_redirect(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    user_client.post("/api/onboarding/step", json!({ "step": 1 })).await.expect_status(200);
    let answer =
        user_client.post("/api/onboarding/step", json!({ "step": 1, "contentTypes": ["text"], "action": "stay" })).await.expect_status(200);
    assert_eq!(answer.location(), "");
    let known = user_client.get("/api/onboarding").await.json();
    assert_eq!((&known["contentTypes"], &known["step"]), (&json!(["text"]), &json!(2)));
}

#[sqlx::test]
async fn completion_is_idempotent(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    let first = user_client.post("/api/onboarding/complete", json!({})).await.expect_status(200).json();
    app.clock.advance(chrono::TimeDelta::hours(1));
    let second =
        user_client.post("/api/onboarding/complete", json!({ "step": 1, "contentTypes": ["ppv"] })).await.expect_status(200).json();
    assert_eq!(first["completedAt"], second["completedAt"]);
    assert_eq!(second["contentTypes"], json!(["ppv"]));
}

/// The user's document posts all answers at the end, without a step.
#[sqlx::test]
async fn complete_takes_all_answers_at_once(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client("ada@example.com").await;
    let bad = json!({ "contentTypes": ["ppv"], "platforms": ["nowhere"], "goals": ["save_time"] });
    assert!(user_client.post("/api/onboarding/complete", bad).await.expect_status(400).json()["fields"]["platforms"].is_string());
    assert_eq!(user_client.get("/api/onboarding").await.json()["contentTypes"], json!([]), "nothing is saved");
    let all = json!({ "contentTypes": ["ppv"], "platforms": ["instagram", "x"], "goals": ["save_time"] });
    let saved = user_client.post("/api/onboarding/complete", all).await.expect_status(200).json();
    assert_eq!((&saved["contentTypes"], &saved["goals"]), (&json!(["ppv"]), &json!(["save_time"])));
    assert_eq!(saved["platforms"].as_array().map(Vec::len), Some(2));
    assert!(saved["completedAt"].is_string());
}

#[sqlx::test]
async fn invalid_step_returns_field_errors_and_saves_nothing(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    let before = user_client.get("/api/onboarding").await.json();
    for (input, field) in [
        (json!({ "step": 9 }), "step"),
        (json!({ "step": 1, "contentTypes": ["gifs"] }), "contentTypes"),
        (json!({ "step": 3, "revenueGoal": "lots" }), "revenueGoal"),
        (json!({ "step": 3, "revenueGoalMinor": -1 }), "revenueGoalMinor"),
        (json!({ "step": 3, "currency": "DOGE" }), "currency"),
        (json!({ "step": 1, "action": "jump" }), "action"),
    ] {
        let error = user_client.post("/api/onboarding/step", input.clone()).await.expect_status(400).error();
        assert!(error["fields"][field].is_string(), "{input}: {error}");
    }
    assert_eq!(user_client.get("/api/onboarding").await.json(), before);
}

#[sqlx::test]
async fn form_posts_multiple_choices_and_keeps_input_on_error(db: PgPool) {
    let app = TestApp::new(db);
    let mut browser = app.user_client(EMAIL).await;
    let page = browser.page("/onboarding/step-1").await.expect_status(200).body;
    assert!(page.contains("Step 1 of 3") && page.contains("What do you create?"));
    let fields = [("step", "1"), ("contentTypes[]", "photos"), ("contentTypes[]", "text"), ("action", "continue")];
    assert_eq!(
        browser.submit("/onboarding/step-1", "/api/onboarding/step", &fields).await.expect_status(303).location(),
        "/onboarding/step-2"
    );
    assert_eq!(browser.get("/api/onboarding").await.json()["contentTypes"], json!(["photos", "text"]));

    let fields = [
        ("step", "3"),
        ("goals[]", "grow_audience"),
        ("goals[]", "save_time"),
        ("revenueGoal", "much"),
        ("currency", "GBP"),
        ("action", "continue"),
    ];
    assert_eq!(
        browser.submit("/onboarding/step-3", "/api/onboarding/step", &fields).await.expect_status(303).location(),
        "/onboarding/step-3"
    );
    let page = browser.page("/onboarding/step-3").await.body;
    assert!(page.contains("Enter an amount between") && page.contains("value=\"much\""), "{page}");
    assert_eq!(page.matches(" checked").count(), 2, "submitted choices stay checked: {page}");
}

#[sqlx::test]
async fn onboarding_requires_session(db: PgPool) {
    let app = TestApp::new(db);
    let mut anon_client = app.anon_client().await;
    anon_client.get("/api/onboarding").await.expect_status(401);
    anon_client.post("/api/onboarding/step", json!({ "step": 1 })).await.expect_status(401);
    anon_client.post("/api/onboarding/complete", Value::from(serde_json::Map::new())).await.expect_status(401);
    assert_eq!(anon_client.page("/onboarding/step-1").await.expect_status(303).location(), "/login?next=/onboarding/step-1");
}

#[sqlx::test]
async fn login_redirects_to_current_step_until_completed(db: PgPool) {
    let app = TestApp::new(db);
    app.register_verified(EMAIL).await;
    let login = json!({ "email": EMAIL, "password": crate::support::PASSWORD });
    let mut browser = app.anon_client().await;
    assert_eq!(browser.post("/api/auth/login", login.clone()).await.expect_status(200).location(), "/onboarding/step-1");
    browser.post("/api/onboarding/step", json!({ "step": 1 })).await.expect_status(200);
    assert_eq!(browser.post("/api/auth/login", login.clone()).await.expect_status(200).location(), "/onboarding/step-2");
    browser.post("/api/onboarding/complete", json!({})).await.expect_status(200);
    assert_eq!(browser.post("/api/auth/login", login).await.expect_status(200).location(), "/home");
}
