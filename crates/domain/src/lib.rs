//! Types and rules shared by server and client. No I/O and no Leptos, so that everything here can be unit-tested in isolation.
#![warn(missing_docs)]

pub mod accounts;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod client;
pub mod content;
pub mod earnings;
pub mod error;
pub mod ids;
pub mod integrations;
pub mod money;
pub mod month;
pub mod onboarding;
pub mod page;
pub mod platform;
pub mod string_enum;
pub mod text;
pub mod validation;
