//! Names each request, so that what a user sees can be found in the log.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

use crate::http::request_id;

/// Where the answer carries the id.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A new id for each request; one that a client sends is ignored.
pub async fn assign(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    let value = HeaderValue::from_str(&id);
    let mut response = request_id::scope(id, next.run(request)).await;
    if let Ok(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
