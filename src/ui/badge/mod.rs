//! A word about a state.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

stylance::import_crate_style!(css, "src/ui/badge/badge.module.css");

/// What kind of state it is. The colour only repeats what the word says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BadgeTone {
    /// Neither good nor bad.
    #[default]
    Neutral,
    /// As it should be.
    Success,
    /// Needs attention soon.
    Warning,
    /// Broken.
    Danger,
    /// Something of ours, like "Beta".
    Brand,
}

impl BadgeTone {
    /// For the style.
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

/// A word about a state.
#[component]
pub fn Badge(
    /// What kind of state.
    #[prop(optional)]
    tone: BadgeTone,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! { <span class=css::root data-slot="badge" data-tone=tone.as_str()>{children()}</span> }
}
