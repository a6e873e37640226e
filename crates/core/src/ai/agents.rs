//! The agents: what each is told, and the shape in which it answers. Pure functions; tests keep their words.

pub mod chat;
pub mod content;
mod fence;
pub mod reports;
mod voice;

pub use fence::{fenced, unfenced};
