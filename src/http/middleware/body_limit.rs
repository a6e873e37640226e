//! Limits the size of request bodies and the time they take to arrive.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, header};
use huntaze_domain::{earnings::UPLOAD_PATH, error::ErrorCode};

use crate::error::ApiError;

/// Maximum size of a request body in bytes. Uploads have their own limit.
pub const LIMIT: usize = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(15);

/// The complete request body, in the request extensions.
#[derive(Debug, Clone)]
pub struct BufferedBody(pub axum::body::Bytes);

/// Answers 413 to bodies larger than [`LIMIT`].
pub async fn limit(request: Request, next: Next) -> Response {
    match buffer(request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Reads the body into memory and stores it as [`BufferedBody`] in the request extensions. Skips safe methods, uploads and bodies that are
/// already buffered.
///
/// # Errors
/// 413 if the body is too large, 400 if it is incomplete or takes too long.
pub async fn buffer(request: Request) -> Result<Request, ApiError> {
    if request.extensions().get::<BufferedBody>().is_some() || request.method().is_safe() || is_upload(&request) {
        return Ok(request);
    }
    let (mut parts, body) = request.into_parts();
    let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LIMIT as u64) {
        return Err(ErrorCode::PayloadTooLarge.into());
    }
    let bytes = match tokio::time::timeout(TIMEOUT, to_bytes(body, LIMIT)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if is_over_limit(&error) => return Err(ErrorCode::PayloadTooLarge.into()),
        _ => return Err(ApiError::new(ErrorCode::InvalidInput, "The request did not arrive whole.")),
    };
    parts.extensions.insert(BufferedBody(bytes.clone()));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Whether the request is a file upload. Its handler reads the body as a stream, with its own size limit and timeout.
pub fn is_upload(request: &Request) -> bool {
    *request.method() == Method::POST && request.uri().path() == UPLOAD_PATH
}

fn is_over_limit(error: &axum::Error) -> bool {
    use std::error::Error;
    error.source().is_some_and(|source| source.to_string().contains("length limit"))
}
