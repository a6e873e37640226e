//! Language models: prompts, tools, completions and their usage. Nothing in this module accesses the database.

pub mod agent_router;
pub mod agents;
pub mod answer_merger;
pub mod gemini;
pub mod generation;
pub mod language_model;
pub mod response_cache;
pub mod tools;

pub use answer_merger::AnswerMerger;
pub use gemini::Gemini;
pub use generation::{GenerationWriter, Generations, PartialAnswer};
pub use language_model::{
    ChunkHandler, Completion, FailedCompletion, LanguageModel, ModelError, Prompt, StreamChunk, ToolCall, ToolDeclaration, ToolResult, Turn,
};
pub use response_cache::{CacheKey, ResponseCache};
