//! Interstitial page with a link to another site. The Content-Security-Policy restricts form targets to this site, so a form posted without
//! JavaScript cannot be redirected to another one.

use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

use crate::{
    app::document,
    http::state::AppState,
    pages::external_link::{ExternalLinkPage, TITLE},
    render::to_html,
};

/// Renders the page with a link to `target`, without any script.
pub fn render(state: &AppState, target: &str) -> Response {
    Html(to_html(|| document(&state.assets, TITLE, view! { <ExternalLinkPage target=target.to_owned()/> }))).into_response()
}
