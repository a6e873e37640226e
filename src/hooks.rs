//! What islands use of the browser.

pub mod document;
pub mod event_source;
pub mod events;
pub mod fetch;
pub mod island;
pub mod parts;
pub mod storage;
