//! Fallback handlers for requests that match no route.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, Uri};
use huntaze_domain::error::ErrorCode;

use crate::{
    app::shell,
    error::ApiError,
    http::{context::provide_request_context, state::AppState},
};

/// Answers 404 as JSON, for paths below `/api`.
pub async fn not_found() -> ApiError {
    ErrorCode::NotFound.into()
}

/// Answers 405, for a path that does not support the method.
pub async fn method_not_allowed() -> ApiError {
    ErrorCode::MethodNotAllowed.into()
}

/// Serves a static file, or the not-found page if there is none.
pub async fn file_or_not_found(state: State<AppState>, uri: Uri, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::from(ErrorCode::NotFound).into_response();
    }
    leptos_axum::file_and_error_handler_with_context(provide_request_context, shell)(uri, state, request).await
}
