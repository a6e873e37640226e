//! Normalizes paths before they reach the page router.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use huntaze_domain::error::ErrorCode;

use crate::error::ApiError;

/// Answers 400 to paths that start with `//`, on which `leptos_router` panics. Redirects paths with a trailing slash, because the router
/// treats `/home/` as `/home`, but the other layers do not.
pub async fn redirect_to_canonical(request: Request, next: Next) -> Response {
    let (path, query) = (request.uri().path(), request.uri().query());
    if path.starts_with("//") {
        return ApiError::new(ErrorCode::InvalidInput, "This address is not valid.").into_response();
    }
    if path.len() > 1 && path.ends_with('/') && request.method().is_safe() {
        let path = path.trim_end_matches('/');
        return Redirect::permanent(&query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"))).into_response();
    }
    next.run(request).await
}
