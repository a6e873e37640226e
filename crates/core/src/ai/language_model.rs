//! What every language model has in common.

use std::time::Duration;

use async_trait::async_trait;
use huntaze_domain::ai::TokenUsage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is asked of a model. What a user wrote stands in `turns` alone, never in `instruction`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prompt {
    /// Who it is and how it answers.
    pub instruction: String,
    /// What was said so far; the last is what it answers to.
    pub turns: Vec<Turn>,
    /// What it may look up.
    pub tools: Vec<Tool>,
    /// The JSON schema of the answer, where it is to be JSON.
    pub schema: Option<Value>,
    /// Nothing more can be looked up: what was has to be enough.
    pub must_answer: bool,
    /// The answer ends after so many tokens, thoughts among them.
    pub most_output_tokens: u32,
}

impl Prompt {
    /// One question, to be answered in the shape of a schema.
    pub fn structured(instruction: String, question: String, schema: Value, most_output_tokens: u32) -> Self {
        Self {
            instruction,
            turns: vec![Turn::User(question)],
            tools: Vec::new(),
            schema: Some(schema),
            must_answer: false,
            most_output_tokens,
        }
    }

    /// The same once more, after an answer that could not be used for this fault.
    #[must_use]
    pub fn repair(mut self, fault: &str) -> Self {
        self.instruction.push_str(" An answer before this one could not be used: ");
        self.instruction.push_str(fault);
        self
    }
}

/// Characters that make a token, about (ai.google.dev/gemini-api/docs/tokens).
const CHARACTERS_OF_TOKEN: usize = 4;

impl Prompt {
    /// About how much is billed for it and an answer, where the model did not come to count.
    pub fn estimate(&self, answer: &str) -> TokenUsage {
        let tokens = |characters: usize| u32::try_from(characters.div_ceil(CHARACTERS_OF_TOKEN)).unwrap_or(u32::MAX);
        let said: usize = self.turns.iter().map(Turn::characters).sum();
        TokenUsage { input: tokens(self.instruction.chars().count() + said), output: tokens(answer.chars().count()) }
    }
}

impl Turn {
    fn characters(&self) -> usize {
        match self {
            Self::User(text) | Self::Model(text) => text.chars().count(),
            Self::Calls { said, calls } => said.chars().count() + calls.iter().map(|call| call.arguments.to_string().len()).sum::<usize>(),
            Self::Results(results) => results.iter().map(|result| result.found.to_string().len()).sum(),
        }
    }
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Turn {
    /// By the user.
    User(String),
    /// By the model.
    Model(String),
    /// The model looks something up. Sent back as it came.
    Calls {
        /// What it said before that.
        said: String,
        /// What it looks up.
        calls: Vec<ToolCall>,
    },
    /// What it found.
    Results(Vec<ToolResult>),
}

/// Something that a model can look up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    /// What it is called by.
    pub name: &'static str,
    /// What it finds, for the model.
    pub description: String,
    /// The JSON schema of its arguments.
    pub parameters: Value,
}

/// A model looks something up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The model's number of it.
    pub id: Option<String>,
    /// Which tool.
    pub name: String,
    /// What of.
    pub arguments: Value,
    /// Of the thought that led to it: the model wants it back.
    pub signature: Option<String>,
}

/// What a model is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolResult {
    /// The number of the call.
    pub id: Option<String>,
    /// The tool.
    pub name: String,
    /// What was found.
    pub found: Value,
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The answer.
    pub text: String,
    /// What it wants to look up before it goes on.
    pub calls: Vec<ToolCall>,
    /// Which model it was.
    pub model: String,
    /// What is billed.
    pub tokens: TokenUsage,
}

/// Something that came of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The model that answers from here on.
    Model(&'a str),
    /// More of the text.
    Text(&'a str),
    /// What would be billed if it ended here.
    Tokens(TokenUsage),
}

/// Is told of the pieces of an answer, as they come.
pub type Listener<'a> = &'a mut (dyn FnMut(Piece<'_>) + Send);

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
    /// Not now: to ask once more may help.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// What came is no answer, or nothing came in time: to ask once more does not help.
    #[error("no answer that can be used: {0}")]
    Unusable(String),
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

    /// The same, and tells of the answer as it comes. What came before a failure stays said: nothing is said twice.
    async fn stream(&self, prompt: &Prompt, listener: Listener<'_>) -> Result<Reply, ModelFailure>;

    /// The model that is asked first.
    fn name(&self) -> &str;

    /// What tokens of a model cost, in millionths of a dollar, rounded up.
    fn cost(&self, model: &str, tokens: TokenUsage) -> i64;

    /// Whether a stand-in answers in the vendor's place.
    fn is_sandbox(&self) -> bool;
}
