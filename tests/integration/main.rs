//! The server as its clients see it, against a real PostgreSQL: each test has a database of its own.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

mod account;
mod admin;
mod ai;
mod ai_costs;
mod analytics;
mod auth;
mod chat;
mod contract;
mod database;
mod drafts;
mod earnings;
mod faults;
mod home;
mod hostile;
mod integrations;
mod jobs;
mod knowledge;
mod pages;
mod partner;
mod reports;
mod support;
mod transactions;
