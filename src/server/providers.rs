//! Platforms, as Huntaze sees them: all the same.

pub mod instagram;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reqwest::Client;
use url::Url;

use crate::{
    domain::{
        account::Secret,
        choice::Choice,
        figures::Metric,
        integration::{FailureKind, ProviderView},
        platform::Platform,
    },
    server::{
        config::Config,
        infra::{clock::Clock, http::HttpError},
    },
};

/// What proves to a platform that we may read an account.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Sent with every call.
    pub access: Secret,
    /// Gets a new pair, at platforms that have it.
    pub refresh: Option<Secret>,
    /// When the pair was given out.
    pub issued_at: DateTime<Utc>,
    /// When the access ends.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What the creator agreed to.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Proof of it.
    pub tokens: Tokens,
    /// What may be read, in the platform's words.
    pub scopes: Vec<String>,
}

/// An account, as the platform describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The platform's id; never changes.
    pub account_id: String,
    /// As people know it; may change.
    pub name: String,
    /// How many follow it, where the platform says so.
    pub followers: Option<i64>,
}

/// The figures of one whole UTC day; what the platform does not say is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayInsights {
    /// How often content was seen.
    pub views: Option<i64>,
    /// How many accounts saw it.
    pub reach: Option<i64>,
    /// Likes, comments, shares, saves.
    pub interactions: Option<i64>,
}

impl DayInsights {
    /// Whether the platform said nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a platform did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It may, later: no answer, or not a sensible one.
    #[error("the platform failed: {0}")]
    Transient(String),
    /// Too many requests.
    #[error("the platform limits us")]
    RateLimited {
        /// When it says to come back.
        retry_after: Option<TimeDelta>,
    },
    /// The token, or the code, is worth nothing.
    #[error("the platform refuses the proof: {0}")]
    Revoked(String),
    /// A permission is missing.
    #[error("the platform misses a permission: {0}")]
    ScopeLost(String),
    /// Our keys are not right.
    #[error("the platform does not know us: {0}")]
    Misconfigured(String),
}

impl ProviderError {
    /// What it means for the account.
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Transient(_) => FailureKind::Transient,
            Self::RateLimited { .. } => FailureKind::RateLimited,
            Self::Revoked(_) => FailureKind::Revoked,
            Self::ScopeLost(_) => FailureKind::ScopeLost,
            Self::Misconfigured(_) => FailureKind::Misconfigured,
        }
    }
}

impl From<HttpError> for ProviderError {
    fn from(error: HttpError) -> Self {
        Self::Transient(error.to_string())
    }
}

/// A platform that creators connect through OAuth.
#[async_trait]
pub trait OAuthProvider: Send + Sync {
    /// Whether a stand-in answers in its place.
    fn is_sandbox(&self) -> bool;

    /// Where the creator gives consent, to come back to `redirect_uri` with `state`.
    fn authorize_url(&self, state: &str, redirect_uri: &str) -> Url;

    /// Turns the code that came back into lasting tokens.
    async fn exchange_code(&self, code: &str, redirect_uri: &str) -> Result<Grant, ProviderError>;

    /// Whether the scopes allow to read the account at all.
    fn can_read_account(&self, scopes: &[String]) -> bool;

    /// The scopes less those for the figures of days, once the platform refuses them.
    fn scopes_without_insights(&self, scopes: &[String]) -> Vec<String>;

    /// Whether tokens can be refreshed at this time.
    fn can_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool;

    /// Whether it is time to.
    fn should_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool;

    /// New tokens for old ones.
    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError>;

    /// Who the account is.
    async fn fetch_profile(&self, access: &Secret) -> Result<Profile, ProviderError>;

    /// The figures of one whole UTC day.
    async fn fetch_day(&self, access: &Secret, day: NaiveDate) -> Result<DayInsights, ProviderError>;

    /// Withdraws our access.
    async fn revoke(&self, access: &Secret) -> Result<(), ProviderError>;
}

/// Whether a figure can be read at a platform with these scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readable {
    /// It can.
    Yes,
    /// The platform does not report it.
    Unsupported,
    /// The creator did not allow it.
    Refused,
}

/// Whether a figure can be read at a platform with these scopes. Known without asking, also where the platform is not configured any more.
pub fn readable(platform: Platform, metric: Metric, scopes: &[String]) -> Readable {
    match platform {
        Platform::Instagram => instagram::readable(metric, scopes),
        Platform::Tiktok | Platform::Reddit | Platform::Youtube | Platform::X | Platform::Onlyfans => Readable::Unsupported,
    }
}

/// Whether the creator left out a permission for a figure that the platform reports.
pub fn lacks_permission(platform: Platform, scopes: &[String]) -> bool {
    Metric::ALL.iter().any(|metric| readable(platform, *metric, scopes) == Readable::Refused)
}

/// The platforms that are configured.
pub struct ProviderRegistry {
    instagram: Option<Arc<dyn OAuthProvider>>,
}

impl ProviderRegistry {
    /// Those with keys.
    pub fn new(config: &Config, http: &Client, clock: &Arc<dyn Clock>) -> Self {
        let instagram = instagram::Instagram::new(&config.instagram, http.clone(), Arc::clone(clock));
        Self { instagram: instagram.map(|instagram| Arc::new(instagram) as Arc<dyn OAuthProvider>) }
    }

    /// A platform, if it is built and configured.
    pub fn get(&self, platform: Platform) -> Option<&dyn OAuthProvider> {
        match platform {
            Platform::Instagram => self.instagram.as_deref(),
            Platform::Tiktok | Platform::Reddit | Platform::Youtube | Platform::X | Platform::Onlyfans => None,
        }
    }

    /// What the screen needs to know of a platform.
    pub fn view(&self, provider: Platform) -> ProviderView {
        let known = self.get(provider);
        ProviderView { provider, is_available: known.is_some(), is_sandbox: known.is_some_and(OAuthProvider::is_sandbox) }
    }
}
