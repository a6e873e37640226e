//! Client-side behaviour shared by several features.

pub mod chat;
pub mod document;
pub mod event_source;
pub mod form;
pub mod time;
