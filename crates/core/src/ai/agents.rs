//! Prompts and response schemas of the agents. Pure functions; snapshot tests pin the prompt texts.

pub mod chat;
pub mod content;
mod fence;
pub mod reports;
mod voice;

pub use fence::{fenced, unfenced};
