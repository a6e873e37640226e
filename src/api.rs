//! The REST API: server functions at fixed paths. They only call `huntaze_core::services`, which contain the business logic.
//!
//! The browser does not use their generated clients: islands call [`ServerFn::PATH`](leptos::server_fn::ServerFn::PATH) through
//! [`crate::hooks::fetch`].

pub mod accounts;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod content;
pub mod csrf;
pub mod earnings;
pub mod integrations;
pub mod onboarding;
mod server_error;
