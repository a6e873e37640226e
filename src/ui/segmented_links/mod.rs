//! Options whose selection is kept in the URL: a row of links, one of which is marked as current.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/segmented_links/segmented_links.module.css");

/// Row of links.
#[component]
pub fn SegmentedLinks(
    /// Accessible name of the row: what is being selected.
    label: &'static str,
    /// One [`SegmentedLink`] for each option.
    children: Children,
) -> impl IntoView {
    view! { <nav aria-label=label class=css::root data-slot="segmented-links">{children()}</nav> }
}

/// One option.
#[component]
pub fn SegmentedLink(
    /// Target URL.
    #[prop(into)]
    href: String,
    /// Whether this option is the current one.
    #[prop(optional)]
    current: bool,
    /// Label of the option.
    children: Children,
) -> impl IntoView {
    view! { <a href=href class=css::choice aria-current=current.then_some("true")>{children()}</a> }
}
