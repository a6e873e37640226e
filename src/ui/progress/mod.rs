//! How far something has come.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/progress/progress.module.css");

/// A bar that fills up.
#[component]
pub fn Progress(
    /// What it is of.
    label: &'static str,
    /// So far.
    done: u32,
    /// In all.
    of: u32,
) -> impl IntoView {
    view! { <progress class=css::root data-slot="progress" aria-label=label value=done max=of.max(1)></progress> }
}
