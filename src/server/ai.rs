//! Language models: what is asked of them, what they answer, and what it costs. Nothing here knows of the database.

pub mod agents;
pub mod gemini;
pub mod language_model;

pub use gemini::Gemini;
pub use language_model::{LanguageModel, ModelError, ModelFailure, Prompt, Reply};
