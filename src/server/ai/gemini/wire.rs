//! Requests and answers as they go over the wire.

use std::time::Duration;

use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    domain::ai::TokenUsage,
    server::ai::{Listener, ModelError, ModelFailure, Piece, Prompt, Reply, Tool, ToolCall, ToolResult, Turn},
};

/// What is refused where it is likely enough.
const HARMS: [&str; 4] =
    ["HARM_CATEGORY_HARASSMENT", "HARM_CATEGORY_HATE_SPEECH", "HARM_CATEGORY_SEXUALLY_EXPLICIT", "HARM_CATEGORY_DANGEROUS_CONTENT"];
const LIKELY_ENOUGH: &str = "BLOCK_MEDIUM_AND_ABOVE";

/// The body of `generateContent` and `streamGenerateContent`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    system_instruction: Content<'a>,
    contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tools<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig>,
    safety_settings: Vec<SafetySetting>,
    generation_config: GenerationConfig<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: Vec<Part<'a>>,
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Part<'a> {
    Text {
        text: &'a str,
    },
    Call {
        function_call: FunctionCall<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        thought_signature: Option<&'a str>,
    },
    Result {
        function_response: FunctionResponse<'a>,
    },
}

#[derive(Serialize)]
struct FunctionCall<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    args: &'a Value,
}

#[derive(Serialize)]
struct FunctionResponse<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    name: &'a str,
    response: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tools<'a> {
    function_declarations: Vec<Declaration<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    name: &'a str,
    description: &'a str,
    parameters_json_schema: &'a Value,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfig {
    function_calling_config: FunctionCallingConfig,
}

#[derive(Serialize)]
struct FunctionCallingConfig {
    mode: &'static str,
}

/// Tools that were used stay declared, and are used no more.
const NO_TOOLS: ToolConfig = ToolConfig { function_calling_config: FunctionCallingConfig { mode: "NONE" } };

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
        let declaration =
            |tool: &'a Tool| Declaration { name: tool.name, description: &tool.description, parameters_json_schema: &tool.parameters };
        let declarations: Vec<_> = prompt.tools.iter().map(declaration).collect();
        let has_tools = !declarations.is_empty();
        Self {
            system_instruction: Content { role: None, parts: vec![Part::Text { text: &prompt.instruction }] },
            contents: prompt.turns.iter().map(content).collect(),
            tools: has_tools.then_some(Tools { function_declarations: declarations }).into_iter().collect(),
            tool_config: prompt.must_answer.then_some(NO_TOOLS),
            safety_settings: HARMS.map(|category| SafetySetting { category, threshold: LIKELY_ENOUGH }).into(),
            generation_config: GenerationConfig {
                max_output_tokens: prompt.most_output_tokens,
                response_mime_type: schema.map(|_| "application/json"),
                response_json_schema: schema,
            },
        }
    }
}

fn content(turn: &Turn) -> Content<'_> {
    match turn {
        Turn::User(text) => Content { role: Some("user"), parts: vec![Part::Text { text }] },
        Turn::Model(text) => Content { role: Some("model"), parts: vec![Part::Text { text }] },
        Turn::Calls { said, calls } => {
            let said = (!said.is_empty()).then_some(Part::Text { text: said });
            Content { role: Some("model"), parts: said.into_iter().chain(calls.iter().map(call_part)).collect() }
        }
        Turn::Results(results) => Content { role: Some("user"), parts: results.iter().map(result_part).collect() },
    }
}

fn call_part(call: &ToolCall) -> Part<'_> {
    Part::Call {
        function_call: FunctionCall { id: call.id.as_deref(), name: &call.name, args: &call.arguments },
        thought_signature: call.signature.as_deref(),
    }
}

fn result_part(result: &ToolResult) -> Part<'_> {
    Part::Result { function_response: FunctionResponse { id: result.id.as_deref(), name: &result.name, response: &result.found } }
}

/// An answer, or a piece of one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<PromptFeedback>,
    usage_metadata: Option<UsageMetadata>,
    /// In a stream that had begun.
    error: Option<Problem>,
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
#[serde(rename_all = "camelCase")]
struct AnswerPart {
    #[serde(default)]
    text: String,
    /// What the model thought; it is billed, and not part of the answer.
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

/// What has come of an answer, whole or in pieces.
#[derive(Default)]
pub(super) struct Collected {
    text: String,
    calls: Vec<ToolCall>,
    /// The newest count: each piece tells of all before it.
    tokens: Option<TokenUsage>,
    finish: Option<String>,
    problem: Option<ModelError>,
}

impl Collected {
    /// Takes a piece in, and tells of what is new in it.
    pub(super) fn add(&mut self, answer: Answer, listener: Listener<'_>) {
        if let Some(tokens) = answer.usage_metadata.as_ref().map(UsageMetadata::tokens) {
            self.tokens = Some(tokens);
            listener(Piece::Tokens(tokens));
        }
        if let Some(reason) = answer.prompt_feedback.and_then(|feedback| feedback.block_reason) {
            self.problem = Some(ModelError::PromptBlocked(reason));
        }
        if let Some(problem) = answer.error {
            let status = problem.code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            self.problem = Some(problem.kind(status));
        }
        let Some(candidate) = answer.candidates.into_iter().next() else { return };
        self.finish = candidate.finish_reason.or(self.finish.take());
        for part in candidate.content.parts.into_iter().filter(|part| !part.thought) {
            if let Some(call) = part.function_call {
                let CallPart { id, name, args } = call;
                self.calls.push(ToolCall { id, name, arguments: args, signature: part.thought_signature });
            } else if !part.text.is_empty() {
                // No text of ours holds it, and no database keeps it.
                let text = part.text.replace('\0', "");
                listener(Piece::Text(&text));
                self.text.push_str(&text);
            }
        }
    }

    /// A failure with what is billed for what came: as counted, or where something was said before a count, about that.
    pub(super) fn fail(&self, error: ModelError, model: &str, prompt: &Prompt) -> ModelFailure {
        let tokens = self.tokens.or_else(|| (!self.text.is_empty()).then(|| prompt.estimate(&self.text)));
        ModelFailure { error, billed: tokens.map(|tokens| (model.to_owned(), tokens)) }
    }

    /// Whether no more is to come.
    pub(super) fn has_ended(&self) -> bool {
        self.finish.is_some() || self.problem.is_some()
    }

    /// The answer of `model` to a prompt, if it is one.
    pub(super) fn end(mut self, model: &str, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        let problem = self.problem.take().or_else(|| match self.finish.as_deref() {
            Some("STOP") => None,
            Some("MAX_TOKENS") => Some(ModelError::Truncated),
            Some(reason @ ("SAFETY" | "RECITATION" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "LANGUAGE")) => {
                Some(ModelError::AnswerBlocked(reason.to_owned()))
            }
            Some(reason) => Some(ModelError::Unusable(format!("ended with {reason}"))),
            None => Some(ModelError::Unavailable("ended with nothing".to_owned())),
        });
        if let Some(problem) = problem {
            return Err(self.fail(problem, model, prompt));
        }
        // About as many as there are, where it did not come to count.
        let tokens = self.tokens.unwrap_or_else(|| prompt.estimate(&self.text));
        Ok(Reply { text: self.text, calls: self.calls, model: model.to_owned(), tokens })
    }
}

/// What an answer of `generateContent` says, asked of `model`.
pub(super) fn read(status: StatusCode, body: &[u8], model: &str, prompt: &Prompt) -> Result<Reply, ModelFailure> {
    if !status.is_success() {
        return Err(error(status, body).into());
    }
    let mut collected = Collected::default();
    collected.add(piece(body)?, &mut |_| ());
    collected.end(model, prompt)
}

/// A piece of an answer, or all of it.
pub(super) fn piece(json: &[u8]) -> Result<Answer, ModelError> {
    serde_json::from_slice(json).map_err(|error| ModelError::Unusable(format!("not the expected JSON: {error}")))
}

#[derive(Default, Deserialize)]
struct Failed {
    error: Problem,
}

#[derive(Default, Deserialize)]
struct Problem {
    code: Option<u16>,
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

/// What an answer that is none says. What stands between us and Gemini may answer in HTML: then the status says all.
pub(super) fn error(status: StatusCode, body: &[u8]) -> ModelError {
    let Failed { error } = serde_json::from_slice(body).unwrap_or_default();
    error.kind(status)
}

impl Problem {
    /// `{"error": {"code", "status", "message", "details": [{"@type": "…RetryInfo", "retryDelay": "46s"}]}}`
    fn kind(self, status: StatusCode) -> ModelError {
        let delay = self.details.iter().find(|detail| detail.kind.ends_with("RetryInfo")).and_then(|detail| detail.retry_delay.as_deref());
        let is_key = self.details.iter().any(|detail| detail.reason.as_deref() == Some("API_KEY_INVALID"));
        let said = format!("{status}: {} {}", self.status, self.message);
        match status.as_u16() {
            _ if is_key => ModelError::KeyRefused(said),
            429 => ModelError::RateLimited(delay.and_then(seconds)),
            401 | 403 => ModelError::KeyRefused(said),
            404 => ModelError::Retired(said),
            400 => ModelError::Refused(said),
            500 | 503 | 504 => ModelError::Unavailable(said),
            _ => ModelError::Unusable(said),
        }
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

    fn prompt() -> Prompt {
        Prompt::structured("You write captions.".to_owned(), "A photo of the sea.".to_owned(), json!({ "type": "object" }), 500)
    }

    fn answered(body: &Value) -> Result<Reply, ModelFailure> {
        read(StatusCode::OK, body.to_string().as_bytes(), "m", &prompt())
    }

    #[test]
    fn a_request_is_as_documented() {
        insta::assert_json_snapshot!(Request::of(&prompt()), @r#"
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
              "threshold": "BLOCK_MEDIUM_AND_ABOVE"
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
        assert_eq!(reply, Ok(Reply { text: "The sea calls.".to_owned(), calls: Vec::new(), model: "m".to_owned(), tokens }));
    }

    #[test]
    fn what_is_looked_up_goes_back_as_it_came() {
        let looked_up = answered(&json!({
            "candidates": [{
                "content": { "role": "model", "parts": [
                    { "functionCall": { "id": "c1", "name": "get_posts", "args": { "range": "7d" } }, "thoughtSignature": "c2ln" },
                    { "functionCall": { "name": "list_accounts" } },
                ] },
                "finishReason": "STOP",
            }],
        }));
        let calls = looked_up.expect("an answer").calls;
        let result = |call: &ToolCall| ToolResult { id: call.id.clone(), name: call.name.clone(), found: json!({ "posts": [] }) };
        let results = calls.iter().map(result).collect();
        let tool = Tool { name: "get_posts", description: "Posts.".to_owned(), parameters: json!({ "type": "object" }) };
        let prompt = Prompt {
            instruction: String::new(),
            turns: vec![
                Turn::User("Why?".to_owned()),
                Turn::Model("Because.".to_owned()),
                Turn::Calls { said: "Let me see.".to_owned(), calls },
                Turn::Results(results),
            ],
            tools: vec![tool],
            schema: None,
            must_answer: true,
            most_output_tokens: 1,
        };
        let body = serde_json::to_value(Request::of(&prompt)).expect("JSON");
        insta::assert_json_snapshot!(json!([body["contents"], body["tools"], body["toolConfig"]]));
    }

    #[test]
    fn an_answer_comes_in_pieces() {
        let mut said = String::new();
        let mut collected = Collected::default();
        for body in [
            json!({ "candidates": [{ "content": { "parts": [{ "text": "The " }] } }], "usageMetadata": { "promptTokenCount": 5 } }),
            json!({ "candidates": [{ "content": { "parts": [{ "text": "Hm.", "thought": true }, { "text": "sea." }] } }] }),
            json!({
                "candidates": [{ "finishReason": "STOP" }],
                "usageMetadata": { "promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 3 },
            }),
        ] {
            let mut listener = |piece: Piece<'_>| match piece {
                Piece::Text(text) => said.push_str(text),
                Piece::Tokens(_) | Piece::Model(_) => {}
            };
            collected.add(piece(body.to_string().as_bytes()).expect("a piece"), &mut listener);
        }
        let reply = collected.end("m", &prompt()).expect("an answer");
        assert_eq!((said.as_str(), reply.text.as_str(), reply.tokens), ("The sea.", "The sea.", TokenUsage { input: 5, output: 5 }));
        let mut cut = Collected::default();
        cut.add(piece(br#"{"error": {"code": 503, "status": "UNAVAILABLE", "message": "x"}}"#).expect("a piece"), &mut |_| ());
        assert_eq!(
            cut.end("m", &prompt()).expect_err("an error").error,
            ModelError::Unavailable("503 Service Unavailable: UNAVAILABLE x".to_owned())
        );
        let ended = Collected::default().end("m", &prompt()).expect_err("nothing came");
        assert_eq!((ended.error, ended.billed), (ModelError::Unavailable("ended with nothing".to_owned()), None));
        let mut said = Collected::default();
        said.add(piece(br#"{"candidates": [{"content": {"parts": [{"text": "The sea."}]}}]}"#).expect("a piece"), &mut |_| ());
        // About as many as there are: it was not counted before it broke off.
        assert_eq!(said.end("m", &prompt()).expect_err("cut").billed, Some(("m".to_owned(), TokenUsage { input: 10, output: 2 })));
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
            ("MALFORMED_FUNCTION_CALL", ModelError::Unusable("ended with MALFORMED_FUNCTION_CALL".to_owned())),
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
        assert_eq!(said(404, of("NOT_FOUND")), ModelError::Retired("404 Not Found: NOT_FOUND x".to_owned()));
        assert_eq!(said(403, of("PERMISSION_DENIED")), ModelError::KeyRefused("403 Forbidden: PERMISSION_DENIED x".to_owned()));
        assert_eq!(said(400, of("INVALID_ARGUMENT")), ModelError::Refused("400 Bad Request: INVALID_ARGUMENT x".to_owned()));
        assert_eq!(said(503, of("UNAVAILABLE")), ModelError::Unavailable("503 Service Unavailable: UNAVAILABLE x".to_owned()));
        let key = json!({ "error": { "status": "INVALID_ARGUMENT", "message": "x", "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID" }
        ] } });
        assert_eq!(said(400, key), ModelError::KeyRefused("400 Bad Request: INVALID_ARGUMENT x".to_owned()));
        let html = |status| error(status, b"<html>");
        assert_eq!(html(StatusCode::BAD_GATEWAY), ModelError::Unusable("502 Bad Gateway:  ".to_owned()));
        assert_eq!(html(StatusCode::TOO_MANY_REQUESTS), ModelError::RateLimited(None));
        assert_eq!(html(StatusCode::FORBIDDEN), ModelError::KeyRefused("403 Forbidden:  ".to_owned()));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(status in 100_u16..600, body in ".*") {
            let _ = read(StatusCode::from_u16(status).expect("a status"), body.as_bytes(), "m", &prompt());
        }
    }
}
