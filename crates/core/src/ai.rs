//! Language models: prompts, tools, completions and their usage. Nothing in this module accesses the database.

pub mod agents;
pub mod composer;
pub mod gemini;
pub mod knowledge;
pub mod language_model;
pub mod live;
pub mod router;
pub mod tools;

pub use composer::Composer;
pub use gemini::Gemini;
pub use knowledge::{Asked, Knowledge};
pub use language_model::{LanguageModel, Listener, ModelError, ModelFailure, Piece, Prompt, Reply, Tool, ToolCall, ToolResult, Turn};
pub use live::{Draft, LiveAnswers, Writer};
