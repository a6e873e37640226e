//! No body is larger than a form needs, and none takes for ever to arrive.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, header};
use huntaze_domain::error::ErrorCode;

use crate::{api::earnings::UPLOAD, error::ApiError};

/// Bytes.
pub const LIMIT: usize = 64 * 1024;
const TIMEOUT: Duration = Duration::from_secs(15);

/// The whole body, as the layers inside read it.
#[derive(Debug, Clone)]
pub struct BufferedBody(pub axum::body::Bytes);

/// Answers 413 to what is larger than [`LIMIT`].
pub async fn limit(request: Request, next: Next) -> Response {
    match buffer(request).await {
        Ok(request) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// Reads the body into memory, where [`BufferedBody`] finds it.
///
/// # Errors
/// 413 if it is too large, 400 if it does not arrive.
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

/// Whether the body is a file: the handler takes it in pieces, with a limit and a deadline of its own.
pub fn is_upload(request: &Request) -> bool {
    *request.method() == Method::POST && request.uri().path() == UPLOAD
}

fn is_over_limit(error: &axum::Error) -> bool {
    use std::error::Error;
    error.source().is_some_and(|source| source.to_string().contains("length limit"))
}
