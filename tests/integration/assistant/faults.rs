//! Model faults at each AI endpoint, recorded in one table.

use std::fmt::Write as _;

use huntaze_sandbox::{
    Fault,
    FaultKind::{self, *},
};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Client, Sandbox, TestApp, ai_usage, eventually};

/// Injected faults and the number of consecutive requests that they affect.
const FAULTS: [(FaultKind, u32); 14] = [
    (Blocked, 1),
    (Truncated, 1),
    (ErrorBody, 1),
    (ErrorBody, 2),
    (TruncatedStream, 1),
    (MalformedChunk, 1),
    (ModelRetired, 1),
    (ModelRetired, 2),
    (RateLimited, 1),
    (Revoked, 1),
    (ServerError, 1),
    (ServerError, 2),
    (Html, 2),
    (ConnectionReset, 2),
];

/// Endpoints that wait for a complete structured response (JSON schema).
const STRUCTURED: [&str; 3] = ["generate-caption", "analyze-performance", "optimize-sales"];
/// Endpoints of the assistant, for which the model streams its response.
const CHAT: [&str; 3] = ["chat", "chat/start", "chat/stream"];

/// HTTP status, error code or message state, and the sentence shown to the user.
struct Outcome {
    status: u16,
    word: String,
    sentence: String,
}

impl Outcome {
    fn of_error(status: u16, answer: &Value) -> Self {
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        Self { status, word: text("code"), sentence: text("error") }
    }

    fn of_message(message: &Value) -> Self {
        let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        Self { status: 200, word: text("state"), sentence: text("error") }
    }
}

/// Records for each fault and endpoint the response, the sentence shown to the user, whether it counts, and whether it is billed.
#[sqlx::test]
async fn model_fault_returns_error_and_is_not_counted(db: PgPool) {
    let (_app, sandbox, mut user_client, _) = TestApp::with_account(db.clone()).await;
    let mut table = "endpoint            fault           times status outcome     counts calls cost  what the creator reads\n".to_owned();
    for (endpoint, model_endpoint) in STRUCTURED.map(|it| (it, "generate")).into_iter().chain(CHAT.map(|it| (it, "stream"))) {
        for (kind, times) in FAULTS {
            // `ErrorBody` concerns structured responses only, `TruncatedStream` and `MalformedChunk` concern streams only.
            if matches!((kind, model_endpoint), (ErrorBody, "stream") | (TruncatedStream | MalformedChunk, "generate")) {
                continue;
            }
            let row = row(&db, (&sandbox, &mut user_client), (endpoint, model_endpoint), (kind, times)).await;
            let _ = writeln!(table, "{row}");
        }
    }
    // If no keyword selects an agent, a model is asked first which one answers.
    for fault in [(Blocked, 1), (RateLimited, 1), (ServerError, 2)] {
        let row = row(&db, (&sandbox, &mut user_client), ("chat (who answers)", "generate"), fault).await;
        let _ = writeln!(table, "{row}");
    }
    println!("{table}");
    insta::assert_snapshot!(table);
}

async fn row(
    db: &PgPool,
    (sandbox, user_client): (&Sandbox, &mut Client),
    (endpoint, at): (&str, &str),
    (kind, times): (FaultKind, u32),
) -> String {
    let before = (user_client.used_requests().await, ai_usage(db).await);
    sandbox.state.add_fault(Fault { provider: "gemini".to_owned(), endpoint: at.to_owned(), account: None, kind, times });
    // Ask a different question each time, so that no request is a cache hit.
    let what = if endpoint.contains("who") { "What now" } else { "How are my views" };
    let question = json!({ "message": format!("{what}, {endpoint}, {kind:?}, {times}?") });
    let Outcome { status, word, sentence } = match endpoint {
        "generate-caption" | "analyze-performance" | "optimize-sales" => structured(user_client, endpoint).await,
        "chat/start" => started(user_client, question).await,
        "chat/stream" => streamed(user_client, question).await,
        _ => {
            let answer = user_client.post("/api/ai/chat", question).await;
            if answer.status == 200 {
                Outcome::of_message(&answer.json()["message"])
            } else {
                Outcome::of_error(answer.status.as_u16(), &answer.json())
            }
        }
    };
    sandbox.state.clear_faults();
    let after = (user_client.used_requests().await, ai_usage(db).await);
    let (counts, calls, cost) = (after.0 - before.0, after.1.0 - before.1.0, after.1.1 - before.1.1);
    // The exact cost depends on the length of the prompt, which contains the date.
    let cost = if cost > 0 { "paid" } else { "none" };
    let fault = format!("{kind:?}");
    format!("{endpoint:<19} {fault:<15} {times:<5} {status:<6} {word:<11} {counts:<6} {calls:<5} {cost:<5} {sentence}")
        .trim_end()
        .to_owned()
}

async fn structured(user_client: &mut Client, endpoint: &str) -> Outcome {
    let input = json!({
        "platform": "x", "contentType": "photos", "tone": "warm", "keywords": ["sea"], "description": "The sea.", "range": "7d", "regenerate": true,
    });
    let answer = user_client.post(&format!("/api/ai/{endpoint}"), input).await;
    Outcome::of_error(answer.status.as_u16(), &answer.json())
}

async fn started(user_client: &mut Client, question: Value) -> Outcome {
    let started = user_client.post("/api/ai/chat/start", question).await.expect_status(200).json();
    let uri = format!("/api/ai/conversation?id={}", started["conversationId"].as_str().expect("an id"));
    let mut newest = Value::Null;
    eventually("the answer ends", async || {
        newest =
            user_client.get(&uri).await.json()["messages"].as_array().and_then(|messages| messages.last().cloned()).unwrap_or_default();
        newest["state"] != "generating"
    })
    .await;
    Outcome::of_message(&newest)
}

async fn streamed(user_client: &mut Client, question: Value) -> Outcome {
    let body = user_client.post("/api/ai/chat/stream", question).await.expect_status(200).body;
    let data = body.split("\n\n").filter(|event| event.contains("event: done")).find_map(|event| event.split("data: ").nth(1));
    let done: Value = serde_json::from_str(data.expect("an end")).expect("JSON");
    Outcome::of_message(&done["message"])
}
