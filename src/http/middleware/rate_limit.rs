//! Rate limits for all paths. Public endpoints have additional, stricter limits.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use huntaze_core::{
    Core,
    db::accounts::sessions::ActiveSession,
    infra::rate_limiter::{Decision, RateLimit},
};

use crate::{error::ApiError, http::context::ClientIp};

const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// Limits the requests of a client network; see [`ClientIp::network`].
pub async fn per_ip(State(core): State<Core>, request: Request, next: Next) -> Response {
    let rate_limit = RateLimit { name: "ip", limit: core.config.limits.per_ip, window: WINDOW };
    let subject = request.extensions().get::<ClientIp>().map(|ip| ip.network());
    limited(&core, (rate_limit, subject), request, next).await
}

/// Limits the requests of a user; skips requests without a session.
pub async fn per_user(State(core): State<Core>, request: Request, next: Next) -> Response {
    let rate_limit = RateLimit { name: "user", limit: core.config.limits.per_user, window: WINDOW };
    let subject = request.extensions().get::<ActiveSession>().map(|session| session.user.id.to_string());
    limited(&core, (rate_limit, subject), request, next).await
}

async fn limited(core: &Core, (rate_limit, subject): (RateLimit, Option<String>), request: Request, next: Next) -> Response {
    if let Some(subject) = subject
        && let Decision::Limited { retry_after } = core.rate_limiter.hit(rate_limit, &subject).await
    {
        return ApiError::rate_limited(retry_after).into_response();
    }
    next.run(request).await
}
