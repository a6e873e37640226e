//! Daily metrics, posts and CSV exports.

use chrono::TimeDelta;
use huntaze_domain::platform::Platform;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, EMAIL, Sandbox, TestApp};

async fn setup(db: PgPool) -> (TestApp, Sandbox, Client, String, String) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut user_client = app.user_client(EMAIL).await;
    let instagram = app.connect(&sandbox, &mut user_client, "ada.creates").await;
    let reddit = app.connect_to(&sandbox, &mut user_client, (Platform::Reddit, "ada.creates")).await;
    app.sync_all_due().await;
    (app, sandbox, user_client, instagram, reddit)
}

#[sqlx::test]
async fn day_reports_known_and_total_account_counts(db: PgPool) {
    let (_app, _sandbox, mut user_client, instagram, _) = setup(db).await;
    let all = user_client.get("/api/analytics?range=7d").await.expect_status(200).json();
    assert_eq!(all["days"].as_array().map(Vec::len), Some(7));
    let expected = json!({
        "day": "2026-01-14",
        "audience": { "value": null, "known": 0, "total": 2 },
        "views": { "value": 11_378, "known": 1, "total": 1 },
        "interactions": { "value": 436, "known": 1, "total": 2 },
        "revenue": { "value": null, "known": 0, "total": 0 },
    });
    assert_eq!(all["days"][6], expected);
    let sum: i64 = all["days"].as_array().expect("days").iter().filter_map(|day| day["views"]["value"].as_i64()).sum();
    assert_eq!(all["stats"]["views"]["value"], sum, "the daily values sum to the total");
    let one = user_client.get(&format!("/api/analytics?range=7d&integrationId={instagram}")).await.expect_status(200).json();
    assert_eq!((&one["days"][6]["interactions"]["total"], one["accounts"].as_array().map(Vec::len)), (&json!(1), Some(2)));
}

#[sqlx::test]
async fn posts_are_sorted_and_paginated_by_fifty(db: PgPool) {
    let (_app, _sandbox, mut user_client, instagram, _) = setup(db.clone()).await;
    let mut read = async |query: &str| user_client.get(&format!("/api/analytics/posts?{query}")).await.expect_status(200).json();
    let interactions = |page: &Value| -> Vec<i64> {
        let sum = |post: &Value| ["likes", "comments", "shares"].iter().filter_map(|name| post[name].as_i64()).sum();
        page["posts"].as_array().expect("a list").iter().map(sum).collect()
    };
    let best = read("range=90d").await;
    assert_eq!((&best["total"], &best["pages"]), (&json!(88), &json!(2)), "44 posts of each account");
    let numbers = interactions(&best);
    assert_eq!(numbers.len(), 50);
    assert!(numbers.is_sorted_by(|a, b| a >= b) && numbers[0] > numbers[49]);
    let second = read("range=90d&page=2").await;
    assert!(interactions(&second).len() == 38 && interactions(&second)[0] <= numbers[49], "the rest");
    assert_eq!(read("range=90d&page=9").await["page"], 2, "a page beyond the last returns the last");
    assert!(interactions(&read("range=90d&order=worst").await).is_sorted());
    let newest = read("range=7d&order=newest").await;
    let times: Vec<_> =
        newest["posts"].as_array().expect("a list").iter().map(|post| post["publishedAt"].as_str().expect("a time")).collect();
    assert!(times.is_sorted_by(|a, b| a >= b) && times.iter().all(|time| *time >= "2026-01-08"), "{times:?}");
    let one = read(&format!("range=90d&integrationId={instagram}")).await;
    assert_eq!(one["total"], 44);
    assert!(newest["posts"].as_array().expect("a list").iter().any(|post| post["views"].is_null()), "Reddit does not report views");
    for bad in ["range=1d", "order=odd", "page=-1", "page=99999999999"] {
        user_client.get(&format!("/api/analytics/posts?{bad}")).await.expect_status(400);
    }
}

#[sqlx::test]
async fn title_says_its_language_where_the_platform_does(db: PgPool) {
    let (app, sandbox, mut user_client, ..) = setup(db.clone()).await;
    app.connect_to(&sandbox, &mut user_client, (Platform::Youtube, "ada.creates")).await;
    app.sync_all_due().await;
    let posts = user_client.get("/api/analytics/posts?range=7d&order=newest").await.expect_status(200).json();
    let languages = |platform: &str| -> Vec<Value> {
        let posts = posts["posts"].as_array().expect("a list").iter();
        posts.filter(|post| post["provider"] == platform).map(|post| post["language"].clone()).collect()
    };
    let [youtube, reddit] = ["youtube", "reddit"].map(languages);
    assert!(!youtube.is_empty() && youtube.iter().all(|language| language == "en"), "{youtube:?}");
    assert!(!reddit.is_empty() && reddit.iter().all(Value::is_null), "{reddit:?}");
    let page = user_client.get("/analytics?range=7d&order=newest").await.expect_status(200).body;
    assert!(page.contains("<bdi lang=\"en\">") && page.contains("<bdi>"), "{page}");
}

#[sqlx::test]
async fn csv_exports_escape_formulas(db: PgPool) {
    let (_app, _sandbox, mut user_client, instagram, _) = setup(db.clone()).await;
    sqlx::query("UPDATE posts SET title = '=HYPERLINK(\"http://evil.example\")'").execute(&db).await.expect("updated");
    let days = user_client.get(&format!("/api/analytics/days.csv?range=7d&integrationId={instagram}")).await.expect_status(200);
    assert_eq!(days.header("content-disposition"), "attachment; filename=\"huntaze-days.csv\"");
    assert_eq!(days.body.lines().count(), 8);
    assert_eq!(days.body.lines().last(), Some("2026-01-14,instagram,ada.creates,,11378,6826,436,,"));
    let posts = user_client.get("/api/analytics/posts.csv?range=7d").await.expect_status(200);
    assert!(posts.body.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "{}", posts.body);
    user_client.get("/api/analytics/days.csv?range=odd").await.expect_status(400);
}

#[sqlx::test]
async fn metrics_are_visible_to_their_user_only(db: PgPool) {
    let (app, _sandbox, _, instagram, _) = setup(db).await;
    let mut eve = app.user_client("eve@example.com").await;
    for path in ["/api/analytics", "/api/analytics/posts", "/api/analytics/days.csv", "/api/analytics/posts.csv"] {
        assert_eq!(eve.get(&format!("{path}?integrationId={instagram}")).await.expect_status(404).code(), "not_found", "{path}");
        eve.get(&format!("{path}?integrationId=%00")).await.expect_status(404);
        app.anon_client().await.get(path).await.expect_status(401);
        let nothing = eve.get(path).await.expect_status(200).body;
        assert!(!nothing.contains("ada.creates"), "{nothing}");
    }
}

#[sqlx::test]
async fn page_is_rendered_on_the_server(db: PgPool) {
    let (app, sandbox, mut user_client, instagram, _) = setup(db).await;
    let page = user_client.page(&format!("/analytics?range=7d&integrationId={instagram}&order=newest")).await.expect_status(200).body;
    for part in ["Views as a table", "2026-01-14", "Download days (CSV)", "New set no. 1006", "11,378", "rel=\"noopener\""] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let mut eve = app.user_client("eve@example.com").await;
    assert!(eve.page("/analytics").await.body.contains("Nothing to look at yet"));
    app.advance(&sandbox, TimeDelta::minutes(1));
    assert!(user_client.page("/analytics?integrationId=nonsense").await.body.contains("There is no such account."));
}
