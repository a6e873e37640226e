//! Gemini's REST interface, `v1beta` (ai.google.dev/api/generate-content).

mod wire;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use reqwest::Client;
use url::Url;

use super::{LanguageModel, ModelError, ModelFailure, Prompt, Reply};
use crate::{
    domain::{account::Secret, ai::TokenUsage},
    server::{
        config::GeminiConfig,
        infra::{
            clock::Clock,
            http::{self, HttpError},
        },
    },
};

/// One answer takes no longer, thinking included.
pub const TIMEOUT: Duration = Duration::from_mins(1);
/// After an answer of 500, 503 or 504, before it is asked once more.
const BREATH: Duration = Duration::from_millis(500);
/// Gemini, with a key.
pub struct Gemini {
    config: GeminiConfig,
    key: Secret,
    http: Client,
    clock: Arc<dyn Clock>,
}

impl Gemini {
    /// `None` where there is no key.
    pub fn new(config: &GeminiConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        Some(Self { config: config.clone(), key: config.key.clone()?, http, clock })
    }

    fn url(&self, model: &str, verb: &str) -> Option<Url> {
        let mut url = self.config.url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(["models", &format!("{model}:{verb}")]);
        Some(url)
    }

    async fn ask(&self, model: &str, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        let url = self.url(model, "generateContent").ok_or_else(|| ModelError::Refused("GEMINI_URL".to_owned()))?;
        // In a header: an address ends up in logs.
        let request = self.http.post(url).header("x-goog-api-key", self.key.expose()).json(&wire::Request::of(prompt)).timeout(TIMEOUT);
        let answer = http::send(request).await.map_err(|error| match error {
            HttpError::NoAnswer(text) => ModelError::Unavailable(text),
            HttpError::TooLarge => ModelError::Unavailable(error.to_string()),
        })?;
        wire::read(answer.status, &answer.body, model)
    }

    /// Asked once more where that may help: an answer that is delayed costs less than one that does not come.
    async fn ask_twice(&self, model: &str, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        match self.ask(model, prompt).await {
            Err(ModelFailure { error: ModelError::Unavailable(reason), billed: None }) if !reason.starts_with("time-out") => {
                tracing::warn!(reason, model, "the model did not answer");
                tokio::time::sleep(BREATH).await;
                self.ask(model, prompt).await
            }
            outcome => outcome,
        }
    }
}

#[async_trait]
impl LanguageModel for Gemini {
    async fn answer(&self, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        let (model, successor) = (&self.config.model, &self.config.successor);
        match self.ask_twice(model, prompt).await {
            Err(ModelFailure { error: ModelError::Retired(_), .. }) if successor != model => {
                tracing::error!(model, successor, "the model is retired: its successor is asked; change GEMINI_MODEL");
                self.ask_twice(successor, prompt).await
            }
            outcome => outcome,
        }
    }

    fn cost(&self, model: &str, tokens: TokenUsage) -> i64 {
        // Both models have a price: `GeminiConfig` sees to it.
        self.config.prices.cost(model, self.clock.now().date_naive(), tokens).unwrap_or_default()
    }

    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }
}
