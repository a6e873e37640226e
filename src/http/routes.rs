//! Plain axum handlers: endpoints that are neither pages nor server functions.

pub mod accounts;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod earnings;
pub mod error_page;
pub mod external_link_page;
pub mod fallback;
pub mod health;
pub mod integrations;
pub mod monitoring;
pub mod pages;
pub mod redirects;
