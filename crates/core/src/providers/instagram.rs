//! Instagram with Instagram Login (developers.facebook.com, "Instagram API with Instagram Login").
//!
//! Quirks: a code is exchanged twice, first for a token that lives one hour, then for one that lives 60 days. There is no refresh token: a
//! token is extended in place once it is a day old, and an expired one cannot be recovered. Absent metrics are an empty list, not 0.

mod wire;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use huntaze_domain::{account::Secret, analytics::Post};
use reqwest::Client;
use url::Url;
use wire::{Insights, LongLivedToken, Me, Media, MediaPage, TokenAnswer};

use super::{
    Access, DayInsights, Grant, MOST_POSTS, OAuthProvider, Profile, ProviderError, Tokens, Visit,
    calls::{Calls, Manners, says_nothing},
    oauth::below,
    scopes::Scopes,
};
use crate::{config::InstagramConfig, infra::clock::Clock};

/// Scope for the profile and the posts.
pub const BASIC: &str = "instagram_business_basic";
const INSIGHTS: &str = "instagram_business_manage_insights";

/// Scopes and what they give access to.
pub const SCOPES: Scopes = Scopes { asked: &[BASIC, INSIGHTS], account: &[BASIC], audience: BASIC, days: INSIGHTS, posts: BASIC };

/// Minimum age of a token that can be refreshed.
const REFRESH_AGE: TimeDelta = TimeDelta::hours(24);
/// Tokens live for 60 days; from this time before expiry, each sync tries to extend them.
const REFRESH_BEFORE: TimeDelta = TimeDelta::days(30);
/// Maximum age of posts whose views and shares are fetched: they take one request per post.
const YOUNG: TimeDelta = TimeDelta::days(30);
/// Maximum number of posts per sync whose views and shares are fetched.
const MOST_YOUNG: usize = 25;
/// Maximum number of concurrent requests.
const AT_ONCE: usize = 4;
/// Rate-limit bucket: all API requests share the app's rate limit.
const GATE: &str = "app";

/// Instagram API client.
pub struct Instagram {
    config: InstagramConfig,
    client_id: String,
    client_secret: Secret,
    calls: Calls,
}

impl Instagram {
    /// Creates the client; `None` if no keys are configured.
    pub fn new(config: &InstagramConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let (client_id, client_secret) = config.keys.clone()?;
        // A response does not say whether the app's or an account's limit is used up. So only errors close the bucket; warnings in headers
        // are ignored.
        let calls = Calls::new(http, clock, Manners { error: wire::error, closed_until: says_nothing });
        Some(Self { config: config.clone(), client_id, client_secret, calls })
    }

    fn graph(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = below(&self.config.graph_url, path);
        url.query_pairs_mut().extend_pairs(query);
        url
    }

    fn versioned(&self, path: &str, query: &[(&str, &str)]) -> Url {
        self.graph(&format!("{}/{path}", self.config.api_version), query)
    }

    /// Requests a long-lived token (60 days) for a younger one.
    async fn lasting(&self, url: Url) -> Result<Tokens, ProviderError> {
        let token: LongLivedToken = self.calls.ask("token", self.calls.http().get(url)).await?;
        let issued_at = self.calls.now();
        let expires_at = TimeDelta::try_seconds(token.expires_in).and_then(|lifetime| issued_at.checked_add_signed(lifetime));
        Ok(Tokens { access: token.access_token, refresh: None, issued_at, expires_at, refresh_expires_at: None })
    }

    /// Converts a media object to a post, and adds its views and shares if `is_asked`. Stories and posts from before the account became a
    /// professional one have no insights.
    async fn with_insights(&self, access: Access<'_>, media: Media, is_asked: bool) -> Result<Post, ProviderError> {
        let mut post = media.post();
        if !is_asked {
            return Ok(post);
        }
        let query = [("metric", "views,shares"), ("access_token", access.token.expose())];
        let url = self.versioned(&format!("{}/insights", post.id), &query);
        match self.calls.ask::<Insights>(GATE, self.calls.http().get(url)).await {
            Ok(insights) => {
                post.views = insights.newest("views");
                post.shares = insights.newest("shares");
                Ok(post)
            }
            // Keep the post without insights. Whether the scope for insights was lost is detected when daily metrics are fetched.
            Err(ProviderError::Transient(_) | ProviderError::ScopeLost(_)) => Ok(post),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl OAuthProvider for Instagram {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, visit: &Visit<'_>) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", visit.redirect_uri),
            ("response_type", "code"),
            ("scope", &SCOPES.asked.join(",")),
            ("state", visit.state),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, visit: &Visit<'_>) -> Result<Grant, ProviderError> {
        // Instagram appends `#_` to the redirect URL; some clients keep it in the code.
        let code = code.trim_end_matches("#_");
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.expose()),
            ("grant_type", "authorization_code"),
            ("redirect_uri", visit.redirect_uri),
            ("code", code),
        ];
        let answer: TokenAnswer = self.calls.ask("token", self.calls.http().post(self.config.token_url.clone()).form(&form)).await?;
        let short = answer.token().ok_or_else(|| ProviderError::Transient("empty token list".to_owned()))?;
        let query = [
            ("grant_type", "ig_exchange_token"),
            ("client_secret", self.client_secret.expose()),
            ("access_token", short.access_token.expose()),
        ];
        let tokens = self.lasting(self.graph("access_token", &query)).await?;
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
        self.lasting(self.graph("refresh_access_token", &query)).await
    }

    async fn fetch_profile(&self, access: Access<'_>) -> Result<Profile, ProviderError> {
        let query = [("fields", "user_id,username,name,account_type,followers_count"), ("access_token", access.token.expose())];
        let me: Me = self.calls.ask(GATE, self.calls.http().get(self.versioned("me", &query))).await?;
        Ok(Profile { account_id: me.user_id, name: me.username, followers: me.followers_count })
    }

    fn reports_days(&self) -> bool {
        true
    }

    async fn fetch_day(&self, access: Access<'_>, day: NaiveDate) -> Result<DayInsights, ProviderError> {
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
        let insights: Insights = self.calls.ask(GATE, self.calls.http().get(self.versioned("me/insights", &query))).await?;
        Ok(DayInsights {
            views: insights.total("views"),
            reach: insights.total("reach"),
            interactions: insights.total("total_interactions"),
        })
    }

    async fn fetch_posts(&self, access: Access<'_>, _profile: &Profile) -> Result<Vec<Post>, ProviderError> {
        let most = MOST_POSTS.to_string();
        let query = [
            ("fields", "id,caption,permalink,timestamp,like_count,comments_count"),
            ("limit", most.as_str()),
            ("access_token", access.token.expose()),
        ];
        let page: MediaPage = self.calls.ask(GATE, self.calls.http().get(self.versioned("me/media", &query))).await?;
        let oldest = self.calls.now() - YOUNG;
        let posts = page.data.into_iter().take(MOST_POSTS).enumerate().map(|(index, media)| {
            let is_asked = index < MOST_YOUNG && media.timestamp >= oldest && access.allows(INSIGHTS);
            self.with_insights(access, media, is_asked)
        });
        stream::iter(posts).buffered(AT_ONCE).try_collect().await
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError> {
        let url = self.versioned("me/permissions", &[("access_token", tokens.access.expose())]);
        self.calls.ask::<serde_json::Value>(GATE, self.calls.http().delete(url)).await.map(drop)
    }
}
