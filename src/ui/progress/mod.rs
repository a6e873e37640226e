//! Progress bar.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/progress/progress.module.css");

/// Progress bar.
#[component]
pub fn Progress(
    /// Accessible name: what is in progress.
    label: &'static str,
    /// Number of completed units.
    done: u32,
    /// Total number of units; 0 is rendered as 1.
    of: u32,
) -> impl IntoView {
    view! { <progress class=css::root data-slot="progress" aria-label=label value=done max=of.max(1)></progress> }
}
