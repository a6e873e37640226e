//! What every language model has in common.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use crate::domain::ai::TokenUsage;

/// What is asked of a model. What a user wrote stands in `question` alone, never in `instruction`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// Who it is and how it answers.
    pub instruction: String,
    /// What it is to answer to.
    pub question: String,
    /// The JSON schema of the answer, where it is to be JSON.
    pub schema: Option<Value>,
    /// The answer ends after so many tokens, thoughts among them.
    pub most_output_tokens: u32,
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The answer.
    pub text: String,
    /// Which model it was.
    pub model: String,
    /// What is billed.
    pub tokens: TokenUsage,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The model does not answer to this.
    #[error("the prompt was blocked: {0}")]
    PromptBlocked(String),
    /// The model began to answer, and was stopped.
    #[error("the answer was blocked: {0}")]
    AnswerBlocked(String),
    /// The answer is longer than it may be.
    #[error("the answer was cut off")]
    Truncated,
    /// Too much was asked in too short a time.
    #[error("rate limited, for {0:?}")]
    RateLimited(Option<Duration>),
    /// The key is not good, or may not use the model.
    #[error("the key was refused: {0}")]
    KeyRefused(String),
    /// Neither the model nor its successor exists any more.
    #[error("the model is retired: {0}")]
    Retired(String),
    /// What we sent was not understood: a fault of ours.
    #[error("the request was refused: {0}")]
    Refused(String),
    /// Not now.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

/// A call that brought no answer; it may have to be paid all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct ModelFailure {
    /// Why.
    #[source]
    pub error: ModelError,
    /// The model that was asked, and what is billed for it.
    pub billed: Option<(String, TokenUsage)>,
}

impl From<ModelError> for ModelFailure {
    fn from(error: ModelError) -> Self {
        Self { error, billed: None }
    }
}

/// A language model. Gemini in production; tests have one that says what it is told to.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// Asks, and waits for the whole answer. To drop the future ends the call.
    async fn answer(&self, prompt: &Prompt) -> Result<Reply, ModelFailure>;

    /// What tokens of a model cost, in millionths of a dollar, rounded up.
    fn cost(&self, model: &str, tokens: TokenUsage) -> i64;

    /// Whether a stand-in answers in the vendor's place.
    fn is_sandbox(&self) -> bool;
}
