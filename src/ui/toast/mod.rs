//! Temporary messages. The page has one live region in which they appear, so that screen readers announce them.

#[cfg(all(feature = "ssr", any(test, feature = "gallery")))]
pub(super) mod stories;

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

stylance::import_crate_style!(css, "src/ui/toast/toast.module.css");

/// Time until a toast disappears; long enough to read two lines.
const STAYS: Duration = Duration::from_secs(8);

/// Kind of message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToastTone {
    /// An action succeeded.
    #[default]
    Success,
    /// An action failed.
    Danger,
}

impl ToastTone {
    /// Returns the value of the `data-tone` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Danger => "danger",
        }
    }
}

/// Shows a message in the live region of the page, and removes it after a few seconds.
pub fn show(tone: ToastTone, text: &str) {
    let Some(toast) = add() else { return };
    let _ = toast.set_attribute("data-tone", tone.as_str());
    if let Ok(Some(line)) = toast.query_selector("p") {
        line.set_text_content(Some(text));
    }
    let of_button = toast.clone();
    let close = Closure::<dyn FnMut()>::new(move || of_button.remove());
    if let Ok(Some(button)) = toast.query_selector("button") {
        let _ = button.add_event_listener_with_callback("click", close.as_ref().unchecked_ref());
    }
    set_timeout(
        move || {
            toast.remove();
            drop(close);
        },
        STAYS,
    );
    uncover_focused();
}

/// Scrolls what has the focus above the toast; `scroll-padding` keeps the distance. Not the whole content, which may have the focus, too.
fn uncover_focused() {
    let is_control = |active: &Element| active.matches("a, button, input, select, summary, textarea").unwrap_or_default();
    if let Some(active) = document().active_element().filter(is_control) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        active.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Adds a toast, as the server has drawn it.
fn add() -> Option<Element> {
    let region = document().query_selector("[data-slot=toast-region]").ok()??;
    let template = region.query_selector("template").ok()??;
    region.insert_adjacent_html("beforeend", &template.inner_html()).ok()?;
    region.last_element_child()
}

/// Live region that contains the toasts; once on a page.
#[component]
pub fn ToastRegion() -> impl IntoView {
    view! {
        <div class=css::region role="status" aria-live="polite" data-slot="toast-region">
            <template><Toast tone=ToastTone::Success text=""/></template>
        </div>
    }
}

/// One toast with a button that closes it.
#[component]
pub fn Toast(
    /// Kind of message.
    tone: ToastTone,
    /// Text of the message.
    text: &'static str,
) -> impl IntoView {
    view! {
        <div class=css::toast data-slot="toast" data-tone=tone.as_str()>
            <p>{text}</p>
            <button type="button" class=css::close aria-label="Close message">"×"</button>
        </div>
    }
}
