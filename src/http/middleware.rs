//! Middleware. The order of the layers is defined in `router.rs`.

pub mod accept_json;
pub mod body_limit;
pub mod client_ip;
pub mod csrf;
pub mod etag;
pub mod html_forms;
pub mod idempotency;
pub mod login_guard;
pub mod overload;
pub mod panic_guard;
pub mod path_guard;
pub mod rate_limit;
pub mod request_id;
pub mod request_log;
pub mod request_metrics;
pub mod security_headers;
pub mod session;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::error::ApiError;

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&self)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // For the middleware that renders error pages for browsers.
        response.extensions_mut().insert(self);
        response
    }
}

/// Whether the client accepts HTML: a browser's page load or form post, not a script.
fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().windows(9).any(|part| part == b"text/html"))
}
