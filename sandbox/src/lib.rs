//! Stands in for everything outside Huntaze, on this machine only: a mailbox and the platforms.

mod accounts;
mod gemini;
mod grants;
mod instagram;
mod mailbox;
mod partner;
mod reddit;
pub mod smtp;
mod tiktok;
mod vendor;
pub mod web;
mod world;
mod x;
mod youtube;

pub use mailbox::Mailbox;
pub use world::{Fault, FaultKind, RequestRecord, World};
