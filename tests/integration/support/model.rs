use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use huntaze_core::ai::{LanguageModel, Listener, ModelFailure, Piece, Prompt, Reply, ToolCall};
use huntaze_domain::ai::TokenUsage;
use serde_json::Value;

type Script = dyn Fn(Prompt) -> BoxFuture<'static, Result<Said, ModelFailure>> + Send + Sync;

/// Reply of a scripted model.
pub enum Said {
    /// Text, streamed in these chunks.
    Text(Vec<String>),
    /// Tool calls: names and arguments.
    Calls(Vec<(String, Value)>),
    /// Streams this text and then never completes.
    Endless(String),
}

impl Said {
    pub fn text(text: &str) -> Self {
        Self::Text(vec![text.to_owned()])
    }
}

/// Language model that runs a script and records its prompts. Each completion uses 10 input and 5 output tokens at 1 micro-USD each.
#[derive(Clone)]
pub struct ScriptedModel {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<Prompt>>>,
}

impl ScriptedModel {
    pub fn new(script: impl Fn(Prompt) -> BoxFuture<'static, Result<Said, ModelFailure>> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), asked: Arc::default() }
    }

    /// Creates a model from a synchronous script.
    pub fn quick(script: impl Fn(&Prompt) -> Result<Said, ModelFailure> + Send + Sync + 'static) -> Self {
        Self::new(move |prompt| {
            let said = script(&prompt);
            Box::pin(async move { said })
        })
    }

    /// Returns the prompts received so far.
    pub fn asked(&self) -> Vec<Prompt> {
        self.asked.lock().expect("no panic").clone()
    }
}

#[async_trait]
impl LanguageModel for ScriptedModel {
    async fn answer(&self, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        self.stream(prompt, &mut |_| ()).await
    }

    async fn stream(&self, prompt: &Prompt, listener: Listener<'_>) -> Result<Reply, ModelFailure> {
        self.asked.lock().expect("no panic").push(prompt.clone());
        listener(Piece::Model("scripted"));
        let tokens = TokenUsage { input: 10, output: 5 };
        let mut reply = Reply { text: String::new(), calls: Vec::new(), model: "scripted".to_owned(), tokens };
        match (self.script)(prompt.clone()).await? {
            Said::Text(pieces) => {
                for piece in pieces {
                    listener(Piece::Text(&piece));
                    reply.text.push_str(&piece);
                }
            }
            Said::Calls(calls) => {
                let call = |(name, arguments)| ToolCall { id: None, name, arguments, signature: None };
                reply.calls = calls.into_iter().map(call).collect();
            }
            Said::Endless(words) => {
                listener(Piece::Text(&words));
                std::future::pending::<()>().await;
            }
        }
        Ok(reply)
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
