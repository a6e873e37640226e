//! Integration tests of the HTTP interface against a real PostgreSQL and a real Redis. `sqlx::test` gives each test its own database.
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
mod operation;
mod pages;
mod redis;
mod support;
mod traces;
mod transactions;
