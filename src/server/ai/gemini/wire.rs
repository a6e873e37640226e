//! Requests and answers as they go over the wire.

use std::time::Duration;

use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    domain::ai::TokenUsage,
    server::ai::{ModelError, ModelFailure, Prompt, Reply},
};

/// What is refused as harassment or hate; a creator's work is not refused for what it is about as long as it is not explicit.
const SAFETY: [(&str, &str); 4] = [
    ("HARM_CATEGORY_HARASSMENT", "BLOCK_MEDIUM_AND_ABOVE"),
    ("HARM_CATEGORY_HATE_SPEECH", "BLOCK_MEDIUM_AND_ABOVE"),
    ("HARM_CATEGORY_SEXUALLY_EXPLICIT", "BLOCK_ONLY_HIGH"),
    ("HARM_CATEGORY_DANGEROUS_CONTENT", "BLOCK_MEDIUM_AND_ABOVE"),
];

/// The body of `generateContent`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    system_instruction: Content<'a>,
    contents: [Content<'a>; 1],
    safety_settings: Vec<SafetySetting>,
    generation_config: GenerationConfig<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: [Part<'a>; 1],
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct SafetySetting {
    category: &'static str,
    threshold: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig<'a> {
    max_output_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<&'a Value>,
}

impl<'a> Request<'a> {
    pub(super) fn of(prompt: &'a Prompt) -> Self {
        let schema = prompt.schema.as_ref();
        Self {
            system_instruction: Content { role: None, parts: [Part { text: &prompt.instruction }] },
            contents: [Content { role: Some("user"), parts: [Part { text: &prompt.question }] }],
            safety_settings: SAFETY.map(|(category, threshold)| SafetySetting { category, threshold }).into(),
            generation_config: GenerationConfig {
                max_output_tokens: prompt.most_output_tokens,
                response_mime_type: schema.map(|_| "application/json"),
                response_json_schema: schema,
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<UsageMetadata>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    #[serde(default)]
    content: CandidateContent,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct CandidateContent {
    #[serde(default)]
    parts: Vec<AnswerPart>,
}

#[derive(Deserialize)]
struct AnswerPart {
    #[serde(default)]
    text: String,
    /// What the model thought; it is billed, and not part of the answer.
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[expect(clippy::struct_field_names, reason = "the vendor's own names")]
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsageMetadata {
    #[serde(default)]
    prompt_token_count: u32,
    #[serde(default)]
    candidates_token_count: u32,
    #[serde(default)]
    thoughts_token_count: u32,
}

impl UsageMetadata {
    const fn tokens(&self) -> TokenUsage {
        TokenUsage { input: self.prompt_token_count, output: self.candidates_token_count.saturating_add(self.thoughts_token_count) }
    }
}

/// What an answer of `generateContent` says, asked of `model`.
pub(super) fn read(status: StatusCode, body: &[u8], model: &str) -> Result<Reply, ModelFailure> {
    if !status.is_success() {
        return Err(error(status, body).into());
    }
    let answer: Answer =
        serde_json::from_slice(body).map_err(|error| ModelError::Unavailable(format!("not the expected JSON: {error}")))?;
    let tokens = answer.usage_metadata.as_ref().map(UsageMetadata::tokens);
    let failed = |error| Err(ModelFailure { error, billed: tokens.map(|tokens| (model.to_owned(), tokens)) });
    if let Some(reason) = answer.prompt_feedback.and_then(|feedback| feedback.block_reason) {
        return failed(ModelError::PromptBlocked(reason));
    }
    let Some(candidate) = answer.candidates.into_iter().next() else {
        return failed(ModelError::Unavailable("no candidate".to_owned()));
    };
    match candidate.finish_reason.as_deref() {
        Some("STOP") => {}
        Some("MAX_TOKENS") => return failed(ModelError::Truncated),
        Some(reason @ ("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE")) => {
            return failed(ModelError::AnswerBlocked(reason.to_owned()));
        }
        reason => return failed(ModelError::Unavailable(format!("ended with {}", reason.unwrap_or("nothing")))),
    }
    let text = candidate.content.parts.into_iter().filter(|part| !part.thought).map(|part| part.text).collect();
    Ok(Reply { text, model: model.to_owned(), tokens: tokens.unwrap_or_default() })
}

#[derive(Deserialize)]
struct Failed {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    #[serde(rename = "@type", default)]
    kind: String,
    retry_delay: Option<String>,
    reason: Option<String>,
}

/// `{"error": {"code", "status", "message", "details": [{"@type": "…RetryInfo", "retryDelay": "46s"}]}}`
fn error(status: StatusCode, body: &[u8]) -> ModelError {
    let Ok(Failed { error }) = serde_json::from_slice(body) else { return ModelError::Unavailable(format!("status {status}")) };
    let delay = error.details.iter().find(|detail| detail.kind.ends_with("RetryInfo")).and_then(|detail| detail.retry_delay.as_deref());
    let is_key = error.details.iter().any(|detail| detail.reason.as_deref() == Some("API_KEY_INVALID"));
    let said = format!("{} {}", error.status, error.message);
    match status.as_u16() {
        _ if is_key => ModelError::KeyRefused(said),
        429 => ModelError::RateLimited(delay.and_then(seconds)),
        401 | 403 => ModelError::KeyRefused(said),
        404 => ModelError::Retired(said),
        400 => ModelError::Refused(said),
        _ => ModelError::Unavailable(said),
    }
}

/// "46s" or "1.5s".
fn seconds(text: &str) -> Option<Duration> {
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn answered(body: &Value) -> Result<Reply, ModelFailure> {
        read(StatusCode::OK, body.to_string().as_bytes(), "m")
    }

    #[test]
    fn a_request_is_as_documented() {
        let prompt = Prompt {
            instruction: "You write captions.".to_owned(),
            question: "A photo of the sea.".to_owned(),
            schema: Some(json!({ "type": "object" })),
            most_output_tokens: 500,
        };
        insta::assert_json_snapshot!(Request::of(&prompt), @r#"
        {
          "systemInstruction": {
            "parts": [
              {
                "text": "You write captions."
              }
            ]
          },
          "contents": [
            {
              "role": "user",
              "parts": [
                {
                  "text": "A photo of the sea."
                }
              ]
            }
          ],
          "safetySettings": [
            {
              "category": "HARM_CATEGORY_HARASSMENT",
              "threshold": "BLOCK_MEDIUM_AND_ABOVE"
            },
            {
              "category": "HARM_CATEGORY_HATE_SPEECH",
              "threshold": "BLOCK_MEDIUM_AND_ABOVE"
            },
            {
              "category": "HARM_CATEGORY_SEXUALLY_EXPLICIT",
              "threshold": "BLOCK_ONLY_HIGH"
            },
            {
              "category": "HARM_CATEGORY_DANGEROUS_CONTENT",
              "threshold": "BLOCK_MEDIUM_AND_ABOVE"
            }
          ],
          "generationConfig": {
            "maxOutputTokens": 500,
            "responseMimeType": "application/json",
            "responseJsonSchema": {
              "type": "object"
            }
          }
        }
        "#);
    }

    #[test]
    fn thoughts_are_billed_and_not_part_of_the_answer() {
        let reply = answered(&json!({
            "candidates": [{
                "content": { "role": "model", "parts": [{ "text": "Hm.", "thought": true }, { "text": "The sea " }, { "text": "calls." }] },
                "finishReason": "STOP", "index": 0,
            }],
            "usageMetadata": { "promptTokenCount": 12, "candidatesTokenCount": 4, "thoughtsTokenCount": 30, "totalTokenCount": 46 },
            "modelVersion": "m-001", "responseId": "r",
        }));
        let tokens = TokenUsage { input: 12, output: 34 };
        assert_eq!(reply, Ok(Reply { text: "The sea calls.".to_owned(), model: "m".to_owned(), tokens }));
    }

    #[test]
    fn what_was_blocked_or_cut_off_says_so_and_what_it_costs() {
        let usage = json!({ "promptTokenCount": 12, "totalTokenCount": 12 });
        let billed = Some(("m".to_owned(), TokenUsage { input: 12, output: 0 }));
        let blocked = answered(&json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" }, "usageMetadata": usage }));
        let error = ModelError::PromptBlocked("PROHIBITED_CONTENT".to_owned());
        assert_eq!(blocked, Err(ModelFailure { error, billed: billed.clone() }));
        for (reason, error) in [
            ("SAFETY", ModelError::AnswerBlocked("SAFETY".to_owned())),
            ("MAX_TOKENS", ModelError::Truncated),
            ("MALFORMED_FUNCTION_CALL", ModelError::Unavailable("ended with MALFORMED_FUNCTION_CALL".to_owned())),
        ] {
            let answer = answered(&json!({ "candidates": [{ "finishReason": reason }], "usageMetadata": usage }));
            assert_eq!(answer, Err(ModelFailure { error, billed: billed.clone() }), "{reason}");
        }
    }

    #[test]
    fn errors_are_told_apart() {
        let said = |status: u16, body: Value| error(StatusCode::from_u16(status).expect("a status"), body.to_string().as_bytes());
        let limited = json!({ "error": { "code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota", "details": [
            { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": "q" }] },
            { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s" },
        ] } });
        assert_eq!(said(429, limited), ModelError::RateLimited(Some(Duration::from_secs(46))));
        let of = |status: &str| json!({ "error": { "status": status, "message": "x" } });
        assert_eq!(said(404, of("NOT_FOUND")), ModelError::Retired("NOT_FOUND x".to_owned()));
        assert_eq!(said(403, of("PERMISSION_DENIED")), ModelError::KeyRefused("PERMISSION_DENIED x".to_owned()));
        assert_eq!(said(400, of("INVALID_ARGUMENT")), ModelError::Refused("INVALID_ARGUMENT x".to_owned()));
        assert_eq!(said(503, of("UNAVAILABLE")), ModelError::Unavailable("UNAVAILABLE x".to_owned()));
        let key = json!({ "error": { "status": "INVALID_ARGUMENT", "message": "x", "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }
        ] } });
        assert_eq!(said(400, key), ModelError::KeyRefused("INVALID_ARGUMENT x".to_owned()));
        assert_eq!(error(StatusCode::BAD_GATEWAY, b"<html>"), ModelError::Unavailable("status 502 Bad Gateway".to_owned()));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(status in 100_u16..600, body in ".*") {
            let _ = read(StatusCode::from_u16(status).expect("a status"), body.as_bytes(), "m");
        }
    }
}
