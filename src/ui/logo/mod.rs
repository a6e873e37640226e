//! Logo with the product name.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/logo/logo.module.css");

/// Logo as a link.
#[component]
pub fn Logo(
    /// Target URL.
    #[prop(into)]
    href: String,
) -> impl IntoView {
    view! {
        <a href=href class=css::root data-slot="logo">
            <svg class=css::mark viewBox="0 0 24 24" aria-hidden="true" focusable="false">
                <path d="M4 20V4h4v6h8V4h4v16h-4v-6H8v6z" fill="currentColor"/>
            </svg>
            <span translate="no">"Huntaze"</span>
        </a>
    }
}
