//! Local fakes of the external services of Huntaze: an SMTP server with a mailbox, the platforms, the partner service and Gemini.

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
