//! Gemini's `generateContent` (ai.google.dev/api/generate-content), under `/gemini`. Its key is `sandbox-gemini`. What it answers says that it
//! is a sandbox's answer; JSON follows the schema that was sent.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::{
    vendor::answer,
    world::{FaultKind, World},
};

const NAME: &str = "gemini";
const KEY: &str = "sandbox-gemini";
/// The generation that is over.
const RETIRED: [&str; 2] = ["gemini-1.5", "gemini-2.0"];
/// Characters of a token.
const CHARACTERS_OF_TOKEN: usize = 4;
const THOUGHTS: usize = 20;

/// Everything under `/gemini`.
pub fn router() -> Router<World> {
    Router::new().route("/v1beta/models/{call}", post(generate))
}

fn error(status: StatusCode, word: &str, message: &str, details: Value) -> Response {
    let body = json!({ "error": { "code": status.as_u16(), "message": message, "status": word, "details": details } });
    (status, Json(body)).into_response()
}

fn fault(kind: FaultKind, _: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ScopeRemoved | FaultKind::ClockSkew | FaultKind::TokenReplayed => {
            error(StatusCode::FORBIDDEN, "PERMISSION_DENIED", "The caller does not have permission.", json!([]))
        }
        FaultKind::RateLimited => {
            let details = json!([
                { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": "GenerateRequestsPerMinute" }] },
                { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s" },
            ]);
            error(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details)
        }
        FaultKind::Blocked => Json(json!({
            "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" },
            "usageMetadata": { "promptTokenCount": 50, "totalTokenCount": 50 },
        }))
        .into_response(),
        FaultKind::Truncated => ended("MAX_TOKENS", "The sandbox was about to", 50, 4096),
        FaultKind::Retired => error(StatusCode::NOT_FOUND, "NOT_FOUND", "The model is not found or is not supported.", json!([])),
        // An answer that is not in the schema.
        FaultKind::ErrorBody => ended("STOP", "```json\n{}\n```", 50, 10),
        _ => error(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The model is overloaded.", json!([])),
    }
}

/// An answer that ended for a reason.
fn ended(reason: &str, text: &str, input: usize, output: usize) -> Response {
    Json(json!({
        "candidates": [{ "content": { "role": "model", "parts": [{ "text": text }] }, "finishReason": reason, "index": 0 }],
        "usageMetadata": {
            "promptTokenCount": input, "candidatesTokenCount": output, "thoughtsTokenCount": THOUGHTS,
            "totalTokenCount": input + output + THOUGHTS,
        },
        "modelVersion": "sandbox", "responseId": "sandbox",
    }))
    .into_response()
}

/// `POST /v1beta/models/{model}:generateContent`
async fn generate(State(world): State<World>, Path(call): Path<String>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let (model, verb) = call.split_once(':').unwrap_or((&call, ""));
    answer(&world, (NAME, fault), "generate", model, || {
        if verb != "generateContent" {
            return error(StatusCode::NOT_FOUND, "NOT_FOUND", "No such method.", json!([]));
        }
        if headers.get("x-goog-api-key").and_then(|key| key.to_str().ok()) != Some(KEY) {
            let details = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }]);
            return error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "API key not valid.", details);
        }
        if RETIRED.iter().any(|retired| model.starts_with(retired)) {
            return fault(FaultKind::Retired, world.now());
        }
        let question = text_of(&body["contents"]);
        // What a prompt asks the sandbox to do, for those who try it by hand.
        if question.contains("[sandbox:blocked]") {
            return fault(FaultKind::Blocked, world.now());
        }
        let text = match &body["generationConfig"]["responseJsonSchema"] {
            Value::Null => "This is an answer of the sandbox.".to_owned(),
            schema => of_schema(schema, "answer", 1).to_string(),
        };
        let tokens = |text: &str| text.chars().count().div_ceil(CHARACTERS_OF_TOKEN);
        let input = tokens(&question) + tokens(&text_of(&body["systemInstruction"]));
        ended("STOP", &text, input, tokens(&text))
    })
    .await
}

/// All texts below.
fn text_of(value: &Value) -> String {
    match value {
        Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => match fields.get("text").and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => fields.values().map(text_of).collect::<Vec<_>>().join("\n"),
        },
        _ => String::new(),
    }
}

/// A value that a schema describes; the `number`th in its list.
fn of_schema(schema: &Value, name: &str, number: u64) -> Value {
    match schema["type"].as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Value::Object(fields.map(|(name, schema)| (name.clone(), of_schema(schema, name, number))).collect::<Map<_, _>>())
        }
        Some("array") => {
            let length = schema["minItems"].as_u64().unwrap_or(2);
            Value::Array((1..=length).map(|number| of_schema(&schema["items"], name, number)).collect())
        }
        Some("integer" | "number") => schema["minimum"].as_u64().unwrap_or(number).into(),
        Some("boolean") => true.into(),
        _ => match schema["enum"].as_array().and_then(|words| words.first()) {
            Some(word) => word.clone(),
            None if name == "hashtags" => format!("#sandbox{number}").into(),
            None => format!("Sandbox: {name} {number}, made up on this machine.").into(),
        },
    }
}
