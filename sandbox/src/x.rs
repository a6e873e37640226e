//! X, API v2 (docs.x.com), under `/x`.

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    accounts::{Account, Post},
    fake_platform::{FakePlatform, bearer, oauth_error},
    state::{FaultKind, SandboxState},
};

/// Length of a rate-limit window.
const RATE_WINDOW: TimeDelta = TimeDelta::minutes(15);

/// The platform. Refresh tokens rotate, and are issued only with the scope `offline.access`.
static PLATFORM: FakePlatform = FakePlatform {
    name: "x",
    title: "X",
    code_lifetime: TimeDelta::seconds(30),
    access_lifetime: TimeDelta::hours(2),
    refresh_lifetime: TimeDelta::zero(),
    rotates_refresh_tokens: true,
    wants_pkce: true,
    redirect_suffix: "",
    client_field: "client_id",
    uses_basic: true,
    wants_refresh_token: |query| crate::fake_platform::field(query, "scope").contains("offline.access"),
    token_error: crate::fake_platform::oauth_error,
    fault,
};

/// Returns the routes under `/x`.
pub fn router() -> Router<SandboxState> {
    PLATFORM
        .consent()
        .route("/api/2/oauth2/token", post(token))
        .route("/api/2/oauth2/revoke", post(revoke))
        .route("/api/2/users/me", get(me))
        .route("/api/2/users/{id}/tweets", get(tweets))
}

fn problem(status: StatusCode, kind: &str) -> Response {
    let body = json!({ "title": status.canonical_reason(), "detail": kind, "type": format!("https://api.x.com/2/problems/{kind}"), "status": status.as_u16() });
    (status, Json(body)).into_response()
}

fn fault(kind: FaultKind, now: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ClockSkew => problem(StatusCode::UNAUTHORIZED, "unauthorized"),
        FaultKind::RefreshTokenReused => oauth_error(StatusCode::BAD_REQUEST, "invalid_request"),
        FaultKind::ScopeRemoved => problem(StatusCode::FORBIDDEN, "not-authorized-for-resource"),
        FaultKind::RateLimited => {
            let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "rate-limits");
            for (name, value) in [("x-rate-limit-limit", "75"), ("x-rate-limit-remaining", "0")] {
                response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            let reset = (now + RATE_WINDOW).timestamp();
            response.headers_mut().insert("x-rate-limit-reset", HeaderValue::from(reset));
            response
        }
        FaultKind::ErrorBody => Json(json!({ "errors": [{ "title": "Over capacity" }] })).into_response(),
        _ => problem(StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

async fn token(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    PLATFORM.token(state, headers, form).await
}

async fn revoke(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    PLATFORM.revoke(state, headers, form).await
}

fn id(account: &Account) -> String {
    format!("15{:012}", account.number())
}

async fn me(State(state): State<SandboxState>, headers: HeaderMap) -> Response {
    PLATFORM
        .answer(&state, ("profile", &bearer(&headers)), || {
            let Some(token) = PLATFORM.authenticate(&state, &headers) else { return problem(StatusCode::UNAUTHORIZED, "unauthorized") };
            if !token.allows("users.read") {
                return problem(StatusCode::FORBIDDEN, "not-authorized-for-resource");
            }
            let account = &token.account;
            let metrics =
                json!({ "followers_count": account.followers(state.now()), "following_count": 310, "tweet_count": 128, "listed_count": 2 });
            Json(json!({ "data": { "id": id(account), "name": account.name, "username": account.name, "public_metrics": metrics } }))
                .into_response()
        })
        .await
}

async fn tweets(State(state): State<SandboxState>, headers: HeaderMap, Path(user): Path<String>) -> Response {
    PLATFORM
        .answer(&state, ("posts", &bearer(&headers)), || {
            let Some(token) = PLATFORM.authenticate(&state, &headers) else { return problem(StatusCode::UNAUTHORIZED, "unauthorized") };
            if !token.allows("tweet.read") || id(&token.account) != user {
                return problem(StatusCode::FORBIDDEN, "not-authorized-for-resource");
            }
            let tweet = |post: Post| {
                json!({
                    "id": format!("{user}{}", post.number),
                    "text": post.title,
                    "lang": "en",
                    "created_at": post.published_at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                    "public_metrics": {
                        "retweet_count": post.shares, "quote_count": 0, "reply_count": post.comments,
                        "like_count": post.likes, "bookmark_count": 0, "impression_count": post.views,
                    },
                })
            };
            let data: Vec<Value> = token.account.posts(state.now()).into_iter().map(tweet).collect();
            let count = data.len();
            Json(json!({ "data": data, "meta": { "result_count": count } })).into_response()
        })
        .await
}
