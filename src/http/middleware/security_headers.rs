//! Security headers of all responses.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use huntaze_core::Core;
use leptos::nonce::Nonce;

const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()";
/// Two years, in seconds.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// Sets the headers and creates the nonce for inline scripts.
pub async fn set(State(core): State<Core>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    // The URL contains a token, which must not leak through the `Referer` header.
    let has_token = request.uri().query().is_some_and(|query| query.starts_with("token=") || query.contains("&token="));
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;

    let headers = response.headers_mut();
    insert(headers, header::CONTENT_SECURITY_POLICY, &content_security_policy(&nonce));
    insert(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    insert(headers, header::X_FRAME_OPTIONS, "DENY");
    insert(headers, header::REFERRER_POLICY, if has_token { "no-referrer" } else { "strict-origin-when-cross-origin" });
    insert(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
    insert(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if core.config.app.is_https() {
        insert(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        insert(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}

/// Returns the policy: only same-origin resources. Inline scripts need the nonce, WebAssembly needs `wasm-unsafe-eval`, and style
/// attributes are not allowed.
fn content_security_policy(nonce: &Nonce) -> String {
    // In development, cargo-leptos reloads styles over a WebSocket on another port.
    let reload = if cfg!(debug_assertions) { " ws://127.0.0.1:3001 ws://localhost:3001" } else { "" };
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{reload}; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
