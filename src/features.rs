//! Parts of screens that know Huntaze's business.

pub mod auth;
pub mod shell;
