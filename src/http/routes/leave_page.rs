//! The page between us and another site. Browsers let a form lead to our own pages alone, so without JavaScript the way out is a link.

use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

use crate::{
    app::document,
    http::state::AppState,
    pages::leave::{LeavePage, TITLE},
};

/// Draws the page with a link to `target`, without any script.
pub fn render(state: &AppState, target: &str) -> Response {
    let (options, target) = (state.leptos_options.clone(), target.to_owned());
    Html(Owner::new().with(move || document(options, TITLE, view! { <LeavePage target/> }).to_html())).into_response()
}
