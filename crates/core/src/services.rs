//! Business logic. Modules here must not depend on HTTP or Leptos.

pub mod account;
pub mod admin;
pub mod ai;
pub mod analytics;
pub mod auth;
pub mod connection_doctor;
pub mod drafts;
pub mod earnings;
pub mod home;
pub mod integrations;
pub mod jobs;
pub mod onboarding;
mod paging;
