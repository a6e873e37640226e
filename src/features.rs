//! Domain-specific components, one module per feature; the pages are composed of them.

pub mod accounts;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod content;
pub mod currency;
pub mod earnings;
pub mod integrations;
pub mod load_error;
pub mod onboarding;
pub mod page_end;
pub mod part;
pub mod shell;
pub mod time;
