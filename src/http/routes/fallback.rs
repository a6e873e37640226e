//! Fallback handlers for requests that match no route.

use axum::{
    body::Body,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode, Uri};
use huntaze_domain::error::ErrorCode;

use tower::ServiceExt;
use tower_http::services::ServeDir;

use super::pages;
use crate::{error::ApiError, http::state::AppState};

/// Answers 404 as JSON, for paths below `/api`.
pub async fn not_found() -> ApiError {
    ErrorCode::NotFound.into()
}

/// Answers 405, for a path that does not support the method.
pub async fn method_not_allowed() -> ApiError {
    ErrorCode::MethodNotAllowed.into()
}

/// Path of no page. The router of Leptos would find one behind other spellings of its path, such as `/home/.`, which the guards of pages do not know.
const NO_PAGE: &str = "/not-found";

/// Serves a static file, or the not-found page if there is none.
pub async fn file_or_not_found(state: State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return ApiError::from(ErrorCode::NotFound).into_response();
    }
    let (mut parts, _) = request.into_parts();
    let file = Request::from_parts(parts.clone(), Body::empty());
    let files = ServeDir::new(&*state.assets.options.site_root).append_index_html_on_directories(false);
    match files.oneshot(file).await {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => response.into_response(),
        _ => {
            parts.uri = Uri::from_static(NO_PAGE);
            pages::show(state, Request::from_parts(parts, Body::empty())).await
        }
    }
}
