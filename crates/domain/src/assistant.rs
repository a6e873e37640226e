//! The assistant: conversations, reports, its settings, and the check of the numbers in its answers.

pub mod chat;
pub mod grounding;
pub mod reports;
pub mod settings;
