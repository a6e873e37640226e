//! Clients for the platforms behind one common interface.

mod client;
pub mod instagram;
mod oauth;
pub mod partner;
pub mod permissions;
pub mod reddit;
pub mod scopes;
pub mod tiktok;
pub mod x;
pub mod youtube;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    accounts::Secret,
    analytics::Post,
    integrations::{FailureKind, ProviderView},
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

pub use permissions::{Availability, is_missing_scope, metric_availability};

/// Maximum number of an account's newest posts that are synced.
pub const MAX_POSTS: usize = 100;
/// Default interval between two syncs of an account.
const SYNC_INTERVAL: TimeDelta = TimeDelta::hours(6);

/// OAuth tokens of one connected account.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token; sent with every API request.
    pub access: Secret,
    /// Refresh token; `None` at platforms that do not issue one.
    pub refresh: Option<Secret>,
    /// When the tokens were issued.
    pub issued_at: DateTime<Utc>,
    /// Expiry of the access token; `None` if the platform does not state one.
    pub expires_at: Option<DateTime<Utc>>,
    /// Expiry of the refresh token; `None` if there is none or the platform does not state one.
    pub refresh_expires_at: Option<DateTime<Utc>>,
}

/// Parameters of one OAuth authorization request.
#[derive(Debug, Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// OAuth `state`; returned with the callback.
    pub state: &'a str,
    /// PKCE code verifier (RFC 7636): proves that the client that started the authorization finishes it. Unused at platforms without PKCE.
    pub code_verifier: &'a str,
    /// Callback URL; must match the URL registered with the platform exactly.
    pub redirect_uri: &'a str,
}

/// Access token with its scopes.
#[derive(Debug, Clone, Copy)]
pub struct ScopedToken<'a> {
    /// The access token.
    pub token: &'a Secret,
    /// Scopes granted to the token, as the platform names them.
    pub scopes: &'a [String],
}

impl ScopedToken<'_> {
    /// Returns whether the token has a scope.
    pub fn has_scope(self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// Result of a completed authorization.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The issued tokens.
    pub tokens: Tokens,
    /// Granted scopes, as the platform names them.
    pub scopes: Vec<String>,
}

/// Account profile, as reported by the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The platform's id of the account; never changes.
    pub account_id: String,
    /// User name; may change.
    pub name: String,
    /// Number of followers; `None` if the platform does not report it.
    pub followers: Option<i64>,
}

/// Metrics of one whole UTC day; a metric that the platform does not report is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DailyInsights {
    /// Number of views of the account's content.
    pub views: Option<i64>,
    /// Number of accounts that saw the content.
    pub reach: Option<i64>,
    /// Sum of likes, comments, shares and saves, as far as the platform reports them.
    pub interactions: Option<i64>,
}

impl DailyInsights {
    /// Returns whether the platform reported no metric at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Prices of API reads in millionths of a US dollar. The same object is not billed again on the same UTC day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApiPricing {
    /// Price of one profile read.
    pub profile: i64,
    /// Price of each post that is read.
    pub post: i64,
}

/// Why a request to a platform failed.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Temporary failure: no response, or not a valid one.
    #[error("platform request failed: {0}")]
    Transient(String),
    /// Too many requests.
    #[error("rate limited by the platform")]
    RateLimited {
        /// How long to wait before the next request; `None` if the platform does not say.
        retry_after: Option<TimeDelta>,
    },
    /// The token, or the authorization code, is invalid, expired or revoked.
    #[error("token rejected by the platform: {0}")]
    Revoked(String),
    /// A required scope is missing.
    #[error("insufficient scope: {0}")]
    InsufficientScope(String),
    /// The platform rejects our client credentials or configuration.
    #[error("client credentials rejected by the platform: {0}")]
    Misconfigured(String),
    /// The user who gave consent has no account that can be synced, for example no YouTube channel.
    #[error("no account on the platform")]
    NoAccount,
}

impl ProviderError {
    /// Returns the kind of failure that is stored with the account.
    pub const fn kind(&self) -> FailureKind {
        match self {
            Self::Transient(_) => FailureKind::Transient,
            Self::RateLimited { .. } => FailureKind::RateLimited,
            Self::Revoked(_) => FailureKind::Revoked,
            Self::NoAccount => FailureKind::NoAccount,
            Self::InsufficientScope(_) => FailureKind::InsufficientScope,
            Self::Misconfigured(_) => FailureKind::Misconfigured,
        }
    }
}

impl From<HttpError> for ProviderError {
    fn from(error: HttpError) -> Self {
        Self::Transient(error.to_string())
    }
}

/// A platform that is connected through OAuth.
#[async_trait]
pub trait OAuthProvider: Send + Sync {
    /// Returns whether the sandbox is used instead of the real platform.
    fn is_sandbox(&self) -> bool;

    /// Returns the URL of the platform's consent page.
    fn authorize_url(&self, request: &AuthorizationRequest<'_>) -> Url;

    /// Exchanges the authorization code of the callback for tokens.
    async fn exchange_code(&self, code: &str, request: &AuthorizationRequest<'_>) -> Result<Grant, ProviderError>;

    /// Returns whether the tokens can be refreshed at `now`. By default, there must be a refresh token that has not expired.
    fn can_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        oauth::can_refresh(tokens, now)
    }

    /// Returns whether the tokens should be refreshed at `now`. By default, the access token has expired or expires soon.
    fn should_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        oauth::expires_soon(tokens, now)
    }

    /// Returns new tokens. If the platform does not issue a new refresh token, the result contains the old one.
    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError>;

    /// Fetches the profile of the account.
    async fn fetch_profile(&self, access: ScopedToken<'_>) -> Result<Profile, ProviderError>;

    /// Returns whether the platform reports metrics per day. Otherwise, daily metrics are derived from the totals of posts.
    fn has_daily_insights(&self) -> bool {
        false
    }

    /// Fetches the metrics of one whole day; by default, there are none.
    async fn fetch_daily_insights(&self, _access: ScopedToken<'_>, _day: NaiveDate) -> Result<DailyInsights, ProviderError> {
        Ok(DailyInsights::default())
    }

    /// Fetches the newest posts, at most [`MAX_POSTS`].
    async fn fetch_posts(&self, access: ScopedToken<'_>, profile: &Profile) -> Result<Vec<Post>, ProviderError>;

    /// Revokes the grant at the platform.
    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError>;

    /// Returns when an account that has just been synced is synced again.
    fn next_sync_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + SYNC_INTERVAL
    }

    /// Number of days after which a day's metrics are final; until then they are refetched.
    fn finalization_days(&self) -> u8 {
        3
    }

    /// Returns whether [`revoke`](Self::revoke) needs an access token that has not expired.
    fn revokes_by_access_token(&self) -> bool {
        false
    }

    /// Monthly budget for API reads in millionths of a US dollar; `None` if the platform's API is free.
    fn monthly_budget(&self) -> Option<i64> {
        None
    }

    /// Returns the prices of API reads; zero by default.
    fn prices(&self) -> ApiPricing {
        ApiPricing::default()
    }
}

/// The configured platforms.
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
    /// Creates clients for the platforms whose credentials are configured.
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

    /// Returns the client of a platform; `None` if it is not configured or not connected through OAuth.
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

    /// Returns the client of the earnings partner; `None` if it is not configured.
    pub const fn partner(&self) -> Option<&partner::Partner> {
        self.partner.as_ref()
    }

    /// Sends a `GET` request and returns the HTTP status of the response, whatever it is.
    pub async fn probe(&self, url: &Url) -> Result<u16, ProviderError> {
        Ok(http::send("probe", self.http.get(url.clone())).await?.status.as_u16())
    }

    /// Returns whether a platform is available here, and whether through the sandbox.
    pub fn view(&self, provider: Platform) -> ProviderView {
        let known = self.get(provider);
        ProviderView { provider, is_available: known.is_some(), is_sandbox: known.is_some_and(OAuthProvider::is_sandbox) }
    }
}

/// Helpers to test how platform responses are parsed.
#[cfg(test)]
mod testing {
    use chrono::{DateTime, Utc};
    use reqwest::{StatusCode, header::HeaderMap};
    use serde::de::DeserializeOwned;

    use crate::{infra::http::HttpResponse, providers::ProviderError};

    pub fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status: StatusCode::from_u16(status).expect("a status"), headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    pub fn with_header(mut response: HttpResponse, name: &'static str, value: &str) -> HttpResponse {
        response.headers.insert(name, value.parse().expect("a header"));
        response
    }

    /// Fixed time of all test responses: 2026-01-15 12:00 UTC.
    pub fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_478_400, 0).expect("a time")
    }

    /// Parses a response in the same way as `PlatformClient`.
    pub fn read<T: DeserializeOwned>(
        response: &HttpResponse,
        error: fn(&HttpResponse, DateTime<Utc>) -> Option<ProviderError>,
    ) -> Result<T, ProviderError> {
        if let Some(error) = error(response, now()) {
            return Err(error);
        }
        if !response.status.is_success() {
            return Err(ProviderError::Transient(response.status.to_string()));
        }
        serde_json::from_slice(&response.body).map_err(|error| ProviderError::Transient(error.to_string()))
    }
}
