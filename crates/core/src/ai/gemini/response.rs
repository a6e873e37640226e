//! Responses of `generateContent`, whole or streamed.

use huntaze_domain::billing::TokenUsage;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::rpc_status::{RpcStatus, error};
use crate::ai::{ChunkHandler, Completion, FailedCompletion, ModelError, Prompt, StreamChunk, ToolCall};

/// A whole response, or one chunk of a streamed one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GenerateContentResponse {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<UsageMetadata>,
    /// Error within a stream that started with status 200.
    error: Option<RpcStatus>,
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
    parts: Vec<ResponsePart>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResponsePart {
    #[serde(default)]
    text: String,
    /// Whether the part is a thought; thoughts are billed, but not part of the answer.
    #[serde(default)]
    thought: bool,
    function_call: Option<CallPart>,
    thought_signature: Option<String>,
}

#[derive(Deserialize)]
struct CallPart {
    id: Option<String>,
    name: String,
    #[serde(default)]
    args: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromptFeedback {
    block_reason: Option<String>,
}

#[expect(clippy::struct_field_names, reason = "field names of the Gemini API")]
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

/// Accumulates the chunks of a response.
#[derive(Default)]
pub(super) struct ResponseAccumulator {
    text: String,
    tool_calls: Vec<ToolCall>,
    /// Latest token counts; each chunk reports the totals so far.
    tokens: Option<TokenUsage>,
    finish: Option<String>,
    problem: Option<ModelError>,
}

impl ResponseAccumulator {
    /// Adds a chunk and passes its text and token counts to the handler.
    pub(super) fn add(&mut self, chunk: GenerateContentResponse, handler: ChunkHandler<'_>) {
        if let Some(tokens) = chunk.usage_metadata.as_ref().map(UsageMetadata::tokens) {
            self.tokens = Some(tokens);
            handler(StreamChunk::Tokens(tokens));
        }
        if let Some(reason) = chunk.prompt_feedback.and_then(|feedback| feedback.block_reason) {
            self.problem = Some(ModelError::PromptBlocked(reason));
        }
        if let Some(problem) = chunk.error {
            let status = problem.code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            self.problem = Some(problem.kind(status));
        }
        let Some(candidate) = chunk.candidates.into_iter().next() else { return };
        self.finish = candidate.finish_reason.or(self.finish.take());
        for part in candidate.content.parts.into_iter().filter(|part| !part.thought) {
            if let Some(call) = part.function_call {
                let CallPart { id, name, args } = call;
                self.tool_calls.push(ToolCall { id, name, arguments: args, signature: part.thought_signature });
            } else if !part.text.is_empty() {
                // Remove NUL characters: PostgreSQL cannot store them in text.
                let text = part.text.replace('\0', "");
                handler(StreamChunk::Text(&text));
                self.text.push_str(&text);
            }
        }
    }

    /// Returns a failure with the tokens that are billed so far: as reported by the vendor, or estimated if text arrived before any count.
    pub(super) fn fail(&self, error: ModelError, model: &str, prompt: &Prompt) -> FailedCompletion {
        let tokens = self.tokens.or_else(|| (!self.text.is_empty()).then(|| prompt.estimate(&self.text)));
        FailedCompletion { error, usage: tokens.map(|tokens| (model.to_owned(), tokens)) }
    }

    /// Returns whether the response is complete or has failed.
    pub(super) fn has_ended(&self) -> bool {
        self.finish.is_some() || self.problem.is_some()
    }

    /// Returns the completion, or the failure if the response was blocked, truncated or incomplete.
    pub(super) fn end(mut self, model: &str, prompt: &Prompt) -> Result<Completion, FailedCompletion> {
        let problem = self.problem.take().or_else(|| match self.finish.as_deref() {
            Some("STOP") => None,
            Some("MAX_TOKENS") => Some(ModelError::Truncated),
            Some(reason @ ("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE")) => {
                Some(ModelError::ResponseBlocked(reason.to_owned()))
            }
            Some(reason) => Some(ModelError::InvalidResponse(format!("finish reason {reason}"))),
            None => Some(ModelError::Unavailable("no finish reason".to_owned())),
        });
        if let Some(problem) = problem {
            return Err(self.fail(problem, model, prompt));
        }
        // Estimate the tokens if the response has no token counts.
        let tokens = self.tokens.unwrap_or_else(|| prompt.estimate(&self.text));
        Ok(Completion { text: self.text, tool_calls: self.tool_calls, model: model.to_owned(), tokens })
    }
}

/// Parses the response of `generateContent`.
pub(super) fn read(status: StatusCode, body: &[u8], model: &str, prompt: &Prompt) -> Result<Completion, FailedCompletion> {
    if !status.is_success() {
        return Err(error(status, body).into());
    }
    let mut accumulator = ResponseAccumulator::default();
    accumulator.add(parse_chunk(body)?, &mut |_| ());
    accumulator.end(model, prompt)
}

/// Parses a whole response, or one chunk of a streamed one.
pub(super) fn parse_chunk(json: &[u8]) -> Result<GenerateContentResponse, ModelError> {
    serde_json::from_slice(json).map_err(|error| ModelError::InvalidResponse(format!("unexpected JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn prompt() -> Prompt {
        Prompt::structured("You write captions.".to_owned(), "A photo of the sea.".to_owned(), json!({ "type": "object" }), 500)
    }

    fn answered(body: &Value) -> Result<Completion, FailedCompletion> {
        read(StatusCode::OK, body.to_string().as_bytes(), "m", &prompt())
    }

    #[test]
    fn thoughts_are_billed_but_not_returned() {
        let completion = answered(&json!({
            "candidates": [{
                "content": { "role": "model", "parts": [{ "text": "Hm.", "thought": true }, { "text": "The sea " }, { "text": "calls." }] },
                "finishReason": "STOP", "index": 0,
            }],
            "usageMetadata": { "promptTokenCount": 12, "candidatesTokenCount": 4, "thoughtsTokenCount": 30, "totalTokenCount": 46 },
            "modelVersion": "m-001", "responseId": "r",
        }));
        let tokens = TokenUsage { input: 12, output: 34 };
        assert_eq!(completion, Ok(Completion { text: "The sea calls.".to_owned(), tool_calls: Vec::new(), model: "m".to_owned(), tokens }));
    }

    #[test]
    fn chunks_are_accumulated_and_failures_reported() {
        let mut received = String::new();
        let mut accumulator = ResponseAccumulator::default();
        for body in [
            json!({ "candidates": [{ "content": { "parts": [{ "text": "The " }] } }], "usageMetadata": { "promptTokenCount": 5 } }),
            json!({ "candidates": [{ "content": { "parts": [{ "text": "Hm.", "thought": true }, { "text": "sea." }] } }] }),
            json!({
                "candidates": [{ "finishReason": "STOP" }],
                "usageMetadata": { "promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 3 },
            }),
        ] {
            let mut handler = |chunk: StreamChunk<'_>| match chunk {
                StreamChunk::Text(text) => received.push_str(text),
                StreamChunk::Tokens(_) | StreamChunk::Model(_) => {}
            };
            accumulator.add(parse_chunk(body.to_string().as_bytes()).expect("a chunk"), &mut handler);
        }
        let completion = accumulator.end("m", &prompt()).expect("an answer");
        assert_eq!(
            (received.as_str(), completion.text.as_str(), completion.tokens),
            ("The sea.", "The sea.", TokenUsage { input: 5, output: 5 })
        );
        let mut cut = ResponseAccumulator::default();
        cut.add(parse_chunk(br#"{"error": {"code": 503, "status": "UNAVAILABLE", "message": "x"}}"#).expect("a chunk"), &mut |_| ());
        assert_eq!(
            cut.end("m", &prompt()).expect_err("an error").error,
            ModelError::Unavailable("503 Service Unavailable: UNAVAILABLE x".to_owned())
        );
        let ended = ResponseAccumulator::default().end("m", &prompt()).expect_err("nothing came");
        assert_eq!((ended.error, ended.usage), (ModelError::Unavailable("no finish reason".to_owned()), None));
        let mut received = ResponseAccumulator::default();
        received.add(parse_chunk(br#"{"candidates": [{"content": {"parts": [{"text": "The sea."}]}}]}"#).expect("a chunk"), &mut |_| ());
        // The tokens are estimated, because the stream ended before any count.
        assert_eq!(received.end("m", &prompt()).expect_err("cut").usage, Some(("m".to_owned(), TokenUsage { input: 10, output: 2 })));
    }

    #[test]
    fn blocked_or_truncated_response_is_a_billed_failure() {
        let usage = json!({ "promptTokenCount": 12, "totalTokenCount": 12 });
        let billed = Some(("m".to_owned(), TokenUsage { input: 12, output: 0 }));
        let blocked = answered(&json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" }, "usageMetadata": usage }));
        let error = ModelError::PromptBlocked("PROHIBITED_CONTENT".to_owned());
        assert_eq!(blocked, Err(FailedCompletion { error, usage: billed.clone() }));
        for (reason, error) in [
            ("SAFETY", ModelError::ResponseBlocked("SAFETY".to_owned())),
            ("MAX_TOKENS", ModelError::Truncated),
            ("MALFORMED_FUNCTION_CALL", ModelError::InvalidResponse("finish reason MALFORMED_FUNCTION_CALL".to_owned())),
        ] {
            let answer = answered(&json!({ "candidates": [{ "finishReason": reason }], "usageMetadata": usage }));
            assert_eq!(answer, Err(FailedCompletion { error, usage: billed.clone() }), "{reason}");
        }
    }

    proptest! {
        #[test]
        fn parsing_arbitrary_responses_never_panics(status in 100_u16..600, body in ".*") {
            let _ = read(StatusCode::from_u16(status).expect("a status"), body.as_bytes(), "m", &prompt());
        }
    }
}
