//! Interstitial page with a link to another site. The Content-Security-Policy restricts form targets to this site, so a form posted without
//! JavaScript cannot be redirected to another one.

use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

use crate::{
    app::document,
    http::state::AppState,
    pages::external_link::{ExternalLinkPage, TITLE},
};

/// Renders the page with a link to `target`, without any script.
pub fn render(state: &AppState, target: &str) -> Response {
    let (options, target) = (state.leptos_options.clone(), target.to_owned());
    Html(Owner::new().with(move || document(options, TITLE, view! { <ExternalLinkPage target/> }).to_html())).into_response()
}
