//! Buttons, and links that look like them.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;
mod types;

use leptos::prelude::*;

pub use types::{ButtonSize, ButtonType, ButtonVariant};

stylance::import_crate_style!(css, "src/ui/button/button.module.css");

/// Triggers an action. Use one `Primary` per screen.
#[component]
pub fn Button(
    /// How much the button stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// What it does in a form.
    #[prop(optional)]
    kind: ButtonType,
    /// Takes the full width of its container.
    #[prop(optional)]
    full: bool,
    /// Cannot be used.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Shows that it works, and ignores clicks.
    #[prop(optional, into)]
    loading: Signal<bool>,
    /// The label.
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
            // Stays focusable while it works: losing the focus would lose a keyboard user's place.
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

/// Leads to another page and looks like a button.
#[component]
pub fn ButtonLink(
    /// Where to.
    #[prop(into)]
    href: String,
    /// How much it stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall it is.
    #[prop(optional)]
    size: ButtonSize,
    /// Takes the full width of its container.
    #[prop(optional)]
    full: bool,
    /// Loads the page from the server: for addresses that the router in the browser does not know.
    #[prop(optional)]
    external: bool,
    /// The label.
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
