//! Helpers for the document: hydration state, focus and page visibility.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Sets `<html data-hydrated>`, which tests and styles use to detect hydration.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

/// Returns a signal that becomes true after hydration. Controls that need JavaScript are hidden until then.
pub fn use_hydrated() -> RwSignal<bool> {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move || is_hydrated.set(true));
    is_hydrated
}

/// Focuses the first element below `root` that matches the selector.
pub fn focus_first(root: &web_sys::Element, selector: &str) {
    let found = root.query_selector(selector).ok().flatten().and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = found {
        let _ = element.focus();
    }
}

/// Focuses the element with this id if the focused element has been removed.
pub fn restore_focus(id: &str) {
    let is_lost = document().active_element().is_none_or(|element| element.tag_name().eq_ignore_ascii_case("body"));
    if is_lost {
        focus_id(id);
    }
}

/// Focuses the element with this id.
pub fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// Runs `work` when the page becomes visible or its window gains focus. Both events may fire, so `work` must be idempotent.
pub fn on_page_visible(work: impl Fn() + Clone + 'static) {
    Effect::new(move || {
        // Phones fire only `visibilitychange`; switching between windows that are side by side fires only `focus`.
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
