//! Platforms, as Huntaze sees them: all the same.

mod calls;
pub mod instagram;
mod oauth;
pub mod partner;
pub mod reddit;
pub mod scopes;
pub mod tiktok;
pub mod x;
pub mod youtube;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    account::Secret,
    analytics::Post,
    integration::{FailureKind, ProviderView},
    platform::Platform,
};
use reqwest::Client;
use url::Url;

use crate::{
    config::Config,
    infra::{
        clock::Clock,
        http::{self, HttpError},
    },
};

pub use scopes::{Readable, lacks_permission, readable};

/// So many of the newest posts of an account are followed.
pub const MOST_POSTS: usize = 100;
/// Between two readings of an account, where a platform has no reason for another pause.
const PAUSE: TimeDelta = TimeDelta::hours(6);

/// What proves to a platform that we may read an account.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Sent with every call.
    pub access: Secret,
    /// Gets a new pair, at platforms that have it.
    pub refresh: Option<Secret>,
    /// When the pair was given out.
    pub issued_at: DateTime<Utc>,
    /// When the access token ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the refresh token ends; `None` also where the platform does not say.
    pub refresh_expires_at: Option<DateTime<Utc>>,
}

/// A visit of a creator to a platform's consent page.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// Comes back with the creator.
    pub state: &'a str,
    /// Proves that who left is who comes back, at platforms that offer PKCE.
    pub verifier: &'a str,
    /// Where the creator is sent back to; registered with the platform, to the letter.
    pub redirect_uri: &'a str,
}

/// What a call is made with.
#[derive(Debug, Clone, Copy)]
pub struct Access<'a> {
    /// The access token.
    pub token: &'a Secret,
    /// What it may read.
    pub scopes: &'a [String],
}

impl Access<'_> {
    /// Whether it may.
    pub fn allows(self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
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

/// What readings cost, in millionths of a dollar. What was read is not billed again on the same UTC day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices {
    /// The profile.
    pub profile: i64,
    /// Each post.
    pub post: i64,
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
    /// Whoever gave consent has no account that can be read: no channel, say.
    #[error("there is no account")]
    NoAccount,
}

impl ProviderError {
    /// What it means for the account.
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Transient(_) => FailureKind::Transient,
            Self::RateLimited { .. } => FailureKind::RateLimited,
            Self::Revoked(_) => FailureKind::Revoked,
            Self::NoAccount => FailureKind::NoAccount,
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

    /// Where the creator gives consent.
    fn authorize_url(&self, visit: &Visit<'_>) -> Url;

    /// Turns the code that came back into lasting tokens.
    async fn exchange_code(&self, code: &str, visit: &Visit<'_>) -> Result<Grant, ProviderError>;

    /// Whether tokens can be refreshed at this time: where there is a refresh token that is not over.
    fn can_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        oauth::can_refresh(tokens, now)
    }

    /// Whether it is time to: where the access token is over, or nearly.
    fn should_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        oauth::is_ending(tokens, now)
    }

    /// New tokens for old ones. A refresh token that the platform does not replace goes on.
    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError>;

    /// Who the account is.
    async fn fetch_profile(&self, access: Access<'_>) -> Result<Profile, ProviderError>;

    /// Whether the platform tells what happened on a day. Where it does not, the days follow from the totals of posts.
    fn reports_days(&self) -> bool {
        false
    }

    /// The figures of one whole day.
    async fn fetch_day(&self, _access: Access<'_>, _day: NaiveDate) -> Result<DayInsights, ProviderError> {
        Ok(DayInsights::default())
    }

    /// The newest posts, at most [`MOST_POSTS`].
    async fn fetch_posts(&self, access: Access<'_>, profile: &Profile) -> Result<Vec<Post>, ProviderError>;

    /// Withdraws our access.
    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError>;

    /// When an account that was just read is read again.
    fn next_reading(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + PAUSE
    }

    /// Until so many days later a day is asked for again: then the platform has made up its mind about it.
    fn late_days(&self) -> u8 {
        3
    }

    /// Whether access is withdrawn with an access token, which must not be over then.
    fn revokes_by_access_token(&self) -> bool {
        false
    }

    /// How much all readings of a month may cost, in millionths of a dollar; `None` where they cost nothing.
    fn monthly_budget(&self) -> Option<i64> {
        None
    }

    /// What readings cost.
    fn prices(&self) -> Prices {
        Prices::default()
    }
}

/// The platforms that are configured.
pub struct ProviderRegistry {
    http: Client,
    instagram: Option<Arc<dyn OAuthProvider>>,
    tiktok: Option<Arc<dyn OAuthProvider>>,
    reddit: Option<Arc<dyn OAuthProvider>>,
    youtube: Option<Arc<dyn OAuthProvider>>,
    x: Option<Arc<dyn OAuthProvider>>,
    partner: Option<partner::Partner>,
}

impl ProviderRegistry {
    /// Those with keys.
    pub fn new(config: &Config, http: &Client, clock: &Arc<dyn Clock>) -> Self {
        fn shared<P: OAuthProvider + 'static>(provider: Option<P>) -> Option<Arc<dyn OAuthProvider>> {
            provider.map(|provider| Arc::new(provider) as Arc<dyn OAuthProvider>)
        }
        let (http, clock) = (|| http.clone(), || Arc::clone(clock));
        Self {
            http: http(),
            instagram: shared(instagram::Instagram::new(&config.instagram, http(), clock())),
            tiktok: shared(tiktok::Tiktok::new(&config.tiktok, http(), clock())),
            reddit: shared(reddit::Reddit::new(&config.reddit, http(), clock())),
            youtube: shared(youtube::Youtube::new(&config.youtube, http(), clock())),
            x: shared(x::X::new(&config.x, http(), clock())),
            partner: partner::Partner::new(&config.partner, http(), clock()),
        }
    }

    /// A platform, if it is connected through OAuth and configured.
    pub fn get(&self, platform: Platform) -> Option<&dyn OAuthProvider> {
        match platform {
            Platform::Instagram => self.instagram.as_deref(),
            Platform::Tiktok => self.tiktok.as_deref(),
            Platform::Reddit => self.reddit.as_deref(),
            Platform::Youtube => self.youtube.as_deref(),
            Platform::X => self.x.as_deref(),
            Platform::Onlyfans => None,
        }
    }

    /// Who reads earnings with a key of the creator's own, if that is configured.
    pub const fn partner(&self) -> Option<&partner::Partner> {
        self.partner.as_ref()
    }

    /// The status that an address answers with.
    ///
    /// # Errors
    /// It does not.
    pub async fn look_at(&self, url: &Url) -> Result<u16, ProviderError> {
        Ok(http::send(self.http.get(url.clone())).await?.status.as_u16())
    }

    /// What the screen needs to know of a platform.
    pub fn view(&self, provider: Platform) -> ProviderView {
        let known = self.get(provider);
        ProviderView { provider, is_available: known.is_some(), is_sandbox: known.is_some_and(OAuthProvider::is_sandbox) }
    }
}

/// Answers as platforms give them, for the tests of each.
#[cfg(test)]
mod testing {
    use chrono::{DateTime, Utc};
    use reqwest::{StatusCode, header::HeaderMap};
    use serde::de::DeserializeOwned;

    use crate::{infra::http::Answer, providers::ProviderError};

    pub fn answer(status: u16, body: &str) -> Answer {
        Answer { status: StatusCode::from_u16(status).expect("a status"), headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    pub fn with_header(mut answer: Answer, name: &'static str, value: &str) -> Answer {
        answer.headers.insert(name, value.parse().expect("a header"));
        answer
    }

    /// The time at which answers come: 2026-01-15 12:00 UTC.
    pub fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_478_400, 0).expect("a time")
    }

    /// As `Calls` reads an answer.
    pub fn read<T: DeserializeOwned>(
        answer: &Answer,
        error: fn(&Answer, DateTime<Utc>) -> Option<ProviderError>,
    ) -> Result<T, ProviderError> {
        if let Some(error) = error(answer, now()) {
            return Err(error);
        }
        if !answer.status.is_success() {
            return Err(ProviderError::Transient(answer.status.to_string()));
        }
        serde_json::from_slice(&answer.body).map_err(|error| ProviderError::Transient(error.to_string()))
    }
}
