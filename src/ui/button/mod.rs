//! Buttons, and links that look like buttons.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;
mod types;

use leptos::prelude::*;

pub use types::{ButtonSize, ButtonType, ButtonVariant};

stylance::import_crate_style!(css, "src/ui/button/button.module.css");

/// Button that triggers an action. Use at most one `Primary` button per screen. Islands mark it as busy (`hooks::document::set_busy`) or disabled
/// (`aria-disabled`).
#[component]
pub fn Button(
    /// Visual weight.
    #[prop(optional)]
    variant: ButtonVariant,
    /// Height.
    #[prop(optional)]
    size: ButtonSize,
    /// Behaviour within a form.
    #[prop(optional)]
    kind: ButtonType,
    /// Whether the button takes the full width of its container.
    #[prop(optional)]
    full: bool,
    /// Label while the form that it submits is on its way; None keeps the label.
    #[prop(optional)]
    busy: Option<&'static str>,
    /// Label.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=kind.as_str()
            class=css::root
            data-slot="button"
            data-variant=variant.as_str()
            data-size=size.as_str()
            data-full=full.to_string()
            data-busy=busy
        >
            <span class=css::spinner aria-hidden="true"></span>
            <span data-slot="label">{children()}</span>
        </button>
    }
}

/// Link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Target URL.
    #[prop(into)]
    href: String,
    /// Visual weight.
    #[prop(optional)]
    variant: ButtonVariant,
    /// Height.
    #[prop(optional)]
    size: ButtonSize,
    /// Whether the link takes the full width of its container.
    #[prop(optional)]
    full: bool,
    /// Label.
    children: Children,
) -> impl IntoView {
    view! {
        <a
            href=href
            class=css::root
            data-slot="button"
            data-variant=variant.as_str()
            data-size=size.as_str()
            data-full=full.to_string()
        >
            {children()}
        </a>
    }
}
