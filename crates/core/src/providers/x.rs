//! X, API v2 (docs.x.com).
//!
//! Quirks: PKCE is mandatory; refresh tokens are single-use, so if the response with the next one is lost, the account must be reconnected;
//! every read costs money.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use huntaze_domain::{accounts::Secret, analytics::Post};
use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::{
    ApiPricing, AuthorizationRequest, Grant, MAX_POSTS, OAuthProvider, Profile, ProviderError, ScopedToken, Tokens,
    client::{PlatformClient, ResponsePolicy, number},
    oauth::{self, TokenResponse, join_path},
    scopes::Scopes,
};
use crate::{
    config::{ClientCredentials, XConfig},
    infra::{clock::Clock, http::HttpResponse},
};

const TWEETS: &str = "tweet.read";
const USERS: &str = "users.read";
const OFFLINE: &str = "offline.access";

/// Scopes and what they give access to. Without `offline.access` there is no refresh token, and the connection would end after two hours.
pub const SCOPES: Scopes =
    Scopes { requested: &[TWEETS, USERS, OFFLINE], required: &[USERS, OFFLINE], audience: USERS, days: TWEETS, posts: TWEETS };

/// Price of reading a user, in millionths of a US dollar (docs.x.com, "Pricing", 20 April 2026).
const USER_READ: i64 = 10_000;
/// Price of reading one of the user's own posts, in millionths of a US dollar (same page).
const OWNED_READ: i64 = 1_000;
/// Time of the daily sync, after midnight UTC. Late in the day, so that its totals cover the day; more syncs a day would cost more.
const HOUR: TimeDelta = TimeDelta::hours(23);

/// X API client.
pub struct X {
    config: XConfig,
    client_id: String,
    client_secret: Secret,
    client: PlatformClient,
}

impl X {
    /// Creates the client; `None` if no credentials or no budget are configured.
    pub fn new(config: &XConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let ClientCredentials { client_id, client_secret } = config.credentials.clone().filter(|_| config.monthly_budget > 0)?;
        Some(Self {
            config: config.clone(),
            client_id,
            client_secret,
            client: PlatformClient::new(http, clock, ResponsePolicy { name: "x", classify_error: error, rate_limit_reset }),
        })
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let request = self.client.http().post(join_path(&self.config.api_url, path));
        request.basic_auth(&self.client_id, Some(self.client_secret.expose())).form(fields)
    }
}

/// Returns the rate-limit bucket: X limits each user and endpoint separately. The user is identified by a hash of the access token.
fn bucket(endpoint: &str, access: ScopedToken<'_>) -> String {
    format!("{endpoint} {}", hex::encode(&Sha256::digest(access.token.expose())[..8]))
}

#[async_trait]
impl OAuthProvider for X {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", request.redirect_uri),
            ("scope", &SCOPES.requested.join(" ")),
            ("state", request.state),
            ("code_challenge", &oauth::code_challenge(request.code_verifier)),
            ("code_challenge_method", "S256"),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, request: &AuthorizationRequest<'_>) -> Result<Grant, ProviderError> {
        let params = oauth::pkce_code_params(code, request);
        let response: TokenResponse = self.client.send_json("token", self.post("2/oauth2/token", &params)).await?;
        Ok(response.grant(SCOPES.requested, self.client.now()))
    }

    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let params = oauth::refresh_token_params(tokens)?;
        let response: TokenResponse = self.client.send_json("token", self.post("2/oauth2/token", &params)).await?;
        Ok(response.into_refreshed(tokens, self.client.now()))
    }

    async fn fetch_profile(&self, access: ScopedToken<'_>) -> Result<Profile, ProviderError> {
        let mut url = join_path(&self.config.api_url, "2/users/me");
        url.query_pairs_mut().append_pair("user.fields", "public_metrics");
        let request = self.client.http().get(url).bearer_auth(access.token.expose());
        let me: Data<User> = self.client.send_json(&bucket("me", access), request).await?;
        let user = me.data.ok_or(ProviderError::NoAccount)?;
        Ok(Profile { account_id: user.id, name: user.username, followers: user.public_metrics.map(|metrics| metrics.followers_count) })
    }

    async fn fetch_posts(&self, access: ScopedToken<'_>, profile: &Profile) -> Result<Vec<Post>, ProviderError> {
        let mut url = join_path(&self.config.api_url, "2/users");
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend([&profile.account_id, "tweets"]);
        }
        let most = MAX_POSTS.to_string();
        url.query_pairs_mut().extend_pairs([
            ("max_results", most.as_str()),
            ("exclude", "retweets,replies"),
            ("tweet.fields", "created_at,lang,public_metrics"),
        ]);
        let request = self.client.http().get(url).bearer_auth(access.token.expose());
        let tweets: Data<Vec<Tweet>> = self.client.send_json(&bucket("tweets", access), request).await?;
        Ok(tweets.data.unwrap_or_default().into_iter().map(|tweet| tweet.post(&profile.name)).collect())
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError> {
        self.client.send_empty("token", self.post("2/oauth2/revoke", &oauth::revocation_params(tokens))).await
    }

    fn next_sync_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.date_naive().and_time(NaiveTime::MIN).and_utc() + HOUR;
        // Never sync twice within an hour.
        if today - now >= TimeDelta::hours(1) { today } else { today + TimeDelta::days(1) }
    }

    fn monthly_budget(&self) -> Option<i64> {
        Some(self.config.monthly_budget)
    }

    fn prices(&self) -> ApiPricing {
        ApiPricing { profile: USER_READ, post: OWNED_READ }
    }
}

/// Envelope of every response; without `data` there are no results.
#[derive(Deserialize)]
struct Data<T> {
    data: Option<T>,
}

/// `GET /2/users/me`
#[derive(Deserialize)]
struct User {
    id: String,
    username: String,
    public_metrics: Option<UserMetrics>,
}

#[derive(Deserialize)]
struct UserMetrics {
    followers_count: i64,
}

/// `GET /2/users/{id}/tweets`
#[derive(Deserialize)]
struct Tweet {
    id: String,
    text: String,
    created_at: DateTime<Utc>,
    lang: Option<String>,
    #[serde(default)]
    public_metrics: TweetMetrics,
}

#[expect(clippy::struct_field_names, reason = "field names of the X API")]
#[derive(Default, Deserialize)]
struct TweetMetrics {
    impression_count: Option<i64>,
    like_count: Option<i64>,
    reply_count: Option<i64>,
    retweet_count: Option<i64>,
    quote_count: Option<i64>,
}

impl Tweet {
    fn post(self, username: &str) -> Post {
        let metrics = self.public_metrics;
        Post {
            url: Some(format!("https://x.com/{username}/status/{}", self.id)),
            id: self.id,
            title: self.text,
            language: self.lang,
            published_at: self.created_at,
            views: metrics.impression_count,
            likes: metrics.like_count,
            comments: metrics.reply_count,
            shares: [metrics.retweet_count, metrics.quote_count].into_iter().sum(),
        }
    }
}

/// Maps `{"title", "type", "status"}` (RFC 7807), or `{"errors": […]}` with status 200, to a [`ProviderError`]; the token endpoint uses the
/// `OAuth` format instead.
fn error(response: &HttpResponse, now: DateTime<Utc>) -> Option<ProviderError> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        title: String,
        #[serde(default, rename = "type")]
        kind: String,
        status: Option<u16>,
        data: Option<serde_json::Value>,
        #[serde(default)]
        errors: Vec<serde_json::Value>,
    }
    match oauth::error_code(response).as_deref() {
        // X's code for a token that is unknown or already used.
        Some("invalid_request") => return Some(ProviderError::Revoked("invalid_request".to_owned())),
        Some(_) => return oauth::error(response),
        None => {}
    }
    let body: Body = serde_json::from_slice(&response.body).ok()?;
    let status = body.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(response.status);
    if status.is_success() {
        // Errors next to `data` mean that some objects are missing; only errors without `data` are a failure.
        return (body.data.is_none() && !body.errors.is_empty()).then(|| ProviderError::Transient("errors without data".to_owned()));
    }
    let problem = body.kind.rsplit('/').next().unwrap_or_default().to_owned();
    Some(match status {
        StatusCode::UNAUTHORIZED => ProviderError::Revoked(problem),
        StatusCode::FORBIDDEN if problem == "client-forbidden" => ProviderError::Misconfigured(problem),
        StatusCode::FORBIDDEN => ProviderError::InsufficientScope(problem),
        // The credits bought from X are used up.
        StatusCode::PAYMENT_REQUIRED => ProviderError::RateLimited { retry_after: Some(TimeDelta::days(1)) },
        StatusCode::TOO_MANY_REQUESTS => ProviderError::RateLimited { retry_after: reset(&response.headers, now).map(|until| until - now) },
        _ => ProviderError::Transient(if problem.is_empty() { body.title } else { problem }),
    })
}

/// Reads `x-rate-limit-remaining` and `x-rate-limit-reset` (Unix time).
fn rate_limit_reset(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    number(headers, "x-rate-limit-remaining").filter(|remaining| *remaining < 1.0)?;
    reset(headers, now)
}

fn reset(headers: &HeaderMap, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and `from_timestamp` rejects values out of range")]
    let at = DateTime::from_timestamp(number(headers, "x-rate-limit-reset")? as i64, 0)?;
    Some(at.clamp(now + TimeDelta::seconds(1), now + TimeDelta::days(1)))
}

#[cfg(test)]
mod tests;
