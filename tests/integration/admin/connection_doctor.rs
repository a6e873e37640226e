//! Connection Doctor and key rotation.

use huntaze_core::{
    config::EncryptionKey,
    db,
    infra::crypto::Cipher,
    services::{
        admin,
        integrations::{Rotation, rotate_keys},
    },
};
use huntaze_domain::platform::Platform;
use huntaze_sandbox::FaultKind;
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Creator, EMAIL, OAUTH_PLATFORMS, TestApp};

const ADMIN: &str = "olga@example.com";

#[sqlx::test]
async fn doctor_reports_configuration_and_failures(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let (mut ada, mut olga) = (app.user_client(EMAIL).await, app.user_client(ADMIN).await);
    for (uri, method) in [("/api/admin/connections", "get"), ("/api/admin/connections/dry-run", "post")] {
        let answer = if method == "get" { olga.get(uri).await } else { olga.post(uri, json!({ "provider": "x" })).await };
        assert_eq!(answer.expect_status(403).code(), "forbidden", "{uri}");
    }
    assert!(olga.page("/admin/connections").await.expect_status(403).body.contains("not allowed"));
    assert!(app.anon_client().await.page("/admin/connections").await.location().starts_with("/login"));
    assert!(!olga.page("/home").await.body.contains("/admin/connections"));
    assert!(admin::grant(&app.core, ADMIN).await.expect("granted"));

    app.connect_to(&sandbox, &mut ada, (Platform::X, "ada.creates")).await;
    sandbox.inject_fault((Platform::X, "profile"), FaultKind::ScopeRemoved, 1);
    app.sync_all_due().await;
    let reports = olga.get("/api/admin/connections").await.expect_status(200).json();
    let x = reports.as_array().expect("a list").iter().find(|report| report["provider"] == "x").expect("X");
    assert_json_snapshot!(x);
    let page = olga.page("/admin/connections").await.expect_status(200).body;
    for part in
        ["http://127.0.0.1:3000/api/integrations/callback/x", "insufficient_scope", "Readings cost $0.01 of $10.00", "Nothing went wrong"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    for platform in OAUTH_PLATFORMS {
        let asked = json!({ "provider": huntaze_domain::string_enum::StringEnum::as_str(platform) });
        let outcome = olga.post("/api/admin/connections/dry-run", asked).await.expect_status(200).json();
        assert_eq!(outcome["status"], 200, "{platform:?}: {outcome}");
    }
    assert_eq!(
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM oauth_states WHERE used_at IS NULL").fetch_one(&db).await.expect("a count"),
        0
    );
    olga.post("/api/admin/connections/dry-run", json!({ "provider": "onlyfans" })).await.expect_status(409);
}

#[sqlx::test]
async fn doctor_lists_missing_variables(db: PgPool) {
    let app = TestApp::new(db.clone());
    let mut olga = Creator::new(ADMIN).admin().sign_in(&app).await;
    let reports = olga.get("/api/admin/connections").await.expect_status(200).json();
    let missing: Vec<_> = reports.as_array().expect("a list").iter().map(|report| report["missingVariables"].to_string()).collect();
    assert_eq!(
        missing,
        [
            r#"["INSTAGRAM_CLIENT_ID","INSTAGRAM_CLIENT_SECRET"]"#,
            r#"["TIKTOK_CLIENT_KEY","TIKTOK_CLIENT_SECRET"]"#,
            r#"["REDDIT_CLIENT_ID","REDDIT_CLIENT_SECRET"]"#,
            r#"["YOUTUBE_CLIENT_ID","YOUTUBE_CLIENT_SECRET"]"#,
            r#"["X_CLIENT_ID","X_CLIENT_SECRET","X_MONTHLY_BUDGET_CENTS"]"#,
        ]
    );
    let (mut ada, page) = (app.user_client(EMAIL).await, olga.page("/integrations").await.body);
    assert_eq!((page.matches("Not configured.").count(), page.matches("Not available yet").count()), (5, 0));
    assert!(!ada.page("/integrations").await.body.contains("Not configured."));
}

fn key(id: u8) -> EncryptionKey {
    format!("k{id}:{}", format!("{id}{id}").repeat(32)).parse().expect("a key")
}

/// Rotates keys during syncs: no token is lost, and the old key is not needed afterwards.
#[sqlx::test]
async fn keys_are_rotated_during_syncs(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    for platform in OAUTH_PLATFORMS {
        app.connect_to(&sandbox, &mut user_client, (platform, "ada.creates")).await;
    }
    let both = Cipher::new(&[key(2), key(1)]);
    let clock = app.core.clock.clone();
    // The syncing instance has both keys, as after a restart with both in `ENCRYPTION_KEYS`.
    let mut second_instance = app.second_instance(huntaze_core::infra::http::TIMEOUT);
    second_instance.core = second_instance.core.with(|core| core.cipher = std::sync::Arc::new(Cipher::new(&[key(2), key(1)])));
    let (rotation, ()) = tokio::join!(rotate_keys(&db, &both, clock.as_ref()), second_instance.sync_all_due());
    let Rotation { rotated, current, unreadable, busy } = rotation.expect("rotated");
    assert_eq!((rotated + current, unreadable, busy), (5, 0, 0));
    let old: i64 =
        sqlx::query_scalar("SELECT count(*) FROM integrations WHERE get_byte(access_token, 1) <> 2 OR get_byte(refresh_token, 1) <> 2")
            .fetch_one(&db)
            .await
            .expect("a count");
    assert_eq!(old, 0);
    assert_eq!(rotate_keys(&db, &both, clock.as_ref()).await.expect("nothing to do").current, 5);
    second_instance.core = second_instance.core.with(|core| core.cipher = std::sync::Arc::new(Cipher::new(&[key(2)])));
    sqlx::query("UPDATE integrations SET next_sync_at = $1").bind(clock.now()).execute(&db).await.expect("updated");
    second_instance.sync_all_due().await;
    let status = user_client.get("/api/integrations/status").await.json();
    assert!(status["integrations"].as_array().expect("a list").iter().all(|account| account["status"] == "healthy"), "{status}");
}

#[sqlx::test]
async fn undecryptable_tokens_are_left_unchanged(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db.clone()).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let stored = "SELECT access_token FROM integrations";
    let before: Vec<u8> = sqlx::query_scalar(stored).fetch_one(&db).await.expect("a token");
    let rotation = rotate_keys(&db, &Cipher::new(&[key(3)]), app.core.clock.as_ref()).await.expect("an answer");
    assert_eq!(rotation, Rotation { unreadable: 1, ..Rotation::default() });
    assert_eq!(sqlx::query_scalar::<_, Vec<u8>>(stored).fetch_one(&db).await.expect("a token"), before);
    let free = db::integrations::list_due(&db, app.core.clock.now(), 1).await.expect("an answer");
    assert_eq!(free.len(), 1, "the lease is released");
    assert_eq!(user_client.get("/api/integrations/status").await.json()["integrations"][0]["reason"], Value::Null);
}
