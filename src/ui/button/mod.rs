//! Buttons, and links that look like buttons.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;
mod types;

use leptos::prelude::*;

pub use types::{ButtonSize, ButtonType, ButtonVariant};

stylance::import_crate_style!(css, "src/ui/button/button.module.css");

/// Button that triggers an action. Use at most one `Primary` button per screen.
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
    /// Whether the button ignores clicks and is marked with `aria-disabled`.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Whether the action is in progress: shows a spinner and ignores clicks.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// Label.
    children: Children,
) -> impl IntoView {
    let inactive = move || disabled.get() || loading.get();
    view! {
        <button
            type=kind.as_str()
            class=css::root
            data-slot="button"
            data-variant=variant.as_str()
            data-size=size.as_str()
            data-full=full.to_string()
            data-loading=move || loading.get().to_string()
            // The button is not `disabled` while it loads, because keyboard users would lose the focus.
            aria-busy=move || loading.get().to_string()
            aria-disabled=move || inactive().then_some("true")
            on:click=move |event| {
                if inactive() {
                    event.prevent_default();
                    event.stop_immediate_propagation();
                }
            }
        >
            <span class=css::spinner aria-hidden="true"></span>
            <span>{children()}</span>
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
    /// Whether to bypass the client-side router, for URLs that it does not know.
    #[prop(optional)]
    external: bool,
    /// Label.
    children: Children,
) -> impl IntoView {
    view! {
        <a
            href=href
            rel=external.then_some("external")
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
