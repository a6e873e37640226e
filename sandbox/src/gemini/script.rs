//! What the stand-in says: pieces of an answer, in Gemini's own shape. Scripted by the prompt, for those who try it by hand, and by faults.

use serde_json::{Map, Value, json};

/// Characters of a token.
const CHARACTERS_OF_TOKEN: usize = 4;
const THOUGHTS: usize = 20;
/// Words of a piece.
const WORDS: usize = 4;
/// No more is told of what a tool found.
const MOST_FINDINGS: usize = 12;

/// What was asked.
pub struct Asked<'a> {
    body: &'a Value,
    /// The newest words of the user.
    question: String,
}

impl<'a> Asked<'a> {
    pub fn of(body: &'a Value) -> Self {
        let contents = body["contents"].as_array().map(Vec::as_slice).unwrap_or_default();
        let said =
            contents.iter().rev().filter(|content| content["role"] == "user").find_map(|content| text_of(content).map(ToOwned::to_owned));
        Self { body, question: said.unwrap_or_default() }
    }

    /// Whether the prompt asks the sandbox for something: `[sandbox:slow]`.
    pub fn wants(&self, what: &str) -> bool {
        self.question.contains(&format!("[sandbox:{what}]"))
    }

    /// The answer.
    pub fn answer(&self) -> Said {
        let schema = &self.body["generationConfig"]["responseJsonSchema"];
        let found = self.found();
        let tools = self.tools();
        if !schema.is_null() {
            Said::Text(of_schema(schema, "answer", 1).to_string())
        } else if found.is_empty() && !tools.is_empty() {
            Said::Calls(tools)
        } else {
            Said::Text(self.prose(&found))
        }
    }

    /// The tools that it asks for: the first that were declared, and that for posts where the question is about them. None where it may not.
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

    /// What has to be there, and the platform that the question names.
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

    /// What tools found since the question.
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
            lines.truncate(MOST_FINDINGS);
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

    /// The whole in one piece.
    pub fn whole(&self, said: &Said) -> Value {
        let (parts, output) = match said {
            Said::Text(text) => (vec![json!({ "text": text })], tokens(text)),
            Said::Calls(calls) => (calls.clone(), calls.len() * 10),
        };
        piece(&parts, Some("STOP"), self.input_tokens(), output)
    }

    /// The whole in pieces; usage stands in each, and is whole in the last.
    pub fn pieces(&self, said: &Said) -> Vec<Value> {
        let Said::Text(text) = said else { return vec![self.whole(said)] };
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

/// An answer.
pub enum Said {
    Text(String),
    /// It wants to look something up.
    Calls(Vec<Value>),
}

/// A piece of an answer; the last says how it ended.
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

/// "audience.value: 12,345" for each thing that was found.
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
