//! The REST contract: server functions at fixed paths. Each is a few lines; the rules are in `server::services`.

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

pub use client::ApiClient;
