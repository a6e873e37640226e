//! Builds the sandbox's completions in Gemini's format. For manual testing, markers such as `[sandbox:slow]` in the prompt change them.

use serde_json::{Map, Value, json};

/// Estimated characters per token.
const CHARACTERS_OF_TOKEN: usize = 4;
const THOUGHTS: usize = 20;
/// Words per stream chunk.
const WORDS: usize = 4;
/// Maximum number of values per tool result that are repeated in the answer.
const MAX_FINDINGS: usize = 12;

/// A parsed request.
pub struct ParsedPrompt<'a> {
    body: &'a Value,
    /// Newest text of the user; empty if there is none.
    question: String,
}

impl<'a> ParsedPrompt<'a> {
    pub fn of(body: &'a Value) -> Self {
        let contents = body["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
        let question =
            contents.iter().rev().filter(|content| content["role"] == "user").find_map(|content| text_of(content).map(ToOwned::to_owned));
        Self { body, question: question.unwrap_or_default() }
    }

    /// Returns whether the prompt contains the marker `[sandbox:{what}]`.
    pub fn wants(&self, what: &str) -> bool {
        self.question.contains(&format!("[sandbox:{what}]"))
    }

    /// Returns the completion: JSON if there is a schema, tool calls if tools are allowed and have no results yet, otherwise text.
    pub fn answer(&self) -> SandboxReply {
        let schema = &self.body["generationConfig"]["responseJsonSchema"];
        let found = self.found();
        let tools = self.tools();
        if !schema.is_null() {
            SandboxReply::Text(of_schema(schema, "answer", 1).to_string())
        } else if found.is_empty() && !tools.is_empty() {
            SandboxReply::Calls(tools)
        } else {
            SandboxReply::Text(self.prose(&found))
        }
    }

    /// Returns calls of the first two declared tools, and of `get_posts` if the question mentions posts; none if tools are disabled.
    fn tools(&self) -> Vec<Value> {
        if self.body["toolConfig"]["functionCallingConfig"]["mode"] == "NONE" {
            return Vec::new();
        }
        let declared: Vec<_> = self.body["tools"][0]["functionDeclarations"].as_array().into_iter().flatten().collect();
        let is_wanted = |(index, tool): &(usize, &Value)| *index < 2 || tool["name"] == "get_posts" && self.question.contains("post");
        let call = |(index, tool): (usize, &Value)| {
            let arguments = self.arguments(&tool["parametersJsonSchema"]);
            json!({
                "functionCall": { "id": format!("call-{index}"), "name": tool["name"], "args": arguments },
                "thoughtSignature": "c2FuZGJveA==",
            })
        };
        declared.into_iter().enumerate().filter(is_wanted).map(call).collect()
    }

    /// Returns arguments that match the schema; `platform` is the one that the question names, or absent.
    fn arguments(&self, schema: &Value) -> Value {
        let mut arguments = of_schema(schema, "arguments", 1);
        let question = self.question.to_lowercase();
        let words = schema["properties"]["platform"]["enum"].as_array().into_iter().flatten();
        let named = words.filter_map(Value::as_str).find(|word| word.len() > 1 && question.contains(word));
        if let Some(arguments) = arguments.as_object_mut() {
            match named {
                Some(named) => drop(arguments.insert("platform".to_owned(), named.into())),
                None => drop(arguments.remove("platform")),
            }
        }
        arguments
    }

    /// Returns the names and responses of the tool results since the last message with text.
    fn found(&self) -> Vec<(String, Value)> {
        let contents = self.body["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
        let since = contents.iter().rposition(|content| text_of(content).is_some()).map_or(0, |index| index + 1);
        let parts = contents[since..].iter().flat_map(|content| content["parts"].as_array().into_iter().flatten());
        let responses = parts.map(|part| &part["functionResponse"]).filter(|response| !response.is_null());
        responses.map(|response| (response["name"].as_str().unwrap_or_default().to_owned(), response["response"].clone())).collect()
    }

    fn prose(&self, found: &[(String, Value)]) -> String {
        let mut text = "This is an answer of the sandbox, made up on this machine.\n\n".to_owned();
        for (tool, response) in found {
            let mut lines = Vec::new();
            leaves(response, "", &mut lines);
            lines.truncate(MAX_FINDINGS);
            text.extend(["**", tool, "** found:\n\n- ", &lines.join("\n- "), "\n\n"]);
        }
        if self.wants("invent") {
            text.push_str("About 987,654 people would see more.\n\n");
        }
        if self.wants("markup") {
            text.push_str(
                "<img src=x onerror=alert(1)> [a link](javascript:alert(1)) and [another](https://example.com/) with `code`.\n\n",
            );
        }
        text.push_str("What to do with it is for you to say: the sandbox knows nothing.");
        text
    }

    fn input_tokens(&self) -> usize {
        tokens(&self.body["contents"].to_string()) + tokens(&self.body["systemInstruction"].to_string())
    }

    /// Returns the completion as a single response.
    pub fn whole(&self, reply: &SandboxReply) -> Value {
        let (parts, output) = match reply {
            SandboxReply::Text(text) => (vec![json!({ "text": text })], tokens(text)),
            SandboxReply::Calls(calls) => (calls.clone(), calls.len() * 10),
        };
        piece(&parts, Some("STOP"), self.input_tokens(), output)
    }

    /// Returns the completion as stream chunks; each reports the usage so far.
    pub fn pieces(&self, reply: &SandboxReply) -> Vec<Value> {
        let SandboxReply::Text(text) = reply else { return vec![self.whole(reply)] };
        let words: Vec<_> = text.split_inclusive(' ').collect();
        let mut output = 0;
        let mut pieces: Vec<_> = words
            .chunks(WORDS)
            .map(|words| {
                let text = words.concat();
                output += tokens(&text);
                piece(&[json!({ "text": text })], None, self.input_tokens(), output)
            })
            .collect();
        pieces.push(piece(&[json!({ "text": "" })], Some("STOP"), self.input_tokens(), output));
        pieces
    }
}

/// A completion.
pub enum SandboxReply {
    Text(String),
    /// Tool calls.
    Calls(Vec<Value>),
}

/// Builds a response or stream chunk; `finish` is the finish reason, `None` for all chunks but the last.
pub fn piece(parts: &[Value], finish: Option<&str>, input: usize, output: usize) -> Value {
    let mut candidate = json!({ "content": { "role": "model", "parts": parts }, "index": 0 });
    if let Some(finish) = finish {
        candidate["finishReason"] = finish.into();
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": input, "candidatesTokenCount": output, "thoughtsTokenCount": THOUGHTS,
            "totalTokenCount": input + output + THOUGHTS,
        },
        "modelVersion": "sandbox", "responseId": "sandbox",
    })
}

fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(CHARACTERS_OF_TOKEN)
}

fn text_of(content: &Value) -> Option<&str> {
    content["parts"].as_array()?.iter().find_map(|part| part["text"].as_str())
}

/// Appends a line such as "audience.value: 12,345" for each scalar value.
fn leaves(value: &Value, path: &str, lines: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| leaves(value, &below(name), lines)),
        Value::Array(values) => values.iter().enumerate().for_each(|(index, value)| leaves(value, &below(&index.to_string()), lines)),
        Value::Null => {}
        Value::String(text) => lines.push(format!("{path}: {}", text.replace('\n', " "))),
        other => lines.push(format!("{path}: {other}")),
    }
}

/// Builds a value that matches the schema; `number` is its 1-based position in the enclosing list.
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
