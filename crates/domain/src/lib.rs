//! Types and rules that both sides share. No I/O, no Leptos: what is here can be tested alone.

pub mod account;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod choice;
pub mod client;
pub mod draft;
pub mod earnings;
pub mod error;
pub mod figures;
pub mod integration;
pub mod job;
pub mod money;
pub mod month;
pub mod navigation;
pub mod onboarding;
pub mod platform;
pub mod settings;
pub mod statement;
pub mod validation;
