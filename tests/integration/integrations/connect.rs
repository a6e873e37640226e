use chrono::TimeDelta;
use http::Method;
use huntaze_sandbox::FaultKind;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;
use url::Url;

use crate::support::{ALL_SCOPES, EMAIL, TestApp};

async fn connected(db: &PgPool) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM integrations").fetch_one(db).await.expect("a count")
}

#[sqlx::test]
async fn connect_stores_account_and_first_metric(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    let authorize_url: Url = app.start_instagram_authorization(&mut user_client).await.parse().expect("a URL");
    let mut query: Vec<_> = authorize_url.query_pairs().into_owned().collect();
    let state = query.pop().expect("the state");
    assert_eq!((state.0.as_str(), state.1.len()), ("state", 43));
    assert_json_snapshot!(query, @r#"
    [
      [
        "client_id",
        "sandbox-instagram"
      ],
      [
        "redirect_uri",
        "http://127.0.0.1:3000/api/integrations/callback/instagram"
      ],
      [
        "response_type",
        "code"
      ],
      [
        "scope",
        "instagram_business_basic,instagram_business_manage_insights"
      ]
    ]
    "#);
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let status = user_client.get("/api/integrations/status").await.expect_status(200).json();
    assert_eq!(status["integrations"][0]["id"], Value::from(id.as_str()));
    assert_json_snapshot!(status, { ".integrations[].id" => "[id]" });
    let stats = user_client.get("/api/home/stats").await.expect_status(200).json();
    assert_eq!(stats["audience"]["state"], "known");
    assert_eq!(stats["views"]["state"], "pending");

    let page = user_client.page(&format!("/integrations?connected=instagram&integrationId={id}")).await.expect_status(200).body;
    assert!(page.contains("Instagram connected: @ada.creates") && page.contains(">Sandbox<"), "{page}");
    assert!(page.contains("href=\"/integrations/onlyfans\""), "{page}");
}

#[sqlx::test]
async fn denied_consent_is_reported_and_stores_nothing(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let authorize_url = app.start_instagram_authorization(&mut user_client).await;
    let back = sandbox.submit_consent(&authorize_url, "deny", ("ada.creates", &[])).await;
    let answer = user_client.page(&back).await.expect_status(303);
    assert_eq!(answer.location(), "/integrations?error=cancelled&provider=instagram");
    assert!(user_client.page(answer.location()).await.body.contains("You cancelled. Nothing was changed."));
    let answer = user_client.page(&back).await.expect_status(303);
    assert_eq!(answer.location(), "/integrations?error=state_reused&provider=instagram", "a denied consent consumes the state");
    assert_eq!(connected(&db).await, 0);
}

#[sqlx::test]
async fn callback_requires_unused_unexpired_state_of_same_user(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    let outcome = |answer: crate::support::TestResponse| answer.expect_status(303).location().to_owned();

    let authorize_url = app.start_instagram_authorization(&mut ada).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES)).await;
    assert_eq!(outcome(eve.page(&back).await), "/integrations?error=invalid_state&provider=instagram", "state of another user");
    assert_eq!(outcome(ada.page(&back.replace("instagram?", "onlyfans?")).await), "/integrations?error=not_available&provider=onlyfans");
    let connected_page = outcome(ada.page(&back).await);
    assert!(connected_page.starts_with("/integrations?connected=instagram&integrationId="));
    assert_eq!(outcome(ada.page(&back).await), connected_page, "once more, it leads to the account");

    let authorize_url = app.start_instagram_authorization(&mut ada).await;
    let late = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES)).await;
    app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(outcome(ada.page(&late).await), "/integrations?error=expired&provider=instagram");

    for query in ["", "?code=x", "?state=", "?state=x&code=y", "?state=a&state=b", "?error=access_denied", "?state=%ff%00", "?code=%00"] {
        let answer = ada.page(&format!("/api/integrations/callback/instagram{query}")).await;
        assert_eq!(outcome(answer), "/integrations?error=invalid_state&provider=instagram", "{query}");
    }
    assert_eq!(ada.get("/api/integrations/callback/myspace?state=x").await.expect_status(404).code(), "not_found");
    let answer = app.client().page("/api/integrations/callback/instagram?state=x&code=y").await;
    assert_eq!(outcome(answer), "/login?reason=ended&next=/integrations");
    assert_eq!(connected(&db).await, 1);
}

#[sqlx::test]
async fn concurrent_callbacks_with_one_state_connect_once(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let authorize_url = app.start_instagram_authorization(&mut user_client).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES)).await;
    let (mut one, mut two) = (user_client.clone(), user_client.clone());
    let (a, b) = tokio::join!(one.page(&back), two.page(&back));
    let outcomes = [a.expect_status(303).location().to_owned(), b.expect_status(303).location().to_owned()];
    assert!(outcomes[0].starts_with("/integrations?connected=instagram"), "{outcomes:?}");
    assert_eq!(outcomes[0], outcomes[1], "both lead to the account");
    assert_eq!((connected(&db).await, sandbox.calls("token")), (1, 1));
}

#[sqlx::test]
async fn concurrent_authorizations_of_one_account_store_one_row(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let mut backs = Vec::new();
    for _ in 0..2 {
        let authorize_url = app.start_instagram_authorization(&mut user_client).await;
        backs.push(sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES)).await);
    }
    let (mut one, mut two) = (user_client.clone(), user_client.clone());
    let (a, b) = tokio::join!(one.page(&backs[0]), two.page(&backs[1]));
    assert_eq!(a.expect_status(303).location(), b.expect_status(303).location());
    assert_eq!(connected(&db).await, 1);
    // The sync decrypts the tokens, whose ciphertext is bound to the row ID.
    app.sync_all_due().await;
    assert_eq!(user_client.get("/api/integrations/status").await.json()["integrations"][0]["status"], "healthy");
}

#[sqlx::test]
async fn account_connected_by_another_user_is_rejected(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    app.connect(&sandbox, &mut ada, "ada.creates").await;
    let row = "SELECT row_to_json(integrations)::text FROM integrations";
    let before: String = sqlx::query_scalar(row).fetch_one(&db).await.expect("a row");
    let authorize_url = app.start_instagram_authorization(&mut eve).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES)).await;
    let answer = eve.page(&back).await.expect_status(303);
    assert_eq!(answer.location(), "/integrations?error=already_connected&provider=instagram");
    assert!(eve.page(answer.location()).await.body.contains("connected to another Huntaze account"));
    assert_eq!(sqlx::query_scalar::<_, String>(row).fetch_one(&db).await.expect("a row"), before);
}

#[sqlx::test]
async fn reconnect_keeps_id_and_synced_data(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let id = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    app.sync_all_due().await;
    let days = "SELECT count(*) FROM daily_insights";
    let before: i64 = sqlx::query_scalar(days).fetch_one(&db).await.expect("a count");
    sandbox.fail("profile", FaultKind::Revoked, 1);
    app.advance(&sandbox, TimeDelta::seconds(10));
    user_client.post(&format!("/api/integrations/refresh/instagram/{id}"), json!({})).await.expect_status(409);
    let broken = &user_client.get("/api/integrations/status").await.json()["integrations"][0];
    assert_eq!((&broken["status"], &broken["reason"]), (&Value::from("error"), &Value::from("revoked")));
    assert!(user_client.page("/integrations").await.body.contains("Reconnect"));

    assert_eq!(app.connect(&sandbox, &mut user_client, "ada.creates").await, id);
    let mended = &user_client.get("/api/integrations/status").await.json()["integrations"][0];
    assert_eq!((&mended["status"], &mended["reason"]), (&Value::from("healthy"), &Value::Null));
    assert_eq!(sqlx::query_scalar::<_, i64>(days).fetch_one(&db).await.expect("a count"), before);
}

#[sqlx::test]
async fn missing_scopes_are_reported_and_never_shown_as_zero(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let authorize_url = app.start_instagram_authorization(&mut user_client).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES[1..])).await;
    let answer = user_client.page(&back).await.expect_status(303);
    assert_eq!(answer.location(), "/integrations?error=insufficient_scope&provider=instagram");
    assert_eq!(connected(&db).await, 0);

    let authorize_url = app.start_instagram_authorization(&mut user_client).await;
    let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES[..1])).await;
    assert!(user_client.page(&back).await.location().contains("connected=instagram"));
    app.sync_all_due().await;
    assert_eq!(sandbox.calls("insights"), 0, "metrics without a granted scope are not requested");
    let stats = user_client.get("/api/home/stats").await.json();
    assert_eq!((&stats["audience"]["state"], &stats["views"]["state"]), (&Value::from("known"), &Value::from("refused")));
    let page = user_client.page("/home").await.body;
    assert!(page.contains("You did not allow Huntaze to read this."), "{page}");
}

#[sqlx::test]
async fn platform_fault_during_connect_stores_nothing(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    let kinds = [
        FaultKind::Expired,
        FaultKind::Revoked,
        FaultKind::ServerError,
        FaultKind::RateLimited,
        FaultKind::Html,
        FaultKind::ErrorBody,
        FaultKind::ConnectionReset,
    ];
    for endpoint in ["token", "exchange", "profile"] {
        for kind in kinds {
            sandbox.fail(endpoint, kind, 1);
            let authorize_url = app.start_instagram_authorization(&mut user_client).await;
            let back = sandbox.submit_consent(&authorize_url, "allow", ("ada.creates", &ALL_SCOPES)).await;
            let answer = user_client.page(&back).await.expect_status(303);
            assert_eq!(answer.location(), "/integrations?error=provider_unavailable&provider=instagram", "{endpoint}, {kind:?}");
            assert_eq!(connected(&db).await, 0, "{endpoint}, {kind:?}");
            // Wait until the platform's rate limit has reset.
            app.advance(&sandbox, TimeDelta::minutes(13));
        }
    }
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
}

#[sqlx::test]
async fn tokens_are_encrypted_and_never_exposed(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let stored: Vec<u8> = sqlx::query_scalar("SELECT access_token FROM integrations").fetch_one(&db).await.expect("a row");
    assert!(!stored.windows(10).any(|part| part == b"instagram."), "{stored:?}");
    for uri in ["/api/integrations/status", "/api/account/export"] {
        assert!(!user_client.get(uri).await.expect_status(200).body.contains("instagram.access~"), "{uri}");
    }
    for uri in ["/integrations", "/home"] {
        assert!(!user_client.page(uri).await.body.contains("instagram.access~"), "{uri}");
    }
}

#[sqlx::test]
async fn connect_requires_session_csrf_token_and_known_platform(db: PgPool) {
    let (app, _sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    let mut anon_client = app.anon_client().await;
    for path in ["/api/integrations/connect/instagram", "/api/integrations/connect"] {
        assert_eq!(anon_client.post(path, json!({ "provider": "instagram" })).await.expect_status(401).code(), "unauthenticated", "{path}");
    }
    anon_client.get("/api/integrations/status").await.expect_status(401);
    for (platform, status, code) in [("onlyfans", 409, "conflict"), ("myspace", 404, "not_found"), ("%00", 404, "not_found")] {
        let answer = user_client.post(&format!("/api/integrations/connect/{platform}"), json!({})).await.expect_status(status);
        assert_eq!(answer.code(), code, "{platform}");
    }
    assert_json_snapshot!(user_client.post("/api/integrations/connect", json!({ "provider": "onlyfans" })).await.expect_status(409).error(), @r#"
    {
      "code": "conflict",
      "error": "OnlyFans cannot be connected yet.",
      "requestId": "[id]"
    }
    "#);
    user_client.cookies.remove("huntaze_csrf");
    let answer = user_client.request(Method::POST, "/api/integrations/connect/instagram").await.expect_status(403);
    assert_eq!(answer.code(), "csrf_invalid");
}

#[sqlx::test]
async fn platform_without_credentials_is_not_offered(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    let status = user_client.get("/api/integrations/status").await.json();
    assert!(status["providers"].as_array().expect("a list").iter().all(|provider| provider["isAvailable"] == false), "{status}");
    let page = user_client.page("/integrations").await.body;
    assert_eq!(page.matches("Not available yet").count(), 5, "statements can always be imported");
    assert!(!page.contains(">Sandbox<"));
    user_client.post("/api/integrations/connect/instagram", json!({})).await.expect_status(409);
    let answer = user_client.page("/api/integrations/callback/instagram?state=x").await.expect_status(303);
    assert_eq!(answer.location(), "/integrations?error=not_available&provider=instagram");
}

#[sqlx::test]
async fn platforms_chosen_in_onboarding_are_listed_first(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    user_client.post("/api/onboarding/step", json!({ "step": 2, "platforms": ["reddit", "x"] })).await.expect_status(200);
    let status = user_client.get("/api/integrations/status").await.json();
    let order: Vec<_> = status["providers"].as_array().expect("a list").iter().map(|provider| provider["provider"].clone()).collect();
    assert_eq!(order, ["reddit", "x", "instagram", "tiktok", "youtube", "onlyfans"]);
}

#[sqlx::test]
async fn connect_form_shows_external_link_page(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    let page = user_client.submit("/integrations", "/api/integrations/connect", &[("provider", "instagram")]).await.expect_status(200).body;
    assert_eq!(page.matches("<h1").count(), 1);
    let (_, rest) = page.split_once("href=\"http://").expect("a link out");
    let target = format!("http://{}", rest.split('"').next().expect("its end").replace("&amp;", "&"));
    let back = sandbox.submit_consent(&target, "allow", ("ada.creates", &ALL_SCOPES)).await;
    assert!(user_client.page(&back).await.location().starts_with("/integrations?connected=instagram"));
    let answer = user_client.submit("/integrations", "/api/integrations/connect", &[("provider", "onlyfans")]).await.expect_status(303);
    assert_eq!(answer.location(), "/integrations");
    assert!(user_client.page("/integrations").await.body.contains("OnlyFans cannot be connected yet."));
}

#[sqlx::test]
async fn unknown_outcome_parameters_are_not_rendered(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    for uri in [
        "/integrations?error=%3Cscript%3Ealert(1)%3C/script%3E",
        "/integrations?connected=%3Cscript%3Ealert(1)",
        "/integrations?connected=instagram&integrationId=%3Cscript%3Ealert(1)",
        "/integrations?disconnect=%3Cscript%3Ealert(1)",
    ] {
        let page = user_client.page(uri).await.expect_status(200).body;
        assert!(!page.contains("<script>alert"), "{uri}");
    }
}
