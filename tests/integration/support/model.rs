use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use huntaze_core::ai::{ChunkHandler, Completion, FailedCompletion, LanguageModel, Prompt, StreamChunk, ToolCall};
use huntaze_domain::billing::TokenUsage;
use serde_json::Value;

type Script = dyn Fn(Prompt) -> BoxFuture<'static, Result<ScriptedReply, FailedCompletion>> + Send + Sync;

/// Reply of a scripted model.
pub enum ScriptedReply {
    /// Text, streamed in these chunks.
    Text(Vec<String>),
    /// Tool calls: names and arguments.
    Calls(Vec<(String, Value)>),
    /// Streams this text and then never completes.
    Endless(String),
}

impl ScriptedReply {
    pub fn text(text: &str) -> Self {
        Self::Text(vec![text.to_owned()])
    }
}

/// Language model that runs a script and records its prompts. Each completion uses 10 input and 5 output tokens at 1 micro-USD each.
#[derive(Clone)]
pub struct ScriptedModel {
    script: Arc<Script>,
    prompts: Arc<Mutex<Vec<Prompt>>>,
}

impl ScriptedModel {
    pub fn new(script: impl Fn(Prompt) -> BoxFuture<'static, Result<ScriptedReply, FailedCompletion>> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), prompts: Arc::default() }
    }

    /// Creates a model from a synchronous script.
    pub fn quick(script: impl Fn(&Prompt) -> Result<ScriptedReply, FailedCompletion> + Send + Sync + 'static) -> Self {
        Self::new(move |prompt| {
            let reply = script(&prompt);
            Box::pin(async move { reply })
        })
    }

    /// Returns the prompts received so far.
    pub fn prompts(&self) -> Vec<Prompt> {
        self.prompts.lock().expect("no panic").clone()
    }
}

#[async_trait]
impl LanguageModel for ScriptedModel {
    async fn generate(&self, prompt: &Prompt) -> Result<Completion, FailedCompletion> {
        self.generate_stream(prompt, &mut |_| ()).await
    }

    async fn generate_stream(&self, prompt: &Prompt, handler: ChunkHandler<'_>) -> Result<Completion, FailedCompletion> {
        self.prompts.lock().expect("no panic").push(prompt.clone());
        handler(StreamChunk::Model("scripted"));
        let tokens = TokenUsage { input: 10, output: 5 };
        let mut completion = Completion { text: String::new(), tool_calls: Vec::new(), model: "scripted".to_owned(), tokens };
        match (self.script)(prompt.clone()).await? {
            ScriptedReply::Text(chunks) => {
                for chunk in chunks {
                    handler(StreamChunk::Text(&chunk));
                    completion.text.push_str(&chunk);
                }
            }
            ScriptedReply::Calls(calls) => {
                let call = |(name, arguments)| ToolCall { id: None, name, arguments, signature: None };
                completion.tool_calls = calls.into_iter().map(call).collect();
            }
            ScriptedReply::Endless(words) => {
                handler(StreamChunk::Text(&words));
                std::future::pending::<()>().await;
            }
        }
        Ok(completion)
    }

    fn name(&self) -> &'static str {
        "scripted"
    }

    fn cost(&self, _: &str, tokens: TokenUsage) -> i64 {
        i64::from(tokens.input + tokens.output)
    }

    fn is_sandbox(&self) -> bool {
        false
    }
}
