//! Plain axum handlers: endpoints that are neither pages nor server functions.

pub mod account;
pub mod ai_costs;
pub mod analytics;
pub mod chat;
pub mod earnings;
pub mod error_page;
pub mod external_link_page;
pub mod fallback;
pub mod health;
pub mod integrations;
pub mod redirects;
