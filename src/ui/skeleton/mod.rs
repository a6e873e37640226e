//! Stands where something will be.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

use super::a11y::ScreenReaderOnly;

stylance::import_crate_style!(css, "src/ui/skeleton/skeleton.module.css");

/// Lines in the place of text that is on its way.
#[component]
pub fn Skeleton(
    /// What is being waited for, for screen readers.
    label: &'static str,
    /// How many lines.
    #[prop(default = 3)]
    lines: u8,
) -> impl IntoView {
    view! {
        <div class=css::root role="status" data-slot="skeleton">
            <ScreenReaderOnly>{label}</ScreenReaderOnly>
            {(0..lines).map(|_| view! { <span class=css::line aria-hidden="true"></span> }).collect_view()}
        </div>
    }
}
