//! Metrics of the home page.

use insta::assert_json_snapshot;
use sqlx::PgPool;

use crate::support::{EMAIL, TestApp};

#[sqlx::test]
async fn stats_without_accounts_have_no_values(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    assert_json_snapshot!(user_client.get("/api/home/stats").await.expect_status(200).json(), @r#"
    {
      "audience": {
        "state": "pending"
      },
      "engagementRate": {
        "state": "pending"
      },
      "isBackfilling": false,
      "range": "30d",
      "revenue": {
        "state": "unsupported"
      },
      "until": "2026-01-15",
      "views": {
        "state": "pending"
      }
    }
    "#);
    let page = user_client.page("/home").await.body;
    assert!(page.contains("Connect your first account to see your figures.") && page.contains("Get started"), "{page}");
    assert!(!page.contains("data-state=\"known\""));
}

#[sqlx::test]
async fn metrics_of_two_accounts_are_summed(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    app.connect(&sandbox, &mut user_client, "ada.creates").await;
    app.sync_all_due().await;
    let one = user_client.get("/api/home/stats?range=7d").await.json();
    app.connect(&sandbox, &mut user_client, "ada.backstage").await;
    let halfway = user_client.get("/api/home/stats?range=7d").await.json();
    assert_eq!(halfway["views"]["coverage"], serde_json::json!({ "known": 7, "total": 14 }));
    assert_eq!(halfway["views"]["trend"]["compared"], serde_json::json!({ "known": 1, "total": 2 }));
    assert_eq!(halfway["views"]["trend"]["changeBp"], one["views"]["trend"]["changeBp"], "like with like");
    app.sync_all_due().await;
    let both = user_client.get("/api/home/stats?range=7d").await.expect_status(200).json();
    assert!(both["views"]["value"].as_i64() > one["views"]["value"].as_i64());
    assert_json_snapshot!(both);
    let page = user_client.page("/home?range=7d").await.body;
    assert!(page.contains("vs previous 7 days") && page.contains(">Import a statement</a>"), "{page}");
    assert!(!page.contains("Connect your first account"));
}

#[sqlx::test]
async fn metrics_are_visible_to_their_user_only(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let (mut ada, mut eve) = (app.user_client(EMAIL).await, app.user_client("eve@example.com").await);
    app.connect(&sandbox, &mut ada, "ada.creates").await;
    assert_eq!(eve.get("/api/home/stats").await.json()["audience"]["state"], "pending");
    app.anon_client().await.get("/api/home/stats").await.expect_status(401);
}

#[sqlx::test]
async fn unknown_range_is_rejected(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    for range in ["7d", "30d", "90d"] {
        assert_eq!(user_client.get(&format!("/api/home/stats?range={range}")).await.expect_status(200).json()["range"], range);
    }
    for range in ["1d", "7", "-7d", "%00", "%ff", "7d&range=30d"] {
        let answer = user_client.get(&format!("/api/home/stats?range={range}")).await.expect_status(400);
        assert_eq!(answer.code(), "invalid_input", "{range}");
        user_client.page(&format!("/home?range={range}")).await.expect_status(200);
    }
}
