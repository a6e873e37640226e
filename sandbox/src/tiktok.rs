//! TikTok, Login Kit for web and Display API v2 (developers.tiktok.com), under `/tiktok`.

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    accounts::{Account, Post},
    fake_platform::{FakePlatform, bearer, field},
    state::{FaultKind, SandboxState},
};

/// Maximum page size of the video list.
const PAGE: usize = 20;

/// The platform. Refresh tokens are valid for 180 days and rotate.
static PLATFORM: FakePlatform = FakePlatform {
    name: "tiktok",
    title: "TikTok",
    code_lifetime: TimeDelta::minutes(10),
    access_lifetime: TimeDelta::hours(2),
    refresh_lifetime: TimeDelta::days(180),
    rotates_refresh_tokens: true,
    wants_pkce: false,
    redirect_suffix: "",
    client_field: "client_key",
    uses_basic: false,
    wants_refresh_token: |_| true,
    token_error: crate::fake_platform::oauth_error,
    fault,
};

/// Returns the routes under `/tiktok`.
pub fn router() -> Router<SandboxState> {
    PLATFORM
        .consent()
        .route("/api/v2/oauth/token/", post(token))
        .route("/api/v2/oauth/revoke/", post(revoke))
        .route("/api/v2/user/info/", get(user_info))
        .route("/api/v2/video/list/", post(video_list))
}

fn answer(data: &Value, code: &str) -> Value {
    json!({ "data": data, "error": { "code": code, "message": "", "log_id": "sandbox" } })
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, Json(answer(&json!({}), code))).into_response()
}

fn fault(kind: FaultKind, _: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ClockSkew => error(StatusCode::UNAUTHORIZED, "access_token_invalid"),
        FaultKind::RefreshTokenReused => crate::fake_platform::oauth_error(StatusCode::BAD_REQUEST, "invalid_grant"),
        FaultKind::ScopeRemoved => error(StatusCode::UNAUTHORIZED, "scope_not_authorized"),
        FaultKind::RateLimited => error(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded"),
        FaultKind::ErrorBody => error(StatusCode::OK, "internal_error"),
        _ => error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error"),
    }
}

async fn token(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    PLATFORM.token(state, headers, form).await
}

async fn revoke(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    PLATFORM.revoke(state, headers, form).await
}

/// Returns the requested profile fields; a field whose scope was not granted fails the whole request.
async fn user_info(State(state): State<SandboxState>, headers: HeaderMap, Query(query): Query<Vec<(String, String)>>) -> Response {
    PLATFORM
        .answer(&state, ("profile", &bearer(&headers)), || {
            let Some(token) = PLATFORM.authenticate(&state, &headers) else {
                return error(StatusCode::UNAUTHORIZED, "access_token_invalid");
            };
            let mut user = json!({});
            for name in field(&query, "fields").split(',') {
                let (scope, value) = match name {
                    "open_id" => ("user.info.basic", Value::from(format!("open-{:012}", token.account.number()))),
                    "display_name" => ("user.info.basic", Value::from(token.account.name.clone())),
                    "username" => ("user.info.profile", Value::from(token.account.name.clone())),
                    "follower_count" => ("user.info.stats", Value::from(token.account.followers(state.now()))),
                    _ => return error(StatusCode::BAD_REQUEST, "invalid_params"),
                };
                if !token.allows(scope) {
                    return error(StatusCode::UNAUTHORIZED, "scope_not_authorized");
                }
                user[name] = value;
            }
            Json(answer(&json!({ "user": user }), "ok")).into_response()
        })
        .await
}

#[derive(Deserialize)]
struct PageAsked {
    max_count: usize,
    #[serde(default)]
    cursor: usize,
}

async fn video_list(State(state): State<SandboxState>, headers: HeaderMap, Json(asked): Json<PageAsked>) -> Response {
    PLATFORM
        .answer(&state, ("posts", &bearer(&headers)), || {
            let Some(token) = PLATFORM.authenticate(&state, &headers) else {
                return error(StatusCode::UNAUTHORIZED, "access_token_invalid");
            };
            if !token.allows("video.list") {
                return error(StatusCode::UNAUTHORIZED, "scope_not_authorized");
            }
            if asked.max_count > PAGE {
                return error(StatusCode::BAD_REQUEST, "invalid_params");
            }
            let posts = token.account.posts(state.now());
            let end = asked.cursor + asked.max_count;
            let has_more = end < posts.len();
            let page = posts.into_iter().skip(asked.cursor).take(asked.max_count).map(|post| video(&token.account, &post));
            let page: Vec<Value> = page.collect();
            Json(answer(&json!({ "videos": page, "cursor": end, "has_more": has_more }), "ok")).into_response()
        })
        .await
}

fn video(account: &Account, post: &Post) -> Value {
    let id = format!("7{:012}{}", account.number(), post.number);
    json!({
        "share_url": format!("https://www.tiktok.com/@{}/video/{id}", account.name),
        "id": id,
        "title": "",
        "video_description": post.title,
        "create_time": post.published_at.timestamp(),
        "view_count": post.views,
        "like_count": post.likes,
        "comment_count": post.comments,
        "share_count": post.shares,
    })
}
