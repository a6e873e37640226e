//! Components for screen readers and keyboard users.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/a11y/a11y.module.css");

/// DOM id of the page's only `<main>` element.
pub const MAIN_ID: &str = "main";

/// Link that skips the header and navigation; the first element of every page.
#[component]
pub fn SkipLink() -> impl IntoView {
    view! { <a href=format!("#{MAIN_ID}") class=css::skip data-slot="skip-link">"Skip to main content"</a> }
}

/// Text that is read by screen readers but not visible.
#[component]
pub fn VisuallyHidden(
    /// The hidden text.
    children: Children,
) -> impl IntoView {
    view! { <span class=css::hidden data-slot="visually-hidden">{children()}</span> }
}
