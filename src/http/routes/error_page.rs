//! Error page for errors that occur before a page is rendered.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    app::document,
    error::ApiError,
    http::state::AppState,
    pages::error::{ErrorPage, title_of},
    render::to_html,
};

/// Renders the error with its status. The page contains no script, so that it works whatever has failed.
pub fn render(state: &AppState, error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let title = title_of(error);
    let html = to_html(|| document(&state.assets, title, view! { <ErrorPage error=error.clone()/> }));
    (status, Html(html)).into_response()
}
