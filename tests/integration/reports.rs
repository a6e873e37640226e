//! Structured answers: what figures mean, and how to sell more.

use std::fmt::Write as _;

use huntaze_sandbox::{Fault, FaultKind};
use insta::assert_json_snapshot;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, Sandbox, TestApp};

const EMAIL: &str = "ada@example.com";
const BOTH: [&str; 2] = ["/api/ai/analyze-performance", "/api/ai/optimize-sales"];

async fn ready(db: PgPool) -> (TestApp, Sandbox, Client, String) {
    let (app, sandbox) = TestApp::with_sandbox(db).await;
    let mut member = app.member(EMAIL).await;
    let id = app.connect(&sandbox, &mut member, "ada.creates").await;
    app.read_due().await;
    (app, sandbox, member, id)
}

#[sqlx::test]
async fn figures_are_explained_and_a_strategy_is_worked_out(db: PgPool) {
    let (app, _sandbox, mut member, account) = ready(db).await;
    for (uri, operation, page) in [(BOTH[0], "analyze", "/analytics"), (BOTH[1], "optimize", "/sales")] {
        assert_eq!(member.get(&format!("/api/ai/report?operation={operation}")).await.expect_status(200).json(), Value::Null);
        let report = member.post(uri, json!({ "range": "7d", "integrationIds": [account] })).await.expect_status(200).json();
        assert_json_snapshot!(operation, report, {
            ".id" => "[id]", ".createdAt" => "[time]", ".request.integrationIds" => "[ids]", ".cost" => "[cost]",
        });
        let id = report["id"].as_str().expect("an id");
        assert_eq!(member.get(&format!("/api/ai/report?operation={operation}&id={id}")).await.json(), report);
        assert_eq!(member.get(&format!("/api/ai/report?operation={operation}")).await.json(), report, "the newest");
        let html = member.page(&format!("{page}?report={id}")).await.expect_status(200).body;
        for part in ["Sandbox", "made up on this machine", "Useful", "Based on:", "gemini-3.8-flash"] {
            assert!(html.contains(part), "{part}: {html}");
        }
        // What the creator thinks of it: the newest counts.
        for is_useful in [false, true] {
            let thought = json!({ "reportId": id, "item": 0, "isUseful": is_useful });
            assert_eq!(
                member.post("/api/ai/feedback", thought).await.expect_status(200).json(),
                json!({ "item": 0, "isUseful": is_useful })
            );
        }
        let kept = member.get(&format!("/api/ai/report?operation={operation}&id={id}")).await.json();
        assert_eq!(kept["feedback"], json!([{ "item": 0, "isUseful": true }]));
        member.post("/api/ai/feedback", json!({ "reportId": id, "item": 99, "isUseful": true })).await.expect_status(404);
        let mut eve = app.member(&format!("eve-{operation}@example.com")).await;
        eve.get(&format!("/api/ai/report?operation={operation}&id={id}")).await.expect_status(404);
        eve.post("/api/ai/feedback", json!({ "reportId": id, "item": 0, "isUseful": true })).await.expect_status(404);
        eve.post(uri, json!({ "range": "7d", "integrationIds": [account] })).await.expect_status(404);
        assert_eq!(eve.used_requests().await, 0);
        eve.post(uri, json!({ "range": "1y", "integrationIds": ["x"] })).await.expect_status(400);
    }
    assert_eq!(member.used_requests().await, 2);
    assert_eq!(member.get("/api/account/export").await.json()["reports"].as_array().expect("a list").len(), 2);
    member.get("/api/ai/report?operation=chat").await.expect_status(200);
    member.get("/api/ai/report?operation=x").await.expect_status(400);
}

/// Each fault at each of the two: status, whether it counts, and what it costs all the same.
#[sqlx::test]
async fn a_report_that_is_not_there_does_not_count(db: PgPool) {
    let (_app, sandbox, mut member, _) = ready(db.clone()).await;
    let mut table = String::from("fault           times endpoint                    status code         counts calls paid for\n");
    for (kind, times) in [
        (FaultKind::Blocked, 1),
        (FaultKind::Truncated, 1),
        (FaultKind::ErrorBody, 1),
        (FaultKind::ErrorBody, 2),
        (FaultKind::Retired, 1),
        (FaultKind::RateLimited, 1),
        (FaultKind::Revoked, 1),
        (FaultKind::ServerError, 2),
        (FaultKind::ConnectionReset, 2),
    ] {
        for uri in BOTH {
            let calls = async || -> i64 { sqlx::query_scalar("SELECT count(*) FROM ai_usage").fetch_one(&db).await.expect("a count") };
            let before = (member.used_requests().await, calls().await);
            let (provider, endpoint) = ("gemini".to_owned(), "generate".to_owned());
            sandbox.world.add_fault(Fault { provider, endpoint, account: None, kind, times });
            let answer = member.post(uri, json!({ "range": "7d", "anew": true })).await;
            let status = answer.status.as_u16();
            let code = if status == 200 { String::new() } else { answer.code() };
            let (counts, paid) = (member.used_requests().await - before.0, calls().await - before.1);
            let fault = format!("{kind:?}");
            let _ = writeln!(table, "{fault:<15} {times:<5} {uri:<27} {status:<6} {code:<12} {counts:<6} {paid}");
            sandbox.world.clear_faults();
        }
    }
    println!("{table}");
    insta::assert_snapshot!(table);
}

#[sqlx::test]
async fn without_a_script_a_report_stands_in_the_address(db: PgPool) {
    let (_app, _sandbox, mut member, account) = ready(db).await;
    let back = member.submit(BOTH[1], &[("range", "7d")]).await.location().to_owned();
    assert!(back.starts_with("/sales?report="), "{back}");
    assert!(member.page(&back).await.body.contains("Your sales strategy"));
    let back = member.submit(BOTH[0], &[("range", "7d"), ("integrationIds[]", &account)]).await.location().to_owned();
    assert!(back.starts_with(&format!("/analytics?range=7d&account={account}&report=")), "{back}");
    assert!(member.page(&back).await.body.contains("What your figures mean"));
}

#[sqlx::test]
async fn without_a_key_the_pages_say_so(db: PgPool) {
    let app = TestApp::new(db);
    let mut member = app.member(EMAIL).await;
    for uri in BOTH {
        assert_eq!(member.post(uri, json!({ "range": "7d" })).await.expect_status(503).code(), "unavailable");
    }
    let page = member.page("/sales").await.expect_status(200).body;
    assert!(page.contains("There is no AI here.") && !page.contains("Work out a strategy"), "{page}");
}
