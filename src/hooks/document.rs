//! The page itself: who may touch it, and how.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Tells tests and styles that the page is alive: `<html data-hydrated>`.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

/// Whether the page is alive: what needs a script is hidden before.
pub fn use_alive() -> RwSignal<bool> {
    let is_alive = RwSignal::new(false);
    Effect::new(move || is_alive.set(true));
    is_alive
}

/// Moves the focus to the first match below `root`.
pub fn focus_first(root: &web_sys::Element, selector: &str) {
    let found = root.query_selector(selector).ok().flatten().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = found {
        let _ = element.focus();
    }
}

/// Gives the focus to the element with this id if what had it is gone.
pub fn keep_focus(id: &str) {
    let is_lost = document().active_element().is_none_or(|element| element.tag_name().eq_ignore_ascii_case("body"));
    if is_lost {
        focus_id(id);
    }
}

/// Moves the focus to the element with this id.
pub fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Does something each time the creator comes back to the page from another tab or window. It may happen twice.
pub fn on_return(work: impl Fn() + Clone + 'static) {
    Effect::new(move || {
        // On a phone the one, where windows stand side by side the other.
        let listeners = ["visibilitychange", "focus"].map(|event| {
            let work = work.clone();
            window_event_listener_untyped(event, move |_| {
                if !document().hidden() {
                    work();
                }
            })
        });
        on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    });
}
