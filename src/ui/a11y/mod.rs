//! For those who do not see the screen or do not use a mouse.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/a11y/a11y.module.css");

/// The id of the one `<main>` of a page.
pub const MAIN_ID: &str = "main";

/// First on every page: jumps over what all pages have in common.
#[component]
pub fn SkipLink() -> impl IntoView {
    view! { <a href=format!("#{MAIN_ID}") class=css::skip rel="external" data-slot="skip-link">"Skip to main content"</a> }
}

/// Read out, but not drawn.
#[component]
pub fn ScreenReaderOnly(
    /// The text.
    children: Children,
) -> impl IntoView {
    view! { <span class=css::hidden data-slot="screen-reader-only">{children()}</span> }
}
