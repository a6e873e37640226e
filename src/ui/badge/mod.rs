//! Short label for a status.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/badge/badge.module.css");

/// Kind of status. The colour only repeats what the label says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BadgeTone {
    /// Neither good nor bad.
    #[default]
    Neutral,
    /// Everything is in order.
    Success,
    /// Needs attention soon.
    Warning,
    /// An error.
    Danger,
    /// A marker of the product, such as "Beta".
    Brand,
}

impl BadgeTone {
    /// Returns the value of the `data-tone` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
            Self::Brand => "brand",
        }
    }
}

/// Short label for a status.
#[component]
pub fn Badge(
    /// Kind of status.
    #[prop(optional)]
    tone: BadgeTone,
    /// Text of the label.
    children: Children,
) -> impl IntoView {
    view! { <span class=css::root data-slot="badge" data-tone=tone.as_str()>{children()}</span> }
}
