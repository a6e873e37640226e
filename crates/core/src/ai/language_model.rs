//! Interface that is common to all language models.

use std::time::Duration;

use async_trait::async_trait;
use huntaze_domain::billing::TokenUsage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A prompt for a model. Text written by a user is only ever in `turns`, never in `system_instruction`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prompt {
    /// System instruction: the role of the model and the form of its answer.
    pub system_instruction: String,
    /// The conversation so far; the last turn is the one to answer.
    pub turns: Vec<Turn>,
    /// Tools that the model may call.
    pub tools: Vec<ToolDeclaration>,
    /// JSON schema of the answer; `None` if the answer is plain text.
    pub schema: Option<Value>,
    /// Disables further tool calls: the model must answer with what it has.
    pub disable_tools: bool,
    /// Maximum number of output tokens, including thoughts.
    pub max_output_tokens: u32,
}

impl Prompt {
    /// Creates a prompt with a single user turn whose answer must match a JSON schema.
    pub fn structured(system_instruction: String, question: String, schema: Value, max_output_tokens: u32) -> Self {
        Self {
            system_instruction,
            turns: vec![Turn::User(question)],
            tools: Vec::new(),
            schema: Some(schema),
            disable_tools: false,
            max_output_tokens,
        }
    }

    /// Returns the same prompt with a note on why the previous answer was invalid.
    #[must_use]
    pub fn repair(mut self, fault: &str) -> Self {
        self.system_instruction.push_str(" An answer before this one could not be used: ");
        self.system_instruction.push_str(fault);
        self
    }
}

/// Approximate number of characters per token (ai.google.dev/gemini-api/docs/tokens).
const CHARS_PER_TOKEN: usize = 4;

impl Prompt {
    /// Estimates the billed tokens of the prompt and an answer, for responses that ended before the model reported a count.
    pub fn estimate(&self, answer: &str) -> TokenUsage {
        let tokens = |characters: usize| u32::try_from(characters.div_ceil(CHARS_PER_TOKEN)).unwrap_or(u32::MAX);
        let turns: usize = self.turns.iter().map(Turn::characters).sum();
        TokenUsage { input: tokens(self.system_instruction.chars().count() + turns), output: tokens(answer.chars().count()) }
    }
}

impl Turn {
    fn characters(&self) -> usize {
        match self {
            Self::User(text) | Self::Model(text) => text.chars().count(),
            Self::ToolCalls { text, calls } => {
                text.chars().count() + calls.iter().map(|call| call.arguments.to_string().len()).sum::<usize>()
            }
            Self::ToolResults(results) => results.iter().map(|result| result.output.to_string().len()).sum(),
        }
    }
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Turn {
    /// Text of the user.
    User(String),
    /// Text of the model.
    Model(String),
    /// Tool calls of the model; must be sent back to it unchanged.
    ToolCalls {
        /// Text before the tool calls; may be empty.
        text: String,
        /// The tool calls.
        calls: Vec<ToolCall>,
    },
    /// Results of the tool calls.
    ToolResults(Vec<ToolResult>),
}

/// Declaration of a tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolDeclaration {
    /// Name by which the model calls the tool.
    pub name: &'static str,
    /// Description of the result, for the model.
    pub description: String,
    /// JSON schema of the arguments.
    pub parameters: Value,
}

/// A tool call of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Id of the call; `None` if the model assigns none.
    pub id: Option<String>,
    /// Name of the tool.
    pub name: String,
    /// Arguments, as JSON.
    pub arguments: Value,
    /// Thought signature, which the model requires to be sent back with the call.
    pub signature: Option<String>,
}

/// The result of a tool call, for the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolResult {
    /// Id of the tool call; `None` if it has none.
    pub id: Option<String>,
    /// Name of the tool.
    pub name: String,
    /// Output of the tool, as JSON.
    pub output: Value,
}

/// A completion of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// The text; may be empty if there are tool calls.
    pub text: String,
    /// Tool calls whose results the model needs in order to continue.
    pub tool_calls: Vec<ToolCall>,
    /// The model that generated the completion.
    pub model: String,
    /// Billed tokens.
    pub tokens: TokenUsage,
}

/// A chunk of a streamed completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamChunk<'a> {
    /// The model that generates the text from here on.
    Model(&'a str),
    /// Text to append.
    Text(&'a str),
    /// Tokens that are billed for the completion so far.
    Tokens(TokenUsage),
}

/// Callback that receives the chunks of a completion as they arrive.
pub type ChunkHandler<'a> = &'a mut (dyn FnMut(StreamChunk<'_>) + Send);

/// Why a model returned no usable completion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The model refuses to answer the prompt.
    #[error("prompt blocked: {0}")]
    PromptBlocked(String),
    /// The model started to answer and was stopped by a filter.
    #[error("response blocked: {0}")]
    ResponseBlocked(String),
    /// The answer reached the limit on output tokens.
    #[error("response truncated at the token limit")]
    Truncated,
    /// Too many requests; contains how long to wait, if the vendor says so.
    #[error("rate limited, retry after {0:?}")]
    RateLimited(Option<Duration>),
    /// The API key is invalid, or has no access to the model.
    #[error("API key rejected: {0}")]
    InvalidApiKey(String),
    /// The model has been retired, and so has the fallback model if that was tried.
    #[error("model retired: {0}")]
    ModelRetired(String),
    /// The vendor rejected the request as invalid: a bug in our request.
    #[error("invalid request: {0}")]
    InvalidRequest(String),
    /// Temporarily unavailable; a retry may succeed.
    #[error("model unavailable: {0}")]
    Unavailable(String),
    /// The response is invalid or timed out; a retry does not help.
    #[error("invalid response: {0}")]
    InvalidResponse(String),
}

/// A failed call to a model; it may be billed nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct FailedCompletion {
    /// The cause.
    #[source]
    pub error: ModelError,
    /// The model and the billed tokens; `None` if nothing is billed.
    pub usage: Option<(String, TokenUsage)>,
}

impl From<ModelError> for FailedCompletion {
    fn from(error: ModelError) -> Self {
        Self { error, usage: None }
    }
}

/// A language model: Gemini in production, a scripted one in tests.
#[async_trait]
pub trait LanguageModel: Send + Sync {
    /// Generates a completion and returns it as a whole. Dropping the future cancels the request.
    async fn generate(&self, prompt: &Prompt) -> Result<Completion, FailedCompletion>;

    /// As [`generate`](Self::generate), and passes chunks to `handler` as they arrive. Chunks passed before a failure remain valid; text is
    /// never passed twice.
    async fn generate_stream(&self, prompt: &Prompt, handler: ChunkHandler<'_>) -> Result<Completion, FailedCompletion>;

    /// Name of the model that is tried first.
    fn name(&self) -> &str;

    /// Returns the cost of tokens of a model in millionths of a US dollar, rounded up.
    fn cost(&self, model: &str, tokens: TokenUsage) -> i64;

    /// Returns whether the sandbox is used instead of the vendor's API.
    fn is_sandbox(&self) -> bool;
}
