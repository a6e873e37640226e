//! Metrics of the home page.

use insta::assert_json_snapshot;
use sqlx::PgPool;

use crate::support::{EMAIL, TestApp};

#[sqlx::test]
async fn stats_without_accounts_have_no_values(db: PgPool) {
    let app = TestApp::new(db);
    let mut member = app.member(EMAIL).await;
    assert_json_snapshot!(member.get("/api/home/stats").await.expect_status(200).json(), @r#"
    {
      "audience": {
        "state": "pending"
      },
      "engagementRate": {
        "state": "pending"
      },
      "isFetching": false,
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
    let page = member.page("/home").await.body;
    assert!(page.contains("Connect your first account to see your figures.") && page.contains("Get started"), "{page}");
    assert!(!page.contains("data-state=\"known\""));
}

#[sqlx::test]
async fn metrics_of_two_accounts_are_summed(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut member = app.member(EMAIL).await;
    app.connect(&sandbox, &mut member, "ada.creates").await;
    app.read_due().await;
    let one = member.get("/api/home/stats?range=7d").await.json();
    app.connect(&sandbox, &mut member, "ada.backstage").await;
    let halfway = member.get("/api/home/stats?range=7d").await.json();
    assert_eq!(halfway["views"]["coverage"], serde_json::json!({ "known": 7, "of": 14 }));
    assert_eq!(halfway["views"]["trend"]["state"], "unknown");
    app.read_due().await;
    let both = member.get("/api/home/stats?range=7d").await.expect_status(200).json();
    assert!(both["views"]["value"].as_i64() > one["views"]["value"].as_i64());
    assert_json_snapshot!(both);
    let page = member.page("/home?range=7d").await.body;
    assert!(page.contains("vs previous 7 days") && page.contains("Instagram does not report revenue"), "{page}");
    assert!(!page.contains("Connect your first account"));
}

#[sqlx::test]
async fn metrics_are_visible_to_their_user_only(db: PgPool) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let (mut ada, mut eve) = (app.member(EMAIL).await, app.member("eve@example.com").await);
    app.connect(&sandbox, &mut ada, "ada.creates").await;
    assert_eq!(eve.get("/api/home/stats").await.json()["audience"]["state"], "pending");
    app.visitor().await.get("/api/home/stats").await.expect_status(401);
}

#[sqlx::test]
async fn unknown_range_is_rejected(db: PgPool) {
    let app = TestApp::new(db);
    let mut member = app.member(EMAIL).await;
    for range in ["7d", "30d", "90d"] {
        assert_eq!(member.get(&format!("/api/home/stats?range={range}")).await.expect_status(200).json()["range"], range);
    }
    for range in ["1d", "7", "-7d", "%00", "%ff", "7d&range=30d"] {
        let answer = member.get(&format!("/api/home/stats?range={range}")).await.expect_status(400);
        assert_eq!(answer.code(), "invalid_input", "{range}");
        member.page(&format!("/home?range={range}")).await.expect_status(200);
    }
}
