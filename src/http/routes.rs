//! Plain handlers: what is not a page and not a server function.

pub mod account;
pub mod ai_costs;
pub mod analytics;
pub mod chat;
pub mod earnings;
pub mod error_page;
pub mod fallback;
pub mod health;
pub mod integrations;
pub mod leave_page;
pub mod redirects;
