//! Response types and error codes of the Instagram API.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{accounts::Secret, analytics::Post};
use reqwest::{StatusCode, header::HeaderMap};
use serde::{Deserialize, Deserializer, de};

use crate::{
    infra::http::HttpResponse,
    providers::{ProviderError, oauth::split_scopes},
};

/// `POST /oauth/access_token`: observed both as a flat object and inside a list.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum TokenResponse {
    Listed { data: Vec<ShortLivedToken> },
    Flat(ShortLivedToken),
}

impl TokenResponse {
    /// Returns the token in either format; `None` if the list is empty.
    pub fn token(self) -> Option<ShortLivedToken> {
        match self {
            Self::Listed { data } => data.into_iter().next(),
            Self::Flat(token) => Some(token),
        }
    }
}

/// Access token that lives one hour.
#[derive(Deserialize)]
pub struct ShortLivedToken {
    pub access_token: Secret,
    #[serde(default)]
    pub permissions: Permissions,
}

/// Granted scopes: observed as text separated by commas or spaces, and as a list.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Permissions {
    Text(String),
    List(Vec<String>),
}

impl Default for Permissions {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Permissions {
    /// Returns the scopes as a list.
    pub fn list(self) -> Vec<String> {
        match self {
            Self::Text(text) => split_scopes(&text),
            Self::List(list) => list,
        }
    }
}

/// `GET /access_token` and `GET /refresh_access_token`.
#[derive(Deserialize)]
pub struct LongLivedToken {
    pub access_token: Secret,
    /// Lifetime in seconds.
    pub expires_in: i64,
}

/// `GET /{version}/me`.
#[derive(Deserialize)]
pub struct Me {
    pub user_id: String,
    pub username: String,
    pub followers_count: Option<i64>,
}

/// `GET /{version}/me/media`.
#[derive(Deserialize)]
pub struct MediaPage {
    pub data: Vec<Media>,
}

#[derive(Deserialize)]
pub struct Media {
    id: String,
    #[serde(default)]
    caption: String,
    permalink: Option<String>,
    #[serde(deserialize_with = "timestamp")]
    pub timestamp: DateTime<Utc>,
    like_count: Option<i64>,
    comments_count: Option<i64>,
}

impl Media {
    /// Converts to a post without views and shares, which need a separate request.
    pub fn post(self) -> Post {
        Post {
            id: self.id,
            title: self.caption,
            language: None,
            url: self.permalink,
            published_at: self.timestamp,
            views: None,
            likes: self.like_count,
            comments: self.comments_count,
            shares: None,
        }
    }
}

/// Parses `2026-01-14T12:30:00+0000`, which lacks the colon that RFC 3339 requires in the offset; RFC 3339 is accepted as well.
fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%z").or_else(|_| DateTime::parse_from_rfc3339(&text));
    time.map(|time| time.to_utc()).map_err(de::Error::custom)
}

/// `GET /{version}/me/insights` and `GET /{version}/{media}/insights`.
#[derive(Deserialize)]
pub struct Insights {
    data: Vec<Insight>,
}

#[derive(Deserialize)]
struct Insight {
    name: String,
    total_value: Option<Value>,
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Deserialize)]
struct Value {
    value: Option<i64>,
}

impl Insights {
    /// Returns the total of a metric; `None` if it is absent.
    pub fn total(&self, metric: &str) -> Option<i64> {
        self.data.iter().find(|insight| insight.name == metric)?.total_value.as_ref()?.value
    }

    /// Returns the latest value of a post's metric; `None` if it is absent.
    pub fn newest(&self, metric: &str) -> Option<i64> {
        self.data.iter().find(|insight| insight.name == metric)?.values.last()?.value
    }
}

/// Error body of the Graph API or of the token endpoint.
#[derive(Deserialize)]
#[serde(untagged)]
enum ErrorBody {
    Graph { error: GraphError },
    Token { error_type: String, error_message: String },
}

#[derive(Deserialize)]
struct GraphError {
    #[serde(default)]
    code: u32,
}

/// Returns the error that a response stands for. The body is checked first, because errors may come with status 200.
pub fn error(response: &HttpResponse, _: DateTime<Utc>) -> Option<ProviderError> {
    if let Ok(error) = serde_json::from_slice::<ErrorBody>(&response.body) {
        return Some(meaning(response.status, &response.headers, error));
    }
    let is_limited = response.status == StatusCode::TOO_MANY_REQUESTS;
    is_limited.then(|| ProviderError::RateLimited { retry_after: retry_after(&response.headers) })
}

/// Maps an error body to a [`ProviderError`] by the codes of Meta's error reference. Its messages are not logged, because some repeat the
/// token.
fn meaning(status: StatusCode, headers: &HeaderMap, body: ErrorBody) -> ProviderError {
    let error = match body {
        ErrorBody::Graph { error } => error,
        ErrorBody::Token { error_type, error_message } => {
            return match status {
                status if !status.is_client_error() => ProviderError::Transient(error_type),
                _ if error_message.contains("platform app") => ProviderError::Misconfigured(error_type),
                _ => ProviderError::Revoked(error_type),
            };
        }
    };
    let text = format!("code {}", error.code);
    match error.code {
        4 | 17 | 32 | 613 => ProviderError::RateLimited { retry_after: retry_after(headers) },
        190 => ProviderError::Revoked(text),
        3 | 10 | 200..=299 => ProviderError::InsufficientScope(text),
        101 => ProviderError::Misconfigured(text),
        _ => ProviderError::Transient(text),
    }
}

/// Returns the longest `estimated_time_to_regain_access` (minutes) of all accounts in `X-Business-Use-Case-Usage`.
fn retry_after(headers: &HeaderMap) -> Option<TimeDelta> {
    #[derive(Deserialize)]
    struct Usage {
        estimated_time_to_regain_access: i64,
    }
    let text = headers.get("x-business-use-case-usage")?.to_str().ok()?;
    let usage: HashMap<String, Vec<Usage>> = serde_json::from_str(text).ok()?;
    usage.into_values().flatten().map(|usage| usage.estimated_time_to_regain_access).max().and_then(TimeDelta::try_minutes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::testing::{self, response};
    use huntaze_domain::integrations::FailureKind;
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;
    use serde::de::DeserializeOwned;

    fn read<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, ProviderError> {
        testing::read(response, error)
    }

    /// Returns the failure kind of a response to a profile request.
    fn failure(status: u16, body: &str) -> FailureKind {
        read::<Me>(&response(status, body)).err().expect("no profile").kind()
    }

    #[test]
    fn error_codes_map_to_failure_kinds() {
        let graph = |code: u32| format!(r#"{{"error":{{"message":"m","type":"OAuthException","code":{code},"fbtrace_id":"x"}}}}"#);
        assert_eq!(failure(400, &graph(190)), FailureKind::Revoked);
        assert_eq!(failure(403, &graph(10)), FailureKind::InsufficientScope);
        assert_eq!(failure(403, &graph(4)), FailureKind::RateLimited);
        assert_eq!(failure(400, &graph(101)), FailureKind::Misconfigured);
        assert_eq!(failure(500, &graph(2)), FailureKind::Transient);
        assert_eq!(failure(200, &graph(1)), FailureKind::Transient, "error body with status 200");
        assert_eq!(failure(200, "<!DOCTYPE html>"), FailureKind::Transient);
        assert_eq!(failure(429, ""), FailureKind::RateLimited);
        let token = r#"{"error_type":"OAuthException","code":400,"error_message":"Invalid authorization code"}"#;
        assert_eq!(failure(400, token), FailureKind::Revoked);
        assert_eq!(failure(400, &token.replace("authorization code", "platform app")), FailureKind::Misconfigured);
    }

    #[test]
    fn rate_limit_takes_retry_after_from_usage_header() {
        let mut limited = response(403, r#"{"error":{"code":4,"message":"Application request limit reached."}}"#);
        let usage = r#"{"1":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":12}]}"#;
        limited.headers.insert("x-business-use-case-usage", HeaderValue::from_static(usage));
        let Err(ProviderError::RateLimited { retry_after }) = read::<Me>(&limited) else { panic!("expected a rate limit") };
        assert_eq!(retry_after, Some(TimeDelta::minutes(12)));
    }

    #[test]
    fn token_response_is_parsed_flat_or_listed() {
        for body in [
            r#"{"access_token":"IG1","user_id":1784,"permissions":"a,b"}"#,
            r#"{"data":[{"access_token":"IG1","user_id":"1784","permissions":"a b"}]}"#,
            r#"{"access_token":"IG1","user_id":1784,"permissions":["a","b"]}"#,
        ] {
            let token = read::<TokenResponse>(&response(200, body)).ok().and_then(TokenResponse::token).expect("a token");
            assert_eq!((token.access_token.expose(), token.permissions.list().join(" ")), ("IG1", "a b".to_owned()));
        }
    }

    /// Examples from "Instagram Platform: Media", `GET /me/media`, and "Media insights".
    #[test]
    fn media_and_insights_are_parsed() {
        let body = r#"{"data":[{"id":"17895695668004550","caption":"Sunset","permalink":"https://www.instagram.com/p/x/",
            "timestamp":"2026-01-14T12:30:00+0000","like_count":12,"comments_count":3},
            {"id":"2","timestamp":"2026-01-13T12:30:00+00:00"}]}"#;
        let posts: Vec<_> = read::<MediaPage>(&response(200, body)).expect("a page").data.into_iter().map(Media::post).collect();
        assert_eq!(posts[0].published_at.to_rfc3339(), "2026-01-14T12:30:00+00:00");
        assert_eq!((posts[0].title.as_str(), posts[0].likes, posts[0].comments, posts[0].views), ("Sunset", Some(12), Some(3), None));
        assert_eq!((posts[1].likes, posts[1].comments), (None, None));
        let body =
            r#"{"data":[{"name":"views","period":"lifetime","values":[{"value":345}]},{"name":"shares","period":"lifetime","values":[]}]}"#;
        let insights = read::<Insights>(&response(200, body)).expect("insights");
        assert_eq!((insights.newest("views"), insights.newest("shares")), (Some(345), None));
    }

    #[test]
    fn absent_insight_is_none_and_not_zero() {
        let body = r#"{"data":[{"name":"views","period":"day","total_value":{"value":0}},{"name":"reach","period":"day"}]}"#;
        let insights = read::<Insights>(&response(200, body)).expect("insights");
        assert_eq!((insights.total("views"), insights.total("reach"), insights.total("total_interactions")), (Some(0), None, None));
    }

    proptest! {
        #[test]
        fn parsing_arbitrary_responses_never_panics(status in 100_u16..600, body: Vec<u8>, usage in "[ -~]{0,60}") {
            let mut response = response(status, "");
            response.body = body;
            response.headers.insert("x-business-use-case-usage", HeaderValue::from_str(&usage).expect("text"));
            let _ = read::<Me>(&response);
            let _ = read::<TokenResponse>(&response);
            let _ = read::<Insights>(&response);
        }
    }
}
