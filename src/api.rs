//! The REST API: server functions at fixed paths. They only call `huntaze_core::services`, which contain the business logic.

pub mod account;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod auth;
pub mod client;
pub mod csrf;
pub mod drafts;
pub mod earnings;
pub mod flash;
pub mod home;
pub mod integrations;
pub mod jobs;
pub mod onboarding;
mod server_error;

pub use client::ApiClient;
