//! Refuses paths that the router of the pages cannot read.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::error::{ApiError, ErrorCode};

/// `leptos_router` panics on a path that starts with `//`.
pub async fn refuse_double_slash(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("//") {
        return ApiError::new(ErrorCode::InvalidInput, "This address is not valid.").into_response();
    }
    next.run(request).await
}
