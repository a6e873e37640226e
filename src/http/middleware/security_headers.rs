//! Security headers of all responses.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

use crate::{assets::Assets, http::state::AppState};

const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";
/// Two years, in seconds.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Sets the headers.
pub async fn set(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // The URL contains a token, which must not leak through the `Referer` header.
    let has_token = request.uri().query().is_some_and(|query| query.starts_with("token=") || query.contains("&token="));
    let mut response = next.run(request).await;

    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, state.content_security_policy.clone());
    let referrer = if has_token { "no-referrer" } else { "strict-origin-when-cross-origin" };
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, referrer),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.core.config.app.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Returns the policy: same-origin resources only. Inline scripts are allowed by hash (`Assets::script_hashes`). WebAssembly needs
/// `wasm-unsafe-eval`; style attributes are not allowed.
pub fn content_security_policy(assets: &Assets) -> HeaderValue {
    let (script, reload) = if assets.is_watched {
        // In development, cargo-leptos adds a script that reloads styles over a WebSocket on another port.
        ("'unsafe-inline'", " ws://127.0.0.1:3001 ws://localhost:3001")
    } else {
        (assets.script_hashes.as_str(), "")
    };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' {script}; style-src 'self'; img-src 'self' data:; connect-src 'self'{reload}; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
