//! Types and rules shared by server and client. No I/O and no Leptos, so that everything here can be unit-tested in isolation.
#![warn(missing_docs)]

pub mod account;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod client;
pub mod draft;
pub mod earnings;
pub mod error;
pub mod figures;
pub mod integration;
pub mod job;
pub mod money;
pub mod month;
pub mod onboarding;
pub mod page;
pub mod platform;
pub mod settings;
pub mod statement;
pub mod string_enum;
pub mod validation;
