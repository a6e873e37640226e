//! Converts panics of request handlers into 500 responses.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use huntaze_domain::error::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::ApiError;

/// Answers 500 if a handler panics.
pub fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(answer)
}

fn answer(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = message.unwrap_or_default(), "request handler panicked");
    ApiError::from(ErrorCode::Internal).into_response()
}
