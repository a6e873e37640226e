//! Graph API: profile, insights, media and revocation.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{BASIC, INSIGHTS, PLATFORM};
use crate::{
    accounts::{Account, Post},
    grants::{Grants, Token, TokenKind},
    state::{FaultKind, SandboxState},
};

/// Maximum length of an insights window.
const MAX_INSIGHTS_WINDOW: TimeDelta = TimeDelta::days(30);

/// Builds an error response in the Graph API's format.
pub fn error(status: StatusCode, code: u32, message: &str) -> Response {
    let body = json!({ "error": { "message": message, "type": "OAuthException", "code": code, "fbtrace_id": "sandbox" } });
    (status, Json(body)).into_response()
}

/// Returns the Graph API's response to a fault. Codes follow its error reference; usage headers are percentages of the hourly quota.
pub fn fault(kind: FaultKind, _: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::ClockSkew => {
            error(StatusCode::BAD_REQUEST, 190, "Error validating access token: Session has expired.")
        }
        FaultKind::Revoked | FaultKind::RefreshTokenReused => token_error(),
        FaultKind::ScopeRemoved => error(StatusCode::FORBIDDEN, 10, "Application does not have permission for this action."),
        FaultKind::RateLimited => {
            let mut response = error(StatusCode::FORBIDDEN, 4, "Application request limit reached.");
            let usage = HeaderValue::from_static(r#"{"call_count":100,"total_cputime":25,"total_time":25}"#);
            response.headers_mut().insert("x-app-usage", usage);
            let usage = r#"{"17841400000000001":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":12}]}"#;
            response.headers_mut().insert("x-business-use-case-usage", HeaderValue::from_static(usage));
            response
        }
        FaultKind::ErrorBody => error(StatusCode::OK, 1, "Please reduce the amount of data you're asking for."),
        FaultKind::ServerError
        | FaultKind::Blocked
        | FaultKind::Truncated
        | FaultKind::ModelRetired
        | FaultKind::TruncatedStream
        | FaultKind::MalformedChunk
        | FaultKind::Timeout
        | FaultKind::Html
        | FaultKind::ConnectionReset
        | FaultKind::SlowDrip
        | FaultKind::ResponseLost => {
            error(StatusCode::INTERNAL_SERVER_ERROR, 2, "An unexpected error has occurred. Please retry your request later.")
        }
    }
}

/// Returns the id of the professional account.
pub fn id(account: &Account) -> String {
    format!("17841{:012}", account.number())
}

/// Returns error 190: the token is unknown, expired or revoked.
pub fn token_error() -> Response {
    error(StatusCode::BAD_REQUEST, 190, "Error validating access token: the session has been invalidated.")
}

#[derive(Debug, Deserialize)]
pub struct TokenOnly {
    access_token: String,
}

/// `GET /v25.0/me`: the profile.
pub async fn profile(State(state): State<SandboxState>, Query(asked): Query<TokenOnly>) -> Response {
    PLATFORM
        .answer(&state, ("profile", &asked.access_token), || {
            with_scope(&state, &asked.access_token, BASIC, |account| {
                Json(json!({
                    "user_id": id(account),
                    "id": id(account),
                    "username": account.name,
                    "name": account.name,
                    "account_type": "BUSINESS",
                    "followers_count": account.followers(state.now()),
                    "follows_count": 310,
                    "media_count": 128,
                }))
                .into_response()
            })
        })
        .await
}

#[derive(Debug, Deserialize)]
pub struct InsightsQuery {
    metric: String,
    period: String,
    #[serde(default)]
    metric_type: String,
    since: i64,
    until: i64,
    access_token: String,
}

/// `GET /v25.0/me/insights`: totals of a window (`metric_type=total_value`) or daily values. Days that have not ended are left out.
pub async fn insights(State(state): State<SandboxState>, Query(asked): Query<InsightsQuery>) -> Response {
    PLATFORM
        .answer(&state, ("insights", &asked.access_token), || {
            with_scope(&state, &asked.access_token, INSIGHTS, |account| {
                let (Some(since), Some(until)) = (DateTime::from_timestamp(asked.since, 0), DateTime::from_timestamp(asked.until, 0))
                else {
                    return error(StatusCode::BAD_REQUEST, 100, "Invalid parameter: since or until.");
                };
                if asked.period != "day" || until <= since || until - since > MAX_INSIGHTS_WINDOW {
                    return error(StatusCode::BAD_REQUEST, 100, "There cannot be more than 30 days between since and until.");
                }
                let days = complete_days(since, until.min(state.now()));
                let is_total = asked.metric_type == "total_value";
                let data: Option<Vec<Value>> = asked.metric.split(',').map(|metric| insight(account, metric, &days, is_total)).collect();
                match data {
                    // Values that are not known yet are omitted, not reported as 0.
                    Some(data) => Json(json!({ "data": if days.is_empty() { Vec::new() } else { data } })).into_response(),
                    None => error(StatusCode::BAD_REQUEST, 100, "The metric is not supported."),
                }
            })
        })
        .await
}

fn insight(account: &Account, metric: &str, days: &[NaiveDate], is_total: bool) -> Option<Value> {
    let of_day: fn(&Account, NaiveDate) -> i64 = match (metric, is_total) {
        ("views", true) => Account::views,
        ("total_interactions", true) => Account::interactions,
        ("reach", _) => Account::reach,
        ("follower_count", false) => Account::new_followers,
        _ => return None,
    };
    let total: i64 = days.iter().map(|day| of_day(account, *day)).sum();
    let series: Vec<Value> = days
        .iter()
        .map(|day| json!({ "value": of_day(account, *day), "end_time": format!("{}T00:00:00+0000", *day + chrono::Days::new(1)) }))
        .collect();
    let mut insight = json!({ "name": metric, "period": "day", "title": metric, "id": format!("{}/insights/{metric}/day", id(account)) });
    if is_total {
        insight["total_value"] = json!({ "value": total });
    } else {
        insight["values"] = Value::from(series);
    }
    Some(insight)
}

/// Returns the complete UTC days between two instants.
fn complete_days(since: DateTime<Utc>, until: DateTime<Utc>) -> Vec<NaiveDate> {
    let mut day = since.date_naive();
    if since.time() != chrono::NaiveTime::MIN {
        day = day + chrono::Days::new(1);
    }
    let last = until.date_naive();
    day.iter_days().take_while(|day| *day < last).collect()
}

/// `DELETE /v25.0/me/permissions`: revokes this and all other tokens of the account.
pub async fn revoke(State(state): State<SandboxState>, Query(asked): Query<TokenOnly>) -> Response {
    PLATFORM
        .answer(&state, ("revoke", &asked.access_token), || {
            let now = state.now();
            state.grants(|grants| {
                let Some(token) = authenticate(grants, &asked.access_token, now) else { return token_error() };
                grants.revoke(PLATFORM.name, token.account, now);
                Json(json!({ "success": true })).into_response()
            })
        })
        .await
}

/// `GET /v25.0/me/media`: the newest posts.
pub async fn media(State(state): State<SandboxState>, Query(asked): Query<TokenOnly>) -> Response {
    PLATFORM
        .answer(&state, ("posts", &asked.access_token), || {
            with_scope(&state, &asked.access_token, BASIC, |account| {
                let media = |post: Post| {
                    json!({
                        "id": media_id(account, &post),
                        "caption": post.title,
                        "permalink": format!("https://www.instagram.com/p/{}/", media_id(account, &post)),
                        "timestamp": post.published_at.format("%Y-%m-%dT%H:%M:%S+0000").to_string(),
                        "like_count": post.likes,
                        "comments_count": post.comments,
                    })
                };
                let data: Vec<Value> = account.posts(state.now()).into_iter().map(media).collect();
                Json(json!({ "data": data })).into_response()
            })
        })
        .await
}

/// `GET /v25.0/{media}/insights`: lifetime views and shares of a post.
pub async fn media_insights(State(state): State<SandboxState>, Path(media): Path<String>, Query(asked): Query<TokenOnly>) -> Response {
    PLATFORM
        .answer(&state, ("post_insights", &asked.access_token), || {
            with_scope(&state, &asked.access_token, INSIGHTS, |account| {
                let post = account.posts(state.now()).into_iter().find(|post| media_id(account, post) == media);
                let Some(post) = post else { return error(StatusCode::BAD_REQUEST, 100, "Object does not exist.") };
                let metric = |name: &str, value: i64| json!({ "name": name, "period": "lifetime", "values": [{ "value": value }] });
                Json(json!({ "data": [metric("views", post.views), metric("shares", post.shares)] })).into_response()
            })
        })
        .await
}

fn media_id(account: &Account, post: &Post) -> String {
    format!("{}_{}", id(account), post.number)
}

/// Returns the token if it is valid; the Graph API accepts both short-lived and long-lived tokens.
fn authenticate(grants: &Grants, token: &str, now: DateTime<Utc>) -> Option<Token> {
    let open = |kind| grants.open((PLATFORM.name, kind), token, now);
    open(TokenKind::Access).or_else(|| open(TokenKind::Short))
}

fn with_scope(state: &SandboxState, token: &str, scope: &str, answer: impl FnOnce(&Account) -> Response) -> Response {
    let now = state.now();
    match state.grants(|grants| authenticate(grants, token, now)) {
        None => token_error(),
        Some(token) if !token.allows(scope) => error(StatusCode::FORBIDDEN, 10, "Application does not have permission for this action."),
        Some(token) => answer(&token.account),
    }
}
