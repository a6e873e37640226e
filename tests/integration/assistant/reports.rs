//! AI reports: performance analysis and sales strategy.

use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{EMAIL, TestApp};

const BOTH: [&str; 2] = ["/api/ai/analyze-performance", "/api/ai/optimize-sales"];

#[sqlx::test]
async fn analysis_and_strategy_are_generated_and_stored(db: PgPool) {
    let (app, _sandbox, mut user_client, account) = TestApp::with_account(db).await;
    for (uri, operation, page) in [(BOTH[0], "analyze", "/analytics"), (BOTH[1], "optimize", "/sales")] {
        assert_eq!(user_client.get(&format!("/api/ai/report?operation={operation}")).await.expect_status(200).json(), Value::Null);
        let report = user_client.post(uri, json!({ "range": "7d", "integrationIds": [account] })).await.expect_status(200).json();
        assert_json_snapshot!(operation, report, {
            ".id" => "[id]", ".createdAt" => "[time]", ".request.integrationIds" => "[ids]", ".usage" => "[usage]",
        });
        let id = report["id"].as_str().expect("an id");
        assert_eq!(user_client.get(&format!("/api/ai/report?operation={operation}&id={id}")).await.json(), report);
        assert_eq!(user_client.get(&format!("/api/ai/report?operation={operation}")).await.json(), report, "the newest");
        let html = user_client.page(&format!("{page}?report={id}")).await.expect_status(200).body;
        for part in ["Sandbox", "made up on this machine", "Useful", "Based on:", "gemini-3.8-flash"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        // Newer feedback replaces earlier feedback on the same item.
        for is_useful in [false, true] {
            let thought = json!({ "reportId": id, "itemIndex": 0, "isUseful": is_useful });
            assert_eq!(
                user_client.post("/api/ai/feedback", thought).await.expect_status(200).json(),
                json!({ "itemIndex": 0, "isUseful": is_useful })
            );
        }
        let kept = user_client.get(&format!("/api/ai/report?operation={operation}&id={id}")).await.json();
        assert_eq!(kept["feedback"], json!([{ "itemIndex": 0, "isUseful": true }]));
        user_client.post("/api/ai/feedback", json!({ "reportId": id, "itemIndex": 99, "isUseful": true })).await.expect_status(404);
        let mut eve = app.user_client(&format!("eve-{operation}@example.com")).await;
        eve.get(&format!("/api/ai/report?operation={operation}&id={id}")).await.expect_status(404);
        eve.post("/api/ai/feedback", json!({ "reportId": id, "itemIndex": 0, "isUseful": true })).await.expect_status(404);
        eve.post(uri, json!({ "range": "7d", "integrationIds": [account] })).await.expect_status(404);
        assert_eq!(eve.used_requests().await, 0);
        eve.post(uri, json!({ "range": "1y", "integrationIds": ["x"] })).await.expect_status(400);
    }
    assert_eq!(user_client.used_requests().await, 2);
    let export = user_client.get("/api/account/export").await.json();
    assert_eq!(["reports", "feedback"].map(|name| export[name].as_array().expect("a list").len()), [2, 2]);
    assert_eq!(export["aiSettings"], json!({ "voice": { "samples": [], "bannedWords": [] }, "monthlyCapMicroUsd": null }));
    user_client.get("/api/ai/report?operation=chat").await.expect_status(200);
    user_client.get("/api/ai/report?operation=x").await.expect_status(400);
}

#[sqlx::test]
async fn report_form_redirects_to_report_url(db: PgPool) {
    let (_app, _sandbox, mut user_client, account) = TestApp::with_account(db).await;
    let back = user_client.submit("/sales", BOTH[1], &[("range", "7d")]).await.location().to_owned();
    assert!(back.starts_with("/sales?report="), "{back}");
    assert!(user_client.page(&back).await.body.contains("Your sales strategy"));
    let back =
        user_client.submit("/analytics?range=7d", BOTH[0], &[("range", "7d"), ("integrationIds[]", &account)]).await.location().to_owned();
    assert!(back.starts_with(&format!("/analytics?range=7d&integrationId={account}&report=")), "{back}");
    assert!(user_client.page(&back).await.body.contains("What your figures mean"));
    // The feedback form redirects to the page that contains it; an external target is replaced by `/home`.
    let back = back.trim_end_matches("#report").to_owned();
    let id = back.split("report=").nth(1).expect("an id").to_owned();
    let thought = [("reportId", id.as_str()), ("itemIndex", "0"), ("isUseful", "true")];
    assert!(user_client.page(&back).await.body.contains(&format!("name=\"_page\" value=\"{}\"", back.replace('&', "&amp;"))));
    assert_eq!(user_client.submit(&back, "/api/ai/feedback", &thought).await.location(), back);
    assert_eq!(user_client.submit("//evil.example\r\n", "/api/ai/feedback", &thought).await.location(), "/home");
    // An invalid form keeps the selected range and account in the URL.
    let page = format!("/analytics?range=7d&integrationId={account}");
    let wrong = user_client.submit(&page, BOTH[0], &[("range", "7d"), ("integrationIds[]", "x")]).await;
    assert_eq!(wrong.location(), page);
}

#[sqlx::test]
async fn missing_gemini_key_disables_reports(db: PgPool) {
    let app = TestApp::new(db);
    let mut user_client = app.user_client(EMAIL).await;
    for uri in BOTH {
        assert_eq!(user_client.post(uri, json!({ "range": "7d" })).await.expect_status(503).code(), "unavailable");
    }
    let page = user_client.page("/sales").await.expect_status(200).body;
    assert!(page.contains("There is no AI here.") && !page.contains("Work out a strategy"), "{page}");
}
