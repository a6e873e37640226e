//! Options whose selection is kept in the URL: a row of links, one of which is marked as current.

#[cfg(any(test, feature = "gallery"))]
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

/// One option. Not the router's `<A>`, which ignores the query when it determines the current page.
#[component]
pub fn SegmentedLink(
    /// Target URL.
    #[prop(into)]
    href: Signal<String>,
    /// Whether this option is the current one.
    #[prop(optional, into)]
    current: Signal<bool>,
    /// Label of the option.
    children: Children,
) -> impl IntoView {
    let current = move || current.get().then_some("true");
    view! { <a href=href class=css::choice aria-current=current data-noscroll="true">{children()}</a> }
}
