//! The REST API: server functions at fixed paths. They only call `huntaze_core::services`, which contain the business logic.

pub mod accounts;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod client;
pub mod content;
pub mod csrf;
pub mod earnings;
pub mod flash;
pub mod integrations;
pub mod onboarding;
mod server_error;

pub use client::ApiClient;
