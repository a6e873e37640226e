//! YouTube: Google's `OAuth` for web servers, Data API v3 and Analytics API v2 (developers.google.com).
//!
//! Quirks: a refresh token is issued only with `access_type=offline` and fresh consent; counts are strings; a hidden subscriber count is
//! treated as unknown; analytics days are in Pacific Time and appear one or two days late; a day without a row is unknown.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, Utc};
use huntaze_domain::{accounts::Secret, analytics::Post};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Deserialize;
use url::Url;

use super::{
    AuthorizationRequest, DailyInsights, Grant, MAX_POSTS, OAuthProvider, Profile, ProviderError, ScopedToken, Tokens,
    client::{PlatformClient, ResponsePolicy, no_rate_limit_reset},
    oauth::{self, TokenResponse, join_path},
    scopes::Scopes,
};
use crate::{
    config::{ClientCredentials, YoutubeConfig},
    infra::{clock::Clock, http::HttpResponse},
};

const READONLY: &str = "https://www.googleapis.com/auth/youtube.readonly";
const ANALYTICS: &str = "https://www.googleapis.com/auth/yt-analytics.readonly";

/// Scopes and what they give access to.
pub const SCOPES: Scopes =
    Scopes { requested: &[READONLY, ANALYTICS], required: &[READONLY], audience: READONLY, days: ANALYTICS, posts: READONLY };

/// Maximum page size.
const PAGE: usize = 50;
/// Rate-limit buckets of the Data API and the Analytics API; each quota applies to the whole Google Cloud project.
const DATA: &str = "data";
const REPORTS: &str = "reports";

/// YouTube API client.
pub struct Youtube {
    config: YoutubeConfig,
    client_id: String,
    client_secret: Secret,
    client: PlatformClient,
}

impl Youtube {
    /// Creates the client; `None` if no credentials are configured.
    pub fn new(config: &YoutubeConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        let ClientCredentials { client_id, client_secret } = config.credentials.clone()?;
        let client = PlatformClient::new(
            http,
            clock,
            ResponsePolicy { name: "youtube", classify_error: error, rate_limit_reset: no_rate_limit_reset },
        );
        Some(Self { config: config.clone(), client_id, client_secret, client })
    }

    fn token(&self, fields: &[(&str, &str)]) -> RequestBuilder {
        let mut form = vec![("client_id", self.client_id.as_str()), ("client_secret", self.client_secret.expose())];
        form.extend(fields);
        self.client.http().post(self.config.token_url.clone()).form(&form)
    }

    fn get(&self, mut url: Url, query: &[(&str, &str)], access: ScopedToken<'_>) -> RequestBuilder {
        url.query_pairs_mut().extend_pairs(query);
        self.client.http().get(url).bearer_auth(access.token.expose())
    }

    async fn channel(&self, access: ScopedToken<'_>) -> Result<Channel, ProviderError> {
        let query = [("part", "snippet,statistics,contentDetails"), ("mine", "true")];
        let page: Page<Channel> =
            self.client.send_json(DATA, self.get(join_path(&self.config.data_url, "channels"), &query, access)).await?;
        page.items.into_iter().next().ok_or(ProviderError::NoAccount)
    }

    /// Returns the ids of the newest uploads, at most [`MAX_POSTS`].
    async fn uploads(&self, access: ScopedToken<'_>, playlist: &str) -> Result<Vec<String>, ProviderError> {
        let (mut ids, mut token) = (Vec::new(), String::new());
        while ids.len() < MAX_POSTS {
            let mut query = vec![("part", "contentDetails"), ("playlistId", playlist), ("maxResults", "50")];
            query.extend((!token.is_empty()).then_some(("pageToken", token.as_str())));
            let request = self.get(join_path(&self.config.data_url, "playlistItems"), &query, access);
            let page: Page<PlaylistItem> = match self.client.send_json(DATA, request).await {
                // The API's response for a channel without uploads.
                Err(ProviderError::Transient(reason)) if reason == "playlistNotFound" => break,
                page => page?,
            };
            ids.extend(page.items.into_iter().map(|item| item.content_details.video_id));
            match page.next_page_token {
                Some(next) if next != token => token = next,
                _ => break,
            }
        }
        ids.truncate(MAX_POSTS);
        Ok(ids)
    }
}

#[async_trait]
impl OAuthProvider for Youtube {
    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }

    fn authorize_url(&self, request: &AuthorizationRequest<'_>) -> Url {
        let mut url = self.config.authorize_url.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", request.redirect_uri),
            ("response_type", "code"),
            ("scope", &SCOPES.requested.join(" ")),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("include_granted_scopes", "true"),
            ("state", request.state),
            ("code_challenge", &oauth::code_challenge(request.code_verifier)),
            ("code_challenge_method", "S256"),
        ]);
        url
    }

    async fn exchange_code(&self, code: &str, request: &AuthorizationRequest<'_>) -> Result<Grant, ProviderError> {
        let params = oauth::pkce_code_params(code, request);
        let response: TokenResponse = self.client.send_json("token", self.token(&params)).await?;
        Ok(response.grant(SCOPES.requested, self.client.now()))
    }

    async fn refresh(&self, tokens: &Tokens) -> Result<Tokens, ProviderError> {
        let params = oauth::refresh_token_params(tokens)?;
        let response: TokenResponse = self.client.send_json("token", self.token(&params)).await?;
        Ok(response.into_refreshed(tokens, self.client.now()))
    }

    async fn fetch_profile(&self, access: ScopedToken<'_>) -> Result<Profile, ProviderError> {
        let channel = self.channel(access).await?;
        let name = channel.snippet.custom_url.unwrap_or(channel.snippet.title);
        let statistics = channel.statistics;
        Ok(Profile {
            account_id: channel.id,
            name: name.trim_start_matches('@').to_owned(),
            followers: statistics.subscriber_count.filter(|_| !statistics.hidden_subscriber_count).and_then(|count| count.parse().ok()),
        })
    }

    fn has_daily_insights(&self) -> bool {
        true
    }

    /// Longer than the default: metrics of a day have been observed to appear a week later.
    fn finalization_days(&self) -> u8 {
        8
    }

    async fn fetch_daily_insights(&self, access: ScopedToken<'_>, day: NaiveDate) -> Result<DailyInsights, ProviderError> {
        let day = day.to_string();
        let query = [
            ("ids", "channel==MINE"),
            ("startDate", day.as_str()),
            ("endDate", day.as_str()),
            ("metrics", "views,likes,comments,shares"),
            ("dimensions", "day"),
        ];
        let report: Report =
            self.client.send_json(REPORTS, self.get(join_path(&self.config.analytics_url, "reports"), &query, access)).await?;
        Ok(report.day(&day))
    }

    async fn fetch_posts(&self, access: ScopedToken<'_>, _profile: &Profile) -> Result<Vec<Post>, ProviderError> {
        let Some(playlist) = self.channel(access).await?.content_details.related_playlists.uploads else { return Ok(Vec::new()) };
        let mut posts = Vec::new();
        for ids in self.uploads(access, &playlist).await?.chunks(PAGE) {
            let query = [("part", "snippet,statistics"), ("id", &ids.join(","))];
            let page: Page<Video> =
                self.client.send_json(DATA, self.get(join_path(&self.config.data_url, "videos"), &query, access)).await?;
            posts.extend(page.items.into_iter().map(Video::post));
        }
        Ok(posts)
    }

    async fn revoke(&self, tokens: &Tokens) -> Result<(), ProviderError> {
        let mut url = self.config.token_url.join("revoke").map_err(|_| ProviderError::Misconfigured("YOUTUBE_TOKEN_URL".to_owned()))?;
        url.set_query(None);
        // Revoking the refresh token also revokes its access tokens. The token is sent in the body, which the documentation allows, so that
        // no log of URLs contains it.
        let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
        self.client.send_empty("token", self.client.http().post(url).form(&[("token", token.expose())])).await
    }
}

/// One page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<T> {
    #[serde(default = "Vec::new")]
    items: Vec<T>,
    next_page_token: Option<String>,
}

/// `GET /youtube/v3/channels`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Channel {
    id: String,
    snippet: ChannelSnippet,
    #[serde(default)]
    statistics: ChannelStatistics,
    #[serde(default)]
    content_details: ChannelDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelSnippet {
    title: String,
    custom_url: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelStatistics {
    subscriber_count: Option<String>,
    #[serde(default)]
    hidden_subscriber_count: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChannelDetails {
    #[serde(default)]
    related_playlists: RelatedPlaylists,
}

#[derive(Default, Deserialize)]
struct RelatedPlaylists {
    uploads: Option<String>,
}

/// `GET /youtube/v3/playlistItems`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PlaylistItem {
    content_details: ItemDetails,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemDetails {
    video_id: String,
}

/// `GET /youtube/v3/videos`
#[derive(Deserialize)]
struct Video {
    id: String,
    snippet: VideoSnippet,
    #[serde(default)]
    statistics: VideoStatistics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VideoSnippet {
    title: String,
    published_at: DateTime<Utc>,
    default_language: Option<String>,
    default_audio_language: Option<String>,
}

#[expect(clippy::struct_field_names, reason = "field names of the YouTube API")]
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VideoStatistics {
    view_count: Option<String>,
    like_count: Option<String>,
    comment_count: Option<String>,
}

impl Video {
    fn post(self) -> Post {
        let count = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Post {
            url: Some(format!("https://www.youtube.com/watch?v={}", self.id)),
            id: self.id,
            title: self.snippet.title,
            // Few creators set the language of the text; it is that of the video most of the time.
            language: self.snippet.default_language.or(self.snippet.default_audio_language),
            published_at: self.snippet.published_at,
            views: count(self.statistics.view_count),
            likes: count(self.statistics.like_count),
            comments: count(self.statistics.comment_count),
            shares: None,
        }
    }
}

/// `GET /v2/reports`: a table whose headers name the columns.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    #[serde(default)]
    column_headers: Vec<ColumnHeader>,
    #[serde(default)]
    rows: Vec<Vec<serde_json::Value>>,
}

#[derive(Deserialize)]
struct ColumnHeader {
    name: String,
}

impl Report {
    /// Returns the metrics of a day; all are `None` if the table has no row for it.
    fn day(&self, day: &str) -> DailyInsights {
        let column = |name: &str| self.column_headers.iter().position(|header| header.name == name);
        let of_day = |row: &&Vec<serde_json::Value>| column("day").and_then(|index| row.get(index)?.as_str()) == Some(day);
        let Some(row) = self.rows.iter().find(of_day) else { return DailyInsights::default() };
        let number = |name: &str| row.get(column(name)?)?.as_i64();
        let interactions = [number("likes"), number("comments"), number("shares")];
        DailyInsights { views: number("views"), reach: None, interactions: interactions.into_iter().sum() }
    }
}

/// Maps `{"error": {"code", "errors": [{"reason"}]}}` to a [`ProviderError`]; the token endpoint uses the `OAuth` format instead.
fn error(response: &HttpResponse, now: DateTime<Utc>) -> Option<ProviderError> {
    #[derive(Deserialize)]
    struct Body {
        error: ApiError,
    }
    #[derive(Deserialize)]
    struct ApiError {
        #[serde(default)]
        code: u16,
        #[serde(default)]
        errors: Vec<Detail>,
    }
    #[derive(Deserialize)]
    struct Detail {
        #[serde(default)]
        reason: String,
    }
    let Ok(Body { error }) = serde_json::from_slice(&response.body) else { return oauth::error(response) };
    let reason = error.errors.into_iter().next().map(|detail| detail.reason).unwrap_or_default();
    Some(match (reason.as_str(), StatusCode::from_u16(error.code).unwrap_or(response.status)) {
        ("quotaExceeded" | "dailyLimitExceeded", _) => ProviderError::RateLimited { retry_after: Some(pacific_midnight(now) - now) },
        ("rateLimitExceeded" | "userRateLimitExceeded", _) | (_, StatusCode::TOO_MANY_REQUESTS) => {
            ProviderError::RateLimited { retry_after: None }
        }
        ("accessNotConfigured", _) => ProviderError::Misconfigured(reason),
        ("youtubeSignupRequired", _) => ProviderError::NoAccount,
        ("backendError" | "internalError", _) => ProviderError::Transient(reason),
        (_, StatusCode::UNAUTHORIZED) => ProviderError::Revoked(reason),
        (_, StatusCode::FORBIDDEN) => ProviderError::InsufficientScope(reason),
        _ => ProviderError::Transient(reason),
    })
}

/// Returns when the quota resets. Pacific Time is approximated as UTC-8 all year, so in summer the result is an hour late, but never early.
fn pacific_midnight(now: DateTime<Utc>) -> DateTime<Utc> {
    let Some(pacific) = FixedOffset::west_opt(8 * 3600) else { return now };
    let tomorrow = now.with_timezone(&pacific).date_naive() + Days::new(1);
    tomorrow.and_time(NaiveTime::MIN).and_local_timezone(pacific).single().map_or(now, |midnight| midnight.to_utc())
}

#[cfg(test)]
mod tests;
