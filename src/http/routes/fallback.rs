//! Where nothing else answers.

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

/// Under `/api`: 404 as JSON.
pub async fn unknown_endpoint() -> ApiError {
    ErrorCode::NotFound.into()
}

/// The path exists, the verb does not.
pub async fn wrong_verb() -> ApiError {
    ErrorCode::MethodNotAllowed.into()
}

/// Elsewhere: a file of the site, or the page that says that there is none.
pub async fn file_or_not_found(state: State<AppState>, uri: Uri, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::from(ErrorCode::NotFound).into_response();
    }
    leptos_axum::file_and_error_handler_with_context(provide_request_context, shell)(uri, state, request).await
}
