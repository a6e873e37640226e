//! Keeps paths away that the router of the pages reads in its own way.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use huntaze_domain::error::ErrorCode;

use crate::error::ApiError;

/// `leptos_router` panics on a path that starts with `//`; and it reads `/home/` as `/home`, which no other layer does: one address for
/// each page.
pub async fn one_address(request: Request, next: Next) -> Response {
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
