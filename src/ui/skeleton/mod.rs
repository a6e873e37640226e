//! Placeholder for content that is being loaded.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

use super::a11y::VisuallyHidden;

stylance::import_crate_style!(css, "src/ui/skeleton/skeleton.module.css");

/// Placeholder lines for text that is being loaded.
#[component]
pub fn Skeleton(
    /// Description of the loading content, for screen readers.
    label: &'static str,
    /// Number of placeholder lines.
    #[prop(default = 3)]
    lines: u8,
) -> impl IntoView {
    view! {
        <div class=css::root role="status" data-slot="skeleton">
            <VisuallyHidden>{label}</VisuallyHidden>
            {(0..lines).map(|_| view! { <span class=css::line aria-hidden="true"></span> }).collect_view()}
        </div>
    }
}
