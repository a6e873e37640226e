//! Assigns an id to each request, by which errors that users report can be found in the log.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

use crate::http::request_id::{self, RequestId};

/// Response header with the request id.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Assigns a new id to each request. An id sent by the client is ignored.
pub async fn assign(mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().simple().to_string();
    let value = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = request_id::scope(id, next.run(request)).await;
    if let Ok(value) = value {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
