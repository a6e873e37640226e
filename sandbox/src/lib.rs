//! Local fakes of the external services of Huntaze: an SMTP server with a mailbox, the platforms, the partner service and Gemini.

mod accounts;
mod fake_platform;
mod gemini;
mod grants;
mod instagram;
mod mailbox;
mod partner;
mod reddit;
pub mod smtp;
mod state;
mod tiktok;
pub mod web;
mod x;
mod youtube;

pub use mailbox::Mailbox;
pub use state::{Fault, FaultKind, RequestRecord, SandboxState};
