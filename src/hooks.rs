//! Behaviour that several features share.

pub mod document;
pub mod form;
pub mod time;
