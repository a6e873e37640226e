//! The agents: what each is told, and the shape in which it answers. Pure functions; tests keep their words.

pub mod content;
mod fence;
