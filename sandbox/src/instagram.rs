//! Instagram with Instagram Login, as its documentation describes it (developers.facebook.com, "Instagram API with Instagram Login"):
//! the consent page, tokens, profile and insights, under `/instagram`.
//!
//! Figures are made from the account and the day alone, so that every run shows the same.

mod figures;
pub mod graph;
mod oauth;

use std::collections::HashMap;

use axum::{
    Router,
    routing::{delete, get, post},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::world::World;

/// The scopes that Huntaze asks for, and what each is good for here.
pub const BASIC: &str = "instagram_business_basic";
/// Allows insights.
pub const INSIGHTS: &str = "instagram_business_manage_insights";

/// A code works for an hour, once.
const CODE_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// A short-lived token works for an hour.
const SHORT_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// A long-lived one for 60 days.
const LONG_LIFETIME: TimeDelta = TimeDelta::days(60);
/// Only a token this old can be refreshed.
const REFRESH_AGE: TimeDelta = TimeDelta::hours(24);

/// An account that can be connected.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// The professional account's id.
    pub id: &'static str,
    /// After the `@`.
    pub username: &'static str,
    /// As shown.
    pub name: &'static str,
    /// Followers on 1 January 2026.
    pub followers: i64,
}

/// Two accounts, so that several can be connected.
pub const ACCOUNTS: [Account; 2] = [
    Account { id: "17841400000000001", username: "ada.creates", name: "Ada Creates", followers: 12_400 },
    Account { id: "17841400000000002", username: "ada.backstage", name: "Ada Backstage", followers: 2_150 },
];

/// What Instagram knows: the codes and tokens that it gave out.
#[derive(Default)]
pub struct State {
    last: u64,
    codes: HashMap<String, Grant>,
    tokens: HashMap<String, Grant>,
}

/// What was granted, for which account, until when.
#[derive(Debug, Clone)]
struct Grant {
    account: usize,
    redirect_uri: String,
    scopes: Vec<String>,
    issued_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    is_long_lived: bool,
}

impl State {
    /// A name that nobody has, for a code or a token.
    fn name(&mut self, prefix: &str) -> String {
        self.last += 1;
        format!("{prefix}{:08x}", self.last)
    }
}

/// Everything under `/instagram`.
pub fn router() -> Router<World> {
    Router::new()
        .route("/oauth/authorize", get(oauth::consent_page))
        .route("/oauth/decide", post(oauth::decide))
        .route("/oauth/access_token", post(oauth::exchange_code))
        .route("/graph/access_token", get(oauth::exchange_token))
        .route("/graph/refresh_access_token", get(oauth::refresh_token))
        .route("/graph/v25.0/me", get(graph::profile))
        .route("/graph/v25.0/me/insights", get(graph::insights))
        .route("/graph/v25.0/me/permissions", delete(graph::revoke))
}

#[cfg(test)]
mod tests;
