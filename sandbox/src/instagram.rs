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

/// An account that can be connected. There is one for every name: its id and its figures follow from the name alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// After the `@`.
    pub username: String,
}

/// The names that the consent page offers, so that several accounts can be connected.
pub const OFFERED: [&str; 2] = ["ada.creates", "ada.backstage"];

impl Account {
    /// `None` for what Instagram takes for no name.
    pub fn named(username: &str) -> Option<Self> {
        let is_name = (1..=30).contains(&username.len())
            && username.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte));
        is_name.then(|| Self { username: username.to_owned() })
    }

    /// The professional account's id.
    pub fn id(&self) -> String {
        format!("17841{:012}", self.seed() % 1_000_000_000_000)
    }

    /// Followers on 1 January 2026.
    pub fn followers(&self) -> i64 {
        2_000 + i64::try_from(self.seed() % 20_000).unwrap_or_default()
    }

    /// FNV-1a of the name: the same on every machine.
    fn seed(&self) -> u64 {
        self.username.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
    }
}

/// What Instagram knows. Tokens say themselves what they are good for, so that they work on when the sandbox is started again.
#[derive(Default)]
pub struct State {
    last: u64,
    codes: HashMap<String, Code>,
    /// Tokens of an account that were given out until then are void.
    revoked: HashMap<Account, DateTime<Utc>>,
}

/// What a code is good for, where it was sent and until when it works.
#[derive(Debug)]
struct Code {
    account: Account,
    scopes: Vec<String>,
    redirect_uri: String,
    expires_at: DateTime<Utc>,
}

/// What a token is good for.
#[derive(Debug, Clone)]
struct Grant {
    account: Account,
    scopes: Vec<String>,
    issued_at: DateTime<Utc>,
    is_long_lived: bool,
}

impl Grant {
    fn expires_at(&self) -> DateTime<Utc> {
        self.issued_at + if self.is_long_lived { LONG_LIFETIME } else { SHORT_LIFETIME }
    }

    /// `IGL~{name}~{microseconds}~{scopes}~{number}`
    fn token(&self, number: u64) -> String {
        let kind = if self.is_long_lived { "IGL" } else { "IGS" };
        format!("{kind}~{}~{}~{}~{number}", self.account.username, self.issued_at.timestamp_micros(), self.scopes.join("."))
    }

    fn parse(token: &str) -> Option<Self> {
        let mut parts = token.split('~');
        let (kind, name, issued_at, scopes) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        Some(Self {
            account: Account::named(name)?,
            scopes: scopes.split('.').map(ToOwned::to_owned).collect(),
            issued_at: DateTime::from_timestamp_micros(issued_at.parse().ok()?)?,
            is_long_lived: kind == "IGL",
        })
    }
}

impl State {
    /// Whose a code or a token is.
    pub fn owner(&self, code_or_token: &str) -> Option<Account> {
        let of_code = self.codes.get(code_or_token).map(|code| code.account.clone());
        of_code.or_else(|| Grant::parse(code_or_token).map(|grant| grant.account))
    }

    /// What a token is good for, if it still works.
    fn grant(&self, token: &str, now: DateTime<Utc>) -> Option<Grant> {
        let is_revoked = |grant: &Grant| self.revoked.get(&grant.account).is_some_and(|at| grant.issued_at <= *at);
        Grant::parse(token).filter(|grant| grant.expires_at() > now && !is_revoked(grant))
    }

    /// A number that nobody has, for a code or a token.
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
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
