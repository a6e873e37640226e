//! A panic ends its request, not the process.

use std::any::Any;

use axum::response::{IntoResponse, Response};
use huntaze_domain::error::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::ApiError;

/// Answers 500 in the place of a handler that panicked.
pub fn layer() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    CatchPanicLayer::custom(answer)
}

fn answer(panic: Box<dyn Any + Send>) -> Response {
    let message = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = message.unwrap_or_default(), request_id = crate::http::request_id::current(), "a request panicked");
    ApiError::from(ErrorCode::Internal).into_response()
}
