use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use huntaze_core::ai::{LanguageModel, Listener, ModelFailure, Piece, Prompt, Reply, ToolCall};
use huntaze_domain::ai::TokenUsage;
use serde_json::Value;

type Script = dyn Fn(Prompt) -> BoxFuture<'static, Result<Said, ModelFailure>> + Send + Sync;

/// What a scripted model says.
pub enum Said {
    /// An answer, in these pieces.
    Text(Vec<String>),
    /// It looks things up: names and arguments.
    Calls(Vec<(String, Value)>),
    /// These words, and then nothing any more.
    Endless(String),
}

impl Said {
    pub fn text(text: &str) -> Self {
        Self::Text(vec![text.to_owned()])
    }
}

/// Says what it is told to, and remembers what it was asked. Each answer is 10 tokens for 5 more; a token costs a millionth of a dollar.
#[derive(Clone)]
pub struct ScriptedModel {
    script: Arc<Script>,
    asked: Arc<Mutex<Vec<Prompt>>>,
}

impl ScriptedModel {
    pub fn new(script: impl Fn(Prompt) -> BoxFuture<'static, Result<Said, ModelFailure>> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script), asked: Arc::default() }
    }

    /// One that thinks about nothing for long.
    pub fn quick(script: impl Fn(&Prompt) -> Result<Said, ModelFailure> + Send + Sync + 'static) -> Self {
        Self::new(move |prompt| {
            let said = script(&prompt);
            Box::pin(async move { said })
        })
    }

    /// What it was asked so far.
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
