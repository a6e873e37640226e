//! YouTube: Google OAuth, Data API v3 and Analytics API v2 (developers.google.com), under `/youtube`.

use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    accounts::{Account, Post},
    fake_platform::{FakePlatform, bearer, field},
    state::{FaultKind, SandboxState},
};

const READONLY: &str = "https://www.googleapis.com/auth/youtube.readonly";
const ANALYTICS: &str = "https://www.googleapis.com/auth/yt-analytics.readonly";
/// Delay before the metrics of a complete day become available.
const LAG: TimeDelta = TimeDelta::days(1);

/// The platform. A refresh token is issued only with `access_type=offline` and `prompt=consent`.
static PLATFORM: FakePlatform = FakePlatform {
    name: "youtube",
    title: "YouTube",
    code_lifetime: TimeDelta::minutes(10),
    access_lifetime: TimeDelta::hours(1),
    refresh_lifetime: TimeDelta::zero(),
    rotates_refresh_tokens: false,
    wants_pkce: true,
    redirect_suffix: "",
    client_field: "client_id",
    uses_basic: false,
    wants_refresh_token: |query| field(query, "access_type") == "offline" && field(query, "prompt") == "consent",
    token_error: crate::fake_platform::oauth_error,
    fault,
};

/// Returns the routes under `/youtube`.
pub fn router() -> Router<SandboxState> {
    PLATFORM
        .consent()
        .route("/oauth/token", post(token))
        .route("/oauth/revoke", post(revoke))
        .route("/data/channels", get(channels))
        .route("/data/playlistItems", get(playlist_items))
        .route("/data/videos", get(videos))
        .route("/analytics/reports", get(reports))
}

fn error(status: StatusCode, reason: &str) -> Response {
    let code = status.as_u16();
    let body =
        json!({ "error": { "code": code, "message": reason, "errors": [{ "message": reason, "domain": "youtube", "reason": reason }] } });
    (status, Json(body)).into_response()
}

fn fault(kind: FaultKind, _: DateTime<Utc>) -> Response {
    match kind {
        FaultKind::Expired | FaultKind::Revoked | FaultKind::ClockSkew => error(StatusCode::UNAUTHORIZED, "authError"),
        FaultKind::RefreshTokenReused => crate::fake_platform::oauth_error(StatusCode::BAD_REQUEST, "invalid_grant"),
        FaultKind::ScopeRemoved => error(StatusCode::FORBIDDEN, "insufficientPermissions"),
        FaultKind::RateLimited => error(StatusCode::FORBIDDEN, "quotaExceeded"),
        FaultKind::ErrorBody => {
            let mut response = error(StatusCode::SERVICE_UNAVAILABLE, "backendError");
            *response.status_mut() = StatusCode::OK;
            response
        }
        _ => error(StatusCode::INTERNAL_SERVER_ERROR, "backendError"),
    }
}

async fn token(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    PLATFORM.token(state, headers, form).await
}

async fn revoke(State(state): State<SandboxState>, headers: HeaderMap, Form(form): Form<Vec<(String, String)>>) -> Response {
    PLATFORM.revoke(state, headers, form).await
}

type Fields = Query<Vec<(String, String)>>;

/// Runs `work` if the access token is valid and has the scope; otherwise returns an error.
async fn with_scope(
    state: &SandboxState,
    headers: &HeaderMap,
    (endpoint, scope): (&'static str, &str),
    work: impl FnOnce(&Account) -> Response,
) -> Response {
    PLATFORM
        .answer(state, (endpoint, &bearer(headers)), || match PLATFORM.authenticate(state, headers) {
            None => error(StatusCode::UNAUTHORIZED, "authError"),
            Some(token) if !token.allows(scope) => error(StatusCode::FORBIDDEN, "insufficientPermissions"),
            Some(token) => work(&token.account),
        })
        .await
}

fn channel_id(account: &Account) -> String {
    format!("UC{:012}", account.number())
}

fn video_id(account: &Account, post: &Post) -> String {
    format!("v{:x}-{}", account.number(), post.number)
}

async fn channels(State(state): State<SandboxState>, headers: HeaderMap) -> Response {
    with_scope(&state, &headers, ("profile", READONLY), |account| {
        let followers = account.followers(state.now());
        let channel = json!({
            "id": channel_id(account),
            "snippet": { "title": account.name, "customUrl": format!("@{}", account.name) },
            "contentDetails": { "relatedPlaylists": { "likes": "", "uploads": format!("UU{:012}", account.number()) } },
            // YouTube rounds down to three significant figures; here, to hundreds.
            "statistics": { "viewCount": "1", "subscriberCount": (followers / 100 * 100).to_string(), "hiddenSubscriberCount": false },
        });
        Json(json!({ "kind": "youtube#channelListResponse", "items": [channel] })).into_response()
    })
    .await
}

async fn playlist_items(State(state): State<SandboxState>, headers: HeaderMap) -> Response {
    with_scope(&state, &headers, ("uploads", READONLY), |account| {
        let item = |post: Post| json!({ "contentDetails": { "videoId": video_id(account, &post) } });
        let items: Vec<Value> = account.posts(state.now()).into_iter().map(item).collect();
        Json(json!({ "kind": "youtube#playlistItemListResponse", "items": items })).into_response()
    })
    .await
}

async fn videos(State(state): State<SandboxState>, headers: HeaderMap, Query(query): Fields) -> Response {
    with_scope(&state, &headers, ("posts", READONLY), |account| {
        let wanted: Vec<_> = field(&query, "id").split(',').collect();
        if wanted.len() > 50 {
            return error(StatusCode::BAD_REQUEST, "invalidParameter");
        }
        let posts = account.posts(state.now()).into_iter().filter(|post| wanted.contains(&video_id(account, post).as_str()));
        let video = |post: Post| {
            json!({
                "id": video_id(account, &post),
                "snippet": { "title": post.title, "defaultAudioLanguage": "en", "publishedAt": post.published_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true) },
                "statistics": { "viewCount": post.views.to_string(), "likeCount": post.likes.to_string(), "commentCount": post.comments.to_string() },
            })
        };
        let items: Vec<Value> = posts.map(video).collect();
        Json(json!({ "kind": "youtube#videoListResponse", "items": items })).into_response()
    })
    .await
}

/// Returns one row for each day; the newest days are not available yet (see [`LAG`]).
async fn reports(State(state): State<SandboxState>, headers: HeaderMap, Query(query): Fields) -> Response {
    with_scope(&state, &headers, ("insights", ANALYTICS), |account| {
        let date = |name: &str| field(&query, name).parse::<NaiveDate>().ok();
        let (Some(start), Some(end)) = (date("startDate"), date("endDate")) else { return error(StatusCode::BAD_REQUEST, "invalid") };
        if field(&query, "metrics") != "views,likes,comments,shares" || field(&query, "dimensions") != "day" || end < start {
            return error(StatusCode::BAD_REQUEST, "invalid");
        }
        let newest = (state.now() - LAG).date_naive();
        let row = |day: NaiveDate| {
            let interactions = account.interactions(day);
            let (comments, shares) = (interactions / 10, interactions / 20);
            json!([day.to_string(), account.views(day), interactions - comments - shares, comments, shares])
        };
        let rows: Vec<Value> = start.iter_days().take_while(|day| *day <= end && *day < newest).map(row).collect();
        let header = |name: &str, kind: &str| json!({ "name": name, "columnType": kind, "dataType": if kind == "METRIC" { "INTEGER" } else { "STRING" } });
        let mut headers = vec![header("day", "DIMENSION")];
        headers.extend(["views", "likes", "comments", "shares"].map(|name| header(name, "METRIC")));
        Json(json!({ "kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": rows })).into_response()
    })
    .await
}
