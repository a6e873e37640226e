//! Instagram with Instagram Login, as documented at developers.facebook.com ("Instagram API with Instagram Login"): the consent page,
//! tokens, profile, insights and media, under `/instagram`.

mod graph;
mod oauth;

use axum::{
    Router,
    routing::{delete, get, post},
};
use chrono::TimeDelta;

use crate::{fake_platform::FakePlatform, state::SandboxState};

/// Scope for profile and media.
pub const BASIC: &str = "instagram_business_basic";
/// Scope for insights.
pub const INSIGHTS: &str = "instagram_business_manage_insights";

/// Lifetime of a long-lived token.
const LONG_LIFETIME: TimeDelta = TimeDelta::days(60);
/// Minimum age of a long-lived token before it can be refreshed.
const REFRESH_AGE: TimeDelta = TimeDelta::hours(24);

/// The platform. It has no refresh tokens: long-lived access tokens are extended instead.
pub static PLATFORM: FakePlatform = FakePlatform {
    name: "instagram",
    title: "Instagram",
    code_lifetime: TimeDelta::hours(1),
    access_lifetime: TimeDelta::hours(1),
    refresh_lifetime: TimeDelta::zero(),
    rotates_refresh_tokens: false,
    wants_pkce: false,
    redirect_suffix: "#_",
    client_field: "client_id",
    uses_basic: false,
    wants_refresh_token: |_| false,
    token_error: crate::fake_platform::oauth_error,
    fault: graph::fault,
};

/// Returns the routes under `/instagram`.
pub fn router() -> Router<SandboxState> {
    PLATFORM
        .consent()
        .route("/oauth/access_token", post(oauth::exchange_code))
        .route("/graph/access_token", get(oauth::exchange_token))
        .route("/graph/refresh_access_token", get(oauth::refresh_token))
        .route("/graph/v25.0/me", get(graph::profile))
        .route("/graph/v25.0/me/insights", get(graph::insights))
        .route("/graph/v25.0/me/media", get(graph::media))
        .route("/graph/v25.0/{media}/insights", get(graph::media_insights))
        .route("/graph/v25.0/me/permissions", delete(graph::revoke))
}

#[cfg(test)]
mod tests;
