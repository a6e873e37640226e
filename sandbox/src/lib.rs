//! Stands in for everything outside Huntaze, on this machine only: a mailbox and Instagram.

mod faults;
mod instagram;
mod mailbox;
pub mod smtp;
pub mod web;
mod world;

pub use mailbox::Mailbox;
pub use world::{Fault, FaultKind, RequestRecord, World};
