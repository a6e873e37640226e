//! Error page for errors that occur before a page is rendered.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    app::document,
    error::ApiError,
    http::state::AppState,
    pages::error::{ErrorPage, title_of},
};

/// Renders the error with its status. The page contains no script, so that it works whatever has failed.
pub fn render(state: &AppState, error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (options, error) = (state.leptos_options.clone(), error.clone());
    let html = Owner::new().with(move || document(options, title_of(&error), view! { <ErrorPage error/> }).to_html());
    (status, Html(html)).into_response()
}
