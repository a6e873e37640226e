//! Instagram with Instagram Login (developers.facebook.com, "Instagram API with Instagram Login").
//!
//! Quirks: a code is exchanged twice, first for a token that lives one hour, then for one that lives 60 days. There is no refresh token: a
//! token is extended in place once it is a day old, and an expired one cannot be recovered. Absent metrics are an empty list, not 0.

mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use huntaze_domain::{accounts::Secret, analytics::Post};
use reqwest::Client;
use url::Url;
use wire::{Insights, LongLivedToken, Me, Media, MediaPage, TokenResponse};

use super::{
    AuthorizationRequest, DailyInsights, Grant, MAX_POSTS, OAuthProvider, Profile, ProviderError, ScopedToken, Tokens,
    client::{PlatformClient, ResponsePolicy, no_rate_limit_reset},
    oauth::join_path,
    scopes::Scopes,
};
use crate::{
    config::{ClientCredentials, InstagramConfig},
    infra::clock::Clock,
};

/// Scope for the profile and the posts.
pub const BASIC: &str = "instagram_business_basic";
const INSIGHTS: &str = "instagram_business_manage_insights";

/// Scopes and what they give access to.
pub const SCOPES: Scopes = Scopes { requested: &[BASIC, INSIGHTS], required: &[BASIC], audience: BASIC, days: INSIGHTS, posts: BASIC };

/// Minimum age of a token that can be refreshed.
const REFRESH_AGE: TimeDelta = TimeDelta::hours(24);
/// Tokens live for 60 days; from this time before expiry, each sync tries to extend them.
const REFRESH_BEFORE: TimeDelta = TimeDelta::days(30);
/// Maximum age of posts whose views and shares are fetched: they take one request per post.
const INSIGHTS_MAX_AGE: TimeDelta = TimeDelta::days(30);
/// Maximum number of posts per sync whose views and shares are fetched.
const MAX_INSIGHTS_POSTS: usize = 25;
/// Maximum number of concurrent requests.
const MAX_CONCURRENCY: usize = 4;
/// Rate-limit bucket: all API requests share the app's rate limit.
const RATE_LIMIT_BUCKET: &str = "app";

/// Instagram API client.
pub struct Instagram {
    config: InstagramConfig,
    client_id: String,
    client_secret: Secret,
    client: PlatformClient,
}

impl Instagram {
    /// Creates the client; `None` if no credentials are configured.
    pub fn new(config: &InstagramConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let ClientCredentials { client_id, client_secret } = config.credentials.clone()?;
        // A response does not say whether the app's or an account's limit is used up. So only errors close the bucket; warnings in headers
        // are ignored.
        let client = PlatformClient::new(
            http,
            clock,
            ResponsePolicy { name: "instagram", classify_error: wire::error, rate_limit_reset: no_rate_limit_reset },
        );
        Some(Self { config: config.clone(), client_id, client_secret, client })
    }

    fn graph(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = join_path(&self.config.graph_url, path);
        url.query_pairs_mut().extend_pairs(query);
        url
    }

    fn versioned(&self, path: &str, query: &[(&str, &str)]) -> Url {
        self.graph(&format!("{}/{path}", self.config.api_version), query)
    }

    /// Requests a long-lived token (60 days) for a younger one.
    async fn fetch_long_lived_token(&self, url: Url) -> Result<Tokens, ProviderError> {
        let token: LongLivedToken = self.client.send_json("token", self.client.http().get(url)).await?;
        let issued_at = self.client.now();
        let expires_at = TimeDelta::try_seconds(token.expires_in).and_then(|lifetime| issued_at.checked_add_signed(lifetime));
        Ok(Tokens { access: token.access_token, refresh: None, issued_at, expires_at, refresh_expires_at: None })
    }

    /// Converts a media object to a post, and adds its views and shares if `is_asked`. Stories and posts from before the account became a
    /// professional one have no insights.
    async fn with_insights(&self, access: ScopedToken<'_>, media: Media, is_asked: bool) -> Result<Post, ProviderError> {
        let mut post = media.post();
        if !is_asked {
            return Ok(post);
        }
        let query = [("metric", "views,shares"), ("access_token", access.token.expose())];
        let url = self.versioned(&format!("{}/insights", post.id), &query);
        match self.client.send_json::<Insights>(RATE_LIMIT_BUCKET, self.client.http().get(url)).await {
            Ok(insights) => {
                post.views = insights.newest("views");
                post.shares = insights.newest("shares");
                Ok(post)
            }
            // Keep the post without insights. Whether the scope for insights was lost is detected when daily metrics are fetched.
            Err(ProviderError::Transient(_) | ProviderError::InsufficientScope(_)) => Ok(post),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl OAuthProvider for Instagram {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", request.redirect_uri),
            ("response_type", "code"),
            ("scope", &SCOPES.requested.join(",")),
            ("state", request.state),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, request: &AuthorizationRequest<'_>) -> Result<Grant, ProviderError> {
        // Instagram appends `#_` to the redirect URL; some clients keep it in the code.
        let code = code.trim_end_matches("#_");
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", request.redirect_uri),
            ("code", code),
        ];
        let response: TokenResponse =
            self.client.send_json("token", self.client.http().post(self.config.token_url.clone()).form(&form)).await?;
        let short = response.token().ok_or_else(|| ProviderError::Transient("empty token list".to_owned()))?;
        let query = [
            ("grant_type", "ig_exchange_token"),
            ("client_secret", self.client_secret.expose()),
            ("access_token", short.access_token.expose()),
        ];
        let tokens = self.fetch_long_lived_token(self.graph("access_token", &query)).await?;
        Ok(Grant { tokens, scopes: short.permissions.list() })
    }

    fn can_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        now - tokens.issued_at >= REFRESH_AGE && tokens.expires_at.is_none_or(|end| end > now)
    }

    fn should_refresh(&self, tokens: &Tokens, now: DateTime<Utc>) -> bool {
        self.can_refresh(tokens, now) && tokens.expires_at.is_some_and(|end| end - now <= REFRESH_BEFORE)
    }

    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let query = [("grant_type", "ig_refresh_token"), ("access_token", tokens.access.expose())];
        self.fetch_long_lived_token(self.graph("refresh_access_token", &query)).await
    }

    async fn fetch_profile(&self, access: ScopedToken<'_>) -> Result<Profile, ProviderError> {
        let query = [("fields", "user_id,username,name,account_type,followers_count"), ("access_token", access.token.expose())];
        let me: Me = self.client.send_json(RATE_LIMIT_BUCKET, self.client.http().get(self.versioned("me", &query))).await?;
        Ok(Profile { account_id: me.user_id, name: me.username, followers: me.followers_count })
    }

    fn has_daily_insights(&self) -> bool {
        true
    }

    async fn fetch_daily_insights(&self, access: ScopedToken<'_>, day: NaiveDate) -> Result<DailyInsights, ProviderError> {
        let since = day.and_time(NaiveTime::MIN).and_utc();
        let (since, until) = (since.timestamp().to_string(), (since + TimeDelta::days(1)).timestamp().to_string());
        let query = [
            ("metric", "views,reach,total_interactions"),
            ("period", "day"),
            ("metric_type", "total_value"),
            ("since", &since),
            ("until", &until),
            ("access_token", access.token.expose()),
        ];
        let insights: Insights =
            self.client.send_json(RATE_LIMIT_BUCKET, self.client.http().get(self.versioned("me/insights", &query))).await?;
        Ok(DailyInsights {
            views: insights.total("views"),
            reach: insights.total("reach"),
            interactions: insights.total("total_interactions"),
        })
    }

    async fn fetch_posts(&self, access: ScopedToken<'_>, _profile: &Profile) -> Result<Vec<Post>, ProviderError> {
        let most = MAX_POSTS.to_string();
        let query = [
            ("fields", "id,caption,permalink,timestamp,like_count,comments_count"),
            ("limit", most.as_str()),
            ("access_token", access.token.expose()),
        ];
        let page: MediaPage = self.client.send_json(RATE_LIMIT_BUCKET, self.client.http().get(self.versioned("me/media", &query))).await?;
        let oldest = self.client.now() - INSIGHTS_MAX_AGE;
        let posts = page.data.into_iter().take(MAX_POSTS).enumerate().map(|(index, media)| {
            let is_asked = index < MAX_INSIGHTS_POSTS && media.timestamp >= oldest && access.has_scope(INSIGHTS);
            self.with_insights(access, media, is_asked)
        });
        stream::iter(posts).buffered(MAX_CONCURRENCY).try_collect().await
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError> {
        let url = self.versioned("me/permissions", &[("access_token", tokens.access.expose())]);
        self.client.send_json::<serde_json::Value>(RATE_LIMIT_BUCKET, self.client.http().delete(url)).await.map(drop)
    }
}
