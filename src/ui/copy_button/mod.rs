//! Copies a text. There only once the page is alive: without a script the text is selected by hand.

#[cfg(any(test, feature = "gallery"))]
pub(super) mod stories;

use leptos::prelude::*;

use super::{
    a11y::ScreenReaderOnly,
    button::{Button, ButtonSize},
    toast::{ToastTone, Toaster},
};

/// Copies a text into the clipboard, and says so.
#[component]
pub fn CopyButton(
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What that is, for those who do not see it beside the button.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    let is_alive = RwSignal::new(false);
    Effect::new(move || is_alive.set(true));
    let toaster = use_context::<Toaster>();
    let name = what.clone();
    let copy = move || {
        // The browser may refuse it; the text stays to be selected.
        let _promise = window().navigator().clipboard().write_text(&text.get_untracked());
        if let Some(toaster) = toaster {
            toaster.show(ToastTone::Success, format!("Copied: {name}"));
        }
    };
    view! {
        <span hidden=move || !is_alive.get() data-slot="copy-button">
            <Button size=ButtonSize::Small on:click=move |_| copy()>
                "Copy"
                <ScreenReaderOnly>{format!(" {what}")}</ScreenReaderOnly>
            </Button>
        </span>
    }
}
