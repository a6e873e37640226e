//! Gemini's `generateContent` and `streamGenerateContent` (ai.google.dev/api/generate-content), under `/gemini`. The API key is
//! `sandbox-gemini`. Completions say that they come from the sandbox; JSON follows the schema of the request, and declared tools are called
//! before the answer.

mod script;

use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use script::{ParsedPrompt, piece};
use serde_json::{Value, json};

use crate::{
    fake_platform::answer,
    state::{FaultKind, SandboxState},
};

const NAME: &str = "gemini";
const KEY: &str = "sandbox-gemini";
/// Name prefixes of the retired models.
const RETIRED: [&str; 2] = ["gemini-1.5", "gemini-2.0"];
/// Delay before each stream chunk.
const PAUSE: Duration = Duration::from_millis(15);
/// The same, if the prompt contains `[sandbox:slow]`.
const LONG_PAUSE: Duration = Duration::from_millis(800);

/// Returns the routes under `/gemini`.
pub fn router() -> Router<SandboxState> {
    Router::new().route("/v1beta/models/{call}", post(generate))
}

fn error(status: StatusCode, word: &str, message: &str, details: Value) -> Response {
    let body = json!({ "error": { "code": status.as_u16(), "message": message, "status": word, "details": details } });
    (status, Json(body)).into_response()
}

/// Returns the response of `generateContent` to a fault.
fn fault(kind: FaultKind, now: DateTime<Utc>) -> Response {
    failed(kind, now).unwrap_or_else(|pieces| Json(pieces.into_iter().next()).into_response())
}

/// Returns the response of `streamGenerateContent` to a fault.
fn stream_fault(kind: FaultKind, now: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::MalformedChunk => events(vec!["{\"candidates\": [".to_owned()], PAUSE),
        kind => failed(kind, now).unwrap_or_else(|pieces| events(pieces.iter().map(Value::to_string).collect(), PAUSE)),
    }
}

/// Returns an error response, or (as `Err`) the chunks of a completion that ends abnormally.
fn failed(kind: FaultKind, _: DateTime<Utc>) -> Result<Response, Vec<Value>> {
    let text = |text: &str| [json!({ "text": text })];
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ScopeRemoved | FaultKind::ClockSkew | FaultKind::RefreshTokenReused => {
            Ok(error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", "The caller does not have permission.", json!([])))
        }
        FaultKind::RateLimited => {
            let details = json!([
                { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": "GenerateRequestsPerMinute" }] },
                { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s" },
            ]);
            Ok(error(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details))
        }
        FaultKind::ModelRetired => Ok(error(StatusCode::NOT_FOUND, "NOT_FOUND", "The model is not found or is not supported.", json!([]))),
        FaultKind::Blocked => Err(vec![json!({
            "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" },
            "usageMetadata": { "promptTokenCount": 50, "totalTokenCount": 50 },
        })]),
        FaultKind::Truncated => Err(vec![piece(&text("The sandbox was about to"), Some("MAX_TOKENS"), 50, 4096)]),
        // A completion that violates the schema.
        FaultKind::ErrorBody => Err(vec![piece(&text("```json\n{}\n```"), Some("STOP"), 50, 10)]),
        FaultKind::TruncatedStream | FaultKind::MalformedChunk => Err(vec![piece(&text("The sandbox began to"), None, 50, 5)]),
        _ => Ok(error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The model is overloaded.", json!([]))),
    }
}

/// Returns the chunks as server-sent events, each after a delay of `pause`.
fn events(pieces: Vec<String>, pause: Duration) -> Response {
    let events = stream::iter(pieces).then(move |piece| async move {
        tokio::time::sleep(pause).await;
        Ok::<_, std::io::Error>(Bytes::from(format!("data: {piece}\r\n\r\n")))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(events)).into_response()
}

/// Returns the field of a request that Google's types refuse: the response of a function is an object (`google.protobuf.Struct`).
fn refused_field(body: &Value) -> Option<&'static str> {
    let parts = body["contents"].as_array()?.iter().filter_map(|content| content["parts"].as_array()).flatten();
    let mut responses = parts.filter_map(|part| part.get("functionResponse")?.get("response"));
    responses.any(|response| !response.is_object()).then_some("response")
}

/// `POST /v1beta/models/{model}:generateContent` and `:streamGenerateContent?alt=sse`.
async fn generate(State(state): State<SandboxState>, Path(call): Path<String>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let (model, verb) = call.split_once(':').unwrap_or((&call, ""));
    let (endpoint, fault): (_, fn(FaultKind, DateTime<Utc>) -> Response) = match verb {
        "generateContent" => ("generate", fault),
        "streamGenerateContent" => ("stream", stream_fault),
        _ => return error(StatusCode::NOT_FOUND, "NOT_FOUND", "No such method.", json!([])),
    };
    answer(&state, (NAME, fault), (endpoint, model), || {
        if headers.get("x-goog-api-key").and_then(|key| key.to_str().ok()) != Some(KEY) {
            let details = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }]);
            return error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "API key not valid.", details);
        }
        if let Some(field) = refused_field(&body) {
            let message =
                format!("Invalid JSON payload received. Unknown name \"{field}\": Proto field is not repeating, cannot start list.");
            return error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", &message, json!([]));
        }
        if RETIRED.iter().any(|retired| model.starts_with(retired)) {
            return fault(FaultKind::ModelRetired, state.now());
        }
        let prompt = ParsedPrompt::of(&body);
        let scripted = [("blocked", FaultKind::Blocked), ("cut", FaultKind::TruncatedStream), ("truncated", FaultKind::Truncated)];
        if let Some((_, kind)) = scripted.into_iter().find(|(word, _)| prompt.wants(word)) {
            return fault(kind, state.now());
        }
        let reply = prompt.answer();
        if endpoint == "generate" {
            return Json(prompt.whole(&reply)).into_response();
        }
        let pause = if prompt.wants("slow") { LONG_PAUSE } else { PAUSE };
        events(prompt.pieces(&reply).iter().map(Value::to_string).collect(), pause)
    })
    .await
}
