//! Button that copies a text. Hidden until hydration; without JavaScript the user selects the text instead.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

use super::{
    a11y::VisuallyHidden,
    button::{Button, ButtonSize},
    toast::{ToastTone, Toaster},
};

/// Button that copies a text to the clipboard and shows a toast.
#[component]
pub fn CopyButton(
    /// Text to copy.
    #[prop(into)]
    text: Signal<String>,
    /// Describes the text, for screen readers and for the toast.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move || is_hydrated.set(true));
    let toaster = use_context::<Toaster>();
    let name = what.clone();
    let copy = move || {
        // The browser may reject the call; the text can still be selected manually.
        let _promise = window().navigator().clipboard().write_text(&text.get_untracked());
        if let Some(toaster) = toaster {
            toaster.show(ToastTone::Success, format!("Copied: {name}"));
        }
    };
    view! {
        <span hidden=move || !is_hydrated.get() data-slot="copy-button">
            <Button size=ButtonSize::Small on:click=move |_| copy()>
                "Copy"
                <VisuallyHidden>{format!(" {what}")}</VisuallyHidden>
            </Button>
        </span>
    }
}
