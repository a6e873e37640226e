//! Behaviour that several features share.

pub mod chat;
pub mod document;
pub mod event_source;
pub mod form;
pub mod time;
