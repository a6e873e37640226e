//! Reddit (github.com/reddit-archive/reddit/wiki/OAuth2, reddit.com/dev/api).
//!
//! Quirks: the token endpoint uses HTTP Basic; every request needs a custom `User-Agent`; without `duration=permanent` there is no refresh
//! token; errors may come with status 200. Views of posts are not reported.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{accounts::Secret, analytics::Post};
use reqwest::{
    Client, RequestBuilder, StatusCode,
    header::{self, HeaderMap},
};
use serde::Deserialize;
use url::Url;

use super::{
    AuthorizationRequest, Grant, MAX_POSTS, OAuthProvider, Profile, ProviderError, ScopedToken, Tokens,
    client::{PlatformClient, ResponsePolicy, number},
    oauth::{self, TokenResponse, join_path},
    scopes::Scopes,
};
use crate::{
    config::{ClientCredentials, RedditConfig},
    infra::{clock::Clock, http::HttpResponse},
};

const IDENTITY: &str = "identity";
const HISTORY: &str = "history";

/// Scopes and what they give access to.
pub const SCOPES: Scopes =
    Scopes { requested: &[IDENTITY, HISTORY], required: &[IDENTITY], audience: IDENTITY, days: HISTORY, posts: HISTORY };

/// Rate-limit bucket: Reddit has one rate limit per client.
const RATE_LIMIT_BUCKET: &str = "client";

/// Reddit API client.
pub struct Reddit {
    config: RedditConfig,
    client_id: String,
    client_secret: Secret,
    client: PlatformClient,
    /// Client for the token endpoint, whose errors have other meanings.
    tokens: PlatformClient,
}

impl Reddit {
    /// Creates the client; `None` if no credentials are configured.
    pub fn new(config: &RedditConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let ClientCredentials { client_id, client_secret } = config.credentials.clone()?;
        let client = PlatformClient::new(http, clock, ResponsePolicy { name: "reddit", classify_error: error, rate_limit_reset });
        let tokens = client.with_policy(ResponsePolicy { name: "reddit", classify_error: token_error, rate_limit_reset });
        Some(Self { config: config.clone(), client_id, client_secret, client, tokens })
    }

    fn post(&self, url: Url, fields: &[(&str, &str)]) -> RequestBuilder {
        let request = self.client.http().post(url).basic_auth(&self.client_id, Some(self.client_secret.expose()));
        request.header(header::USER_AGENT, &self.config.user_agent).form(fields)
    }

    fn get(&self, url: Url, access: ScopedToken<'_>) -> RequestBuilder {
        self.client.http().get(url).bearer_auth(access.token.expose()).header(header::USER_AGENT, &self.config.user_agent)
    }
}

#[async_trait]
impl OAuthProvider for Reddit {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("state", request.state),
            ("redirect_uri", request.redirect_uri),
            ("duration", "permanent"),
            ("scope", &SCOPES.requested.join(" ")),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, request: &AuthorizationRequest<'_>) -> Result<Grant, ProviderError> {
        // Like Instagram, Reddit appends `#_` to the redirect URL.
        let code = code.trim_end_matches("#_");
        let params = oauth::authorization_code_params(code, request);
        let response: TokenResponse = self.tokens.send_json(RATE_LIMIT_BUCKET, self.post(self.config.token_url.clone(), &params)).await?;
        Ok(response.grant(SCOPES.requested, self.client.now()))
    }

    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let params = oauth::refresh_token_params(tokens)?;
        let response: TokenResponse = self.tokens.send_json(RATE_LIMIT_BUCKET, self.post(self.config.token_url.clone(), &params)).await?;
        Ok(response.into_refreshed(tokens, self.client.now()))
    }

    async fn fetch_profile(&self, access: ScopedToken<'_>) -> Result<Profile, ProviderError> {
        let me: Me = self.client.send_json(RATE_LIMIT_BUCKET, self.get(join_path(&self.config.api_url, "api/v1/me"), access)).await?;
        Ok(Profile { account_id: me.id, name: me.name, followers: me.subreddit.map(|subreddit| subreddit.subscribers) })
    }

    async fn fetch_posts(&self, access: ScopedToken<'_>, profile: &Profile) -> Result<Vec<Post>, ProviderError> {
        let mut url = self.config.api_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["user", &profile.name, "submitted"]);
        }
        url.query_pairs_mut().extend_pairs([("limit", MAX_POSTS.to_string().as_str()), ("raw_json", "1")]);
        let listing: Listing = self.client.send_json(RATE_LIMIT_BUCKET, self.get(url, access)).await?;
        Ok(listing.data.children.into_iter().filter_map(|child| child.data.post(&self.config.token_url)).collect())
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError> {
        let url = self.config.token_url.join("revoke_token").map_err(|_| ProviderError::Misconfigured("REDDIT_TOKEN_URL".to_owned()))?;
        self.tokens.send_empty(RATE_LIMIT_BUCKET, self.post(url, &oauth::revocation_params(tokens))).await
    }
}

/// `GET /api/v1/me`
#[derive(Deserialize)]
struct Me {
    id: String,
    name: String,
    subreddit: Option<OwnSubreddit>,
}

#[derive(Deserialize)]
struct OwnSubreddit {
    subscribers: i64,
}

/// `GET /user/{name}/submitted`
#[derive(Deserialize)]
struct Listing {
    data: ListingData,
}

#[derive(Deserialize)]
struct ListingData {
    #[serde(default)]
    children: Vec<Child>,
}

#[derive(Deserialize)]
struct Child {
    data: Submission,
}

#[derive(Deserialize)]
struct Submission {
    name: String,
    #[serde(default)]
    title: String,
    score: Option<i64>,
    num_comments: Option<i64>,
    view_count: Option<i64>,
    permalink: Option<String>,
    created_utc: f64,
}

impl Submission {
    fn post(self, site: &Url) -> Option<Post> {
        #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and `from_timestamp` rejects values out of range")]
        let published_at = DateTime::from_timestamp(self.created_utc as i64, 0)?;
        let url = self.permalink.and_then(|path| site.join(&path).ok());
        Some(Post {
            id: self.name,
            title: self.title,
            language: None,
            url: url.map(String::from),
            published_at,
            views: self.view_count,
            likes: self.score,
            comments: self.num_comments,
            shares: None,
        })
    }
}

/// Maps errors of the token endpoint: 401 means invalid client credentials, 400 an invalid code or refresh token. `OAuth` error codes may
/// come with status 200.
fn token_error(response: &HttpResponse, now: DateTime<Utc>) -> Option<ProviderError> {
    oauth::error(response).or_else(|| match status(response) {
        StatusCode::UNAUTHORIZED => Some(ProviderError::Misconfigured("401".to_owned())),
        StatusCode::BAD_REQUEST if body_status(response).is_some() => Some(ProviderError::Revoked("400".to_owned())),
        _ => error(response, now),
    })
}

/// Maps API errors, `{"message", "error": status}`, to a [`ProviderError`]. A status without such a body, for example an HTML page of a
/// firewall, says nothing about the account.
fn error(response: &HttpResponse, now: DateTime<Utc>) -> Option<ProviderError> {
    match status(response) {
        StatusCode::UNAUTHORIZED => Some(ProviderError::Revoked("401".to_owned())),
        StatusCode::FORBIDDEN if body_status(response).is_some() => Some(ProviderError::InsufficientScope("403".to_owned())),
        StatusCode::TOO_MANY_REQUESTS => {
            Some(ProviderError::RateLimited { retry_after: reset(&response.headers, now).map(|until| until - now) })
        }
        status if status.is_client_error() || status.is_server_error() => Some(ProviderError::Transient(status.to_string())),
        _ => oauth::error(response),
    }
}

fn status(response: &HttpResponse) -> StatusCode {
    body_status(response).unwrap_or(response.status)
}

fn body_status(response: &HttpResponse) -> Option<StatusCode> {
    #[derive(Deserialize)]
    struct Body {
        error: u16,
    }
    let Body { error } = serde_json::from_slice(&response.body).ok()?;
    StatusCode::from_u16(error).ok()
}

/// Reads `X-Ratelimit-Remaining` and `X-Ratelimit-Reset` (seconds). The limit applies to the client, averaged over ten minutes.
fn rate_limit_reset(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    number(headers, "x-ratelimit-remaining").filter(|remaining| *remaining < 1.0)?;
    reset(headers, now)
}

fn reset(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and the value is clamped below")]
    let seconds = number(headers, "x-ratelimit-reset")?.ceil() as i64;
    now.checked_add_signed(TimeDelta::try_seconds(seconds.clamp(1, 3600))?)
}

#[cfg(test)]
mod tests;
