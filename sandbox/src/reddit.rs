//! Reddit (reddit.com/dev/api), under `/reddit`.

use axum::{
    Form, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    accounts::Post,
    fake_platform::{FakePlatform, bearer, field},
    state::{FaultKind, SandboxState},
};

/// The platform. Refresh tokens are valid until revoked.
static PLATFORM: FakePlatform = FakePlatform {
    name: "reddit",
    title: "Reddit",
    code_lifetime: TimeDelta::minutes(10),
    access_lifetime: TimeDelta::hours(1),
    refresh_lifetime: TimeDelta::zero(),
    rotates_refresh_tokens: false,
    wants_pkce: false,
    redirect_suffix: "#_",
    client_field: "client_id",
    uses_basic: true,
    wants_refresh_token: |query| field(query, "duration") == "permanent",
    token_error: |status, _| error(status),
    fault,
};

/// Returns the routes under `/reddit`.
pub fn router() -> Router<SandboxState> {
    PLATFORM
        .consent()
        .route("/api/v1/access_token", post(token))
        .route("/api/v1/revoke_token", post(revoke))
        .route("/oauth/api/v1/me", get(me))
        .route("/oauth/user/{name}/submitted", get(submitted))
}

fn error(status: StatusCode) -> Response {
    (status, Json(json!({ "message": status.canonical_reason(), "error": status.as_u16() }))).into_response()
}

fn fault(kind: FaultKind, _: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ClockSkew => error(StatusCode::UNAUTHORIZED),
        FaultKind::ScopeRemoved => error(StatusCode::FORBIDDEN),
        FaultKind::RateLimited => with_allowance(error(StatusCode::TOO_MANY_REQUESTS), "0.0", "299"),
        FaultKind::ErrorBody => (StatusCode::OK, Json(json!({ "error": "server_error" }))).into_response(),
        FaultKind::RefreshTokenReused => (StatusCode::OK, Json(json!({ "error": "invalid_grant" }))).into_response(),
        _ => error(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Adds the rate-limit headers that every response of Reddit's API carries.
fn with_allowance(mut response: Response, remaining: &'static str, reset: &'static str) -> Response {
    for (name, value) in [("x-ratelimit-used", "1"), ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset)] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// Returns whether the request has Huntaze's `User-Agent`; requests without it are rejected.
fn has_name(headers: &HeaderMap) -> bool {
    headers.get(header::USER_AGENT).is_some_and(|name| name.as_bytes().starts_with(b"web:huntaze"))
}

async fn token(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    if !has_name(&headers) {
        return error(StatusCode::TOO_MANY_REQUESTS);
    }
    PLATFORM.token(state, headers, form).await
}

async fn revoke(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    if !has_name(&headers) {
        return error(StatusCode::TOO_MANY_REQUESTS);
    }
    PLATFORM.revoke(state, headers, form).await
}

async fn me(State(state): State<SandboxState>, headers: HeaderMap) -> Response {
    PLATFORM
        .answer(&state, ("profile", &bearer(&headers)), || {
            let Some(token) = PLATFORM.authenticate(&state, &headers).filter(|_| has_name(&headers)) else {
                return error(StatusCode::UNAUTHORIZED);
            };
            if !token.allows("identity") {
                return error(StatusCode::FORBIDDEN);
            }
            let account = &token.account;
            let me = json!({
                "id": format!("r{:012}", account.number()),
                "name": account.name,
                "total_karma": 4200,
                "created_utc": 1_389_649_907.0,
                "subreddit": { "display_name": format!("u_{}", account.name), "subscribers": account.followers(state.now()) },
                "has_verified_email": true,
            });
            with_allowance(Json(me).into_response(), "598.0", "299")
        })
        .await
}

async fn submitted(State(state): State<SandboxState>, headers: HeaderMap, Path(name): Path<String>) -> Response {
    PLATFORM
        .answer(&state, ("posts", &bearer(&headers)), || {
            let Some(token) = PLATFORM.authenticate(&state, &headers).filter(|_| has_name(&headers)) else {
                return error(StatusCode::UNAUTHORIZED);
            };
            if !token.allows("history") || token.account.name != name {
                return error(StatusCode::FORBIDDEN);
            }
            let child = |post: Post| {
                let id = format!("{:x}{}", token.account.number(), post.number);
                json!({ "kind": "t3", "data": {
                    "id": id,
                    "name": format!("t3_{id}"),
                    "title": post.title,
                    "score": post.likes,
                    "num_comments": post.comments,
                    "view_count": Value::Null,
                    "permalink": format!("/user/{name}/comments/{id}/"),
                    "created_utc": Value::from(post.published_at.timestamp()),
                }})
            };
            let children: Vec<Value> = token.account.posts(state.now()).into_iter().map(child).collect();
            with_allowance(
                Json(json!({ "kind": "Listing", "data": { "after": Value::Null, "children": children } })).into_response(),
                "597.0",
                "298",
            )
        })
        .await
}
