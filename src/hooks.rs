//! Client-side behaviour shared by several features.

pub mod document;
pub mod event_source;
pub mod time;
