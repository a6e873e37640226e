//! TikTok, Login Kit for web and Display API v2 (developers.tiktok.com).
//!
//! Quirks: the client id is called `client_key`; requesting a field whose scope was not granted is an error; refresh tokens are single-use;
//! metrics are totals since a video was published, so daily values are the difference of two syncs.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use huntaze_domain::{accounts::Secret, analytics::Post};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    AuthorizationRequest, Grant, MAX_POSTS, OAuthProvider, Profile, ProviderError, ScopedToken, Tokens,
    client::{PlatformClient, ResponsePolicy, no_rate_limit_reset},
    oauth::{self, TokenResponse, join_path},
    scopes::Scopes,
};
use crate::{
    config::{ClientCredentials, TiktokConfig},
    infra::{clock::Clock, http::HttpResponse},
};

const BASIC: &str = "user.info.basic";
const PROFILE: &str = "user.info.profile";
const STATS: &str = "user.info.stats";
const VIDEOS: &str = "video.list";

/// Scopes and what they give access to.
pub const SCOPES: Scopes =
    Scopes { requested: &[BASIC, PROFILE, STATS, VIDEOS], required: &[BASIC], audience: STATS, days: VIDEOS, posts: VIDEOS };

/// Maximum page size.
const PAGE: usize = 20;

/// TikTok API client.
pub struct Tiktok {
    config: TiktokConfig,
    client_key: String,
    client_secret: Secret,
    client: PlatformClient,
}

impl Tiktok {
    /// Creates the client; `None` if no credentials are configured.
    pub fn new(config: &TiktokConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let ClientCredentials { client_id: client_key, client_secret } = config.credentials.clone()?;
        let client = PlatformClient::new(
            http,
            clock,
            ResponsePolicy { name: "tiktok", classify_error: error, rate_limit_reset: no_rate_limit_reset },
        );
        Some(Self { config: config.clone(), client_key, client_secret, client })
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut form = vec![("client_key", self.client_key.as_str()), ("client_secret", self.client_secret.expose())];
        form.extend(fields);
        self.client.http().post(join_path(&self.config.api_url, path)).form(&form)
    }
}

#[async_trait]
impl OAuthProvider for Tiktok {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_key", self.client_key.as_str()),
            ("scope", &SCOPES.requested.join(",")),
            ("response_type", "code"),
            ("redirect_uri", request.redirect_uri),
            ("state", request.state),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, request: &AuthorizationRequest<'_>) -> Result<Grant, ProviderError> {
        let params = oauth::authorization_code_params(code, request);
        let response: TokenResponse = self.client.send_json("token", self.post("v2/oauth/token/", &params)).await?;
        Ok(response.grant(SCOPES.requested, self.client.now()))
    }

    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let params = oauth::refresh_token_params(tokens)?;
        let response: TokenResponse = self.client.send_json("token", self.post("v2/oauth/token/", &params)).await?;
        Ok(response.into_refreshed(tokens, self.client.now()))
    }

    async fn fetch_profile(&self, access: ScopedToken<'_>) -> Result<Profile, ProviderError> {
        let mut fields = vec!["open_id", "display_name"];
        fields.extend(access.has_scope(PROFILE).then_some("username"));
        fields.extend(access.has_scope(STATS).then_some("follower_count"));
        let mut url = join_path(&self.config.api_url, "v2/user/info/");
        url.query_pairs_mut().append_pair("fields", &fields.join(","));
        let response: UserInfo = self.client.send_json("user", self.client.http().get(url).bearer_auth(access.token.expose())).await?;
        let user = response.data.user;
        let name = user.username.filter(|name| !name.is_empty()).unwrap_or(user.display_name);
        Ok(Profile { account_id: user.open_id, name, followers: user.follower_count })
    }

    async fn fetch_posts(&self, access: ScopedToken<'_>, _profile: &Profile) -> Result<Vec<Post>, ProviderError> {
        let mut url = join_path(&self.config.api_url, "v2/video/list/");
        let fields = "id,title,video_description,share_url,create_time,view_count,like_count,comment_count,share_count";
        url.query_pairs_mut().append_pair("fields", fields);
        let mut posts = Vec::new();
        let mut cursor = None;
        while posts.len() < MAX_POSTS {
            let mut page = json!({ "max_count": PAGE });
            if let Some(cursor) = cursor {
                page["cursor"] = Value::from(cursor);
            }
            let request = self.client.http().post(url.clone()).bearer_auth(access.token.expose()).json(&page);
            let VideoList { data } = self.client.send_json("videos", request).await?;
            posts.extend(data.videos.into_iter().filter_map(Video::post));
            match data.cursor.filter(|_| data.has_more) {
                // A repeated cursor would cause an endless loop.
                Some(next) if Some(next) != cursor => cursor = Some(next),
                _ => break,
            }
        }
        posts.truncate(MAX_POSTS);
        Ok(posts)
    }

    fn revokes_by_access_token(&self) -> bool {
        true
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError> {
        self.client.send_empty("token", self.post("v2/oauth/revoke/", &[("token", tokens.access.expose())])).await
    }
}

/// `GET /v2/user/info/`
#[derive(Deserialize)]
struct UserInfo {
    data: UserData,
}

#[derive(Deserialize)]
struct UserData {
    user: User,
}

#[derive(Deserialize)]
struct User {
    open_id: String,
    #[serde(default)]
    display_name: String,
    username: Option<String>,
    follower_count: Option<i64>,
}

/// `POST /v2/video/list/`
#[derive(Deserialize)]
struct VideoList {
    data: VideoPage,
}

#[derive(Deserialize)]
struct VideoPage {
    #[serde(default)]
    videos: Vec<Video>,
    cursor: Option<i64>,
    #[serde(default)]
    has_more: bool,
}

#[expect(clippy::struct_field_names, reason = "field names of the TikTok API")]
#[derive(Deserialize)]
struct Video {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    video_description: String,
    share_url: Option<String>,
    create_time: i64,
    view_count: Option<i64>,
    like_count: Option<i64>,
    comment_count: Option<i64>,
    share_count: Option<i64>,
}

impl Video {
    fn post(self) -> Option<Post> {
        let title = if self.title.is_empty() { self.video_description } else { self.title };
        Some(Post {
            id: self.id,
            title,
            language: None,
            url: self.share_url,
            published_at: DateTime::from_timestamp(self.create_time, 0)?,
            views: self.view_count,
            likes: self.like_count,
            comments: self.comment_count,
            shares: self.share_count,
        })
    }
}

/// Maps both error formats to a [`ProviderError`]: `error` is a code at the token endpoint and an object in the API, where the code `ok`
/// means success. Errors may come with status 200.
fn error(response: &HttpResponse, _: DateTime<Utc>) -> Option<ProviderError> {
    #[derive(Deserialize)]
    struct Body {
        error: ApiError,
    }
    #[derive(Deserialize)]
    struct ApiError {
        code: String,
    }
    let Ok(Body { error: ApiError { code } }) = serde_json::from_slice(&response.body) else { return oauth::error(response) };
    match code.as_str() {
        "ok" => None,
        "access_token_invalid" | "access_token_has_been_revoked" => Some(ProviderError::Revoked(code)),
        "scope_not_authorized" | "scope_permission_missed" => Some(ProviderError::InsufficientScope(code)),
        "rate_limit_exceeded" => Some(ProviderError::RateLimited { retry_after: None }),
        "invalid_client" | "client_key_invalid" => Some(ProviderError::Misconfigured(code)),
        _ => Some(ProviderError::Transient(code)),
    }
}

#[cfg(test)]
mod tests;
