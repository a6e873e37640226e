//! Rate limits for all paths. Public endpoints have additional, stricter limits.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use http::{HeaderMap, HeaderName, HeaderValue};
use huntaze_core::{
    Core,
    db::accounts::sessions::ActiveSession,
    infra::rate_limiter::{Decision, RateLimit, seconds},
};

use crate::{error::ApiError, http::context::ClientIp};

const WINDOW: TimeDelta = TimeDelta::minutes(1);

// draft-ietf-httpapi-ratelimit-headers-10. Each layer adds its own limit; several headers are one list.
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// Limits the requests of a client network; see [`ClientIp::network`].
pub async fn per_ip(State(core): State<Core>, request: Request, next: Next) -> Response {
    let rate_limit = RateLimit::new("ip", core.config.limits.per_ip, WINDOW);
    let subject = request.extensions().get::<ClientIp>().map(|ip| ip.network());
    limited(&core, (rate_limit, subject), request, next).await
}

/// Limits the requests of a user; skips requests without a session.
pub async fn per_user(State(core): State<Core>, request: Request, next: Next) -> Response {
    let rate_limit = RateLimit::new("user", core.config.limits.per_user, WINDOW);
    let subject = request.extensions().get::<ActiveSession>().map(|session| session.user.id.to_string());
    limited(&core, (rate_limit, subject), request, next).await
}

async fn limited(core: &Core, (rate_limit, subject): (RateLimit, Option<String>), request: Request, next: Next) -> Response {
    let Some(subject) = subject else { return next.run(request).await };
    let is_api = request.uri().path().starts_with("/api/");
    let decision = core.rate_limiter.hit(rate_limit, &subject).await;
    let mut response = match decision.allowed() {
        Ok(()) => next.run(request).await,
        Err(retry_after) => {
            metrics::counter!("rate_limited_total", "limit" => rate_limit.name).increment(1);
            ApiError::rate_limited(retry_after).into_response()
        }
    };
    if is_api {
        describe(response.headers_mut(), rate_limit, decision);
    }
    response
}

/// Tells a client of the API what is left of a limit, and in how many seconds it is whole again.
fn describe(headers: &mut HeaderMap, RateLimit { name, quota, .. }: RateLimit, decision: Decision) {
    let policy = format!("\"{name}\";q={};w={}", quota.limit, quota.window.num_seconds());
    let state = format!("\"{name}\";r={};t={}", decision.remaining, seconds(decision.reset));
    for (header, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(header, value);
        }
    }
}
