//! Integration tests of the HTTP interface against a real PostgreSQL. `sqlx::test` gives each test its own database.
#![expect(clippy::expect_used, reason = "a failed expectation fails the test")]

mod accounts;
mod admin;
mod analytics;
mod api_contract;
mod assistant;
mod billing;
mod content;
mod contract;
mod database;
mod earnings;
mod idempotency;
mod integrations;
mod malformed_input;
mod onboarding;
mod pages;
mod support;
mod traces;
mod transactions;
