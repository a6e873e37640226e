//! Request body of the Gemini API.

use serde::Serialize;
use serde_json::Value;

use crate::ai::{Prompt, ToolCall, ToolDeclaration, ToolResult, Turn};

/// Harm categories for which content of medium or higher probability is blocked.
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

/// Forbids further tool calls. The tools stay declared, because earlier turns have used them.
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
        let declaration = |tool: &'a ToolDeclaration| Declaration {
            name: tool.name,
            description: &tool.description,
            parameters_json_schema: &tool.parameters,
        };
        let declarations: Vec<_> = prompt.tools.iter().map(declaration).collect();
        let has_tools = !declarations.is_empty();
        Self {
            system_instruction: Content { role: None, parts: vec![Part::Text { text: &prompt.system_instruction }] },
            contents: prompt.turns.iter().map(content).collect(),
            tools: has_tools.then_some(Tools { function_declarations: declarations }).into_iter().collect(),
            tool_config: prompt.disable_tools.then_some(NO_TOOLS),
            safety_settings: HARMS.map(|category| SafetySetting { category, threshold: LIKELY_ENOUGH }).into(),
            generation_config: GenerationConfig {
                max_output_tokens: prompt.max_output_tokens,
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
        Turn::ToolCalls { text, calls } => {
            let text = (!text.is_empty()).then_some(Part::Text { text });
            Content { role: Some("model"), parts: text.into_iter().chain(calls.iter().map(call_part)).collect() }
        }
        Turn::ToolResults(results) => Content { role: Some("user"), parts: results.iter().map(result_part).collect() },
    }
}

fn call_part(call: &ToolCall) -> Part<'_> {
    Part::Call {
        function_call: FunctionCall { id: call.id.as_deref(), name: &call.name, args: &call.arguments },
        thought_signature: call.signature.as_deref(),
    }
}

fn result_part(result: &ToolResult) -> Part<'_> {
    Part::Result { function_response: FunctionResponse { id: result.id.as_deref(), name: &result.name, response: &result.output } }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use serde_json::json;

    use super::*;
    use crate::ai::gemini::response;

    #[test]
    fn request_matches_documented_format() {
        let schema = json!({ "type": "object" });
        let prompt = Prompt::structured("You write captions.".to_owned(), "A photo of the sea.".to_owned(), schema, 500);
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
    fn tool_calls_and_results_are_sent_back_unchanged() {
        let response = json!({
            "candidates": [{
                "content": { "role": "model", "parts": [
                    { "functionCall": { "id": "c1", "name": "get_posts", "args": { "range": "7d" } }, "thoughtSignature": "c2ln" },
                    { "functionCall": { "name": "list_accounts" } },
                ] },
                "finishReason": "STOP",
            }],
        });
        let asked = Prompt::structured(String::new(), "Why?".to_owned(), Value::Null, 1);
        let looked_up = response::read(StatusCode::OK, response.to_string().as_bytes(), "m", &asked);
        let calls = looked_up.expect("an answer").tool_calls;
        let result = |call: &ToolCall| ToolResult { id: call.id.clone(), name: call.name.clone(), output: json!({ "posts": [] }) };
        let results = calls.iter().map(result).collect();
        let tool = ToolDeclaration { name: "get_posts", description: "Posts.".to_owned(), parameters: json!({ "type": "object" }) };
        let prompt = Prompt {
            system_instruction: String::new(),
            turns: vec![
                Turn::User("Why?".to_owned()),
                Turn::Model("Because.".to_owned()),
                Turn::ToolCalls { text: "Let me see.".to_owned(), calls },
                Turn::ToolResults(results),
            ],
            tools: vec![tool],
            schema: None,
            disable_tools: true,
            max_output_tokens: 1,
        };
        let body = serde_json::to_value(Request::of(&prompt)).expect("JSON");
        insta::assert_json_snapshot!(json!([body["contents"], body["tools"], body["toolConfig"]]));
    }
}
