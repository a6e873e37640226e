//! The assistant: conversations, reports and settings.

pub mod conversations;
pub mod reports;
pub mod settings;
