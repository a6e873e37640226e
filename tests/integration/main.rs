//! Integration tests of the HTTP interface against a real PostgreSQL. `sqlx::test` gives each test its own database.
#![expect(clippy::expect_used, reason = "a failed expectation fails the test")]

mod account;
mod admin;
mod ai;
mod ai_costs;
mod analytics;
mod api_contract;
mod auth;
mod chat;
mod contract;
mod database;
mod drafts;
mod earnings;
mod faults;
mod home;
mod integrations;
mod jobs;
mod malformed_input;
mod pages;
mod partner;
mod reports;
mod response_cache;
mod support;
mod traces;
mod transactions;
