//! Domain-specific components, one module per feature; the pages are composed of them.

pub mod admin;
pub mod ai;
pub mod analytics;
pub mod auth;
pub mod currency;
pub mod earnings;
pub mod home;
pub mod integrations;
pub mod load_error;
pub mod onboarding;
pub mod settings;
pub mod shell;
