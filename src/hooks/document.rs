//! Helpers for the document: elements, focus, page visibility and navigation.

use std::rc::Rc;

use huntaze_domain::page::login_page;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

use super::events::listen;

/// Sets `<html data-hydrated>`, by which tests detect that all islands are hydrated.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}

/// Returns the elements below `root` that match the selector.
pub fn select_all(root: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = root.query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

/// Returns the first element below `root` that matches the selector.
pub fn select(root: &Element, selector: &str) -> Option<Element> {
    root.query_selector(selector).ok()?
}

/// Returns the first element of the document that matches the selector.
pub fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok()?
}

/// Returns all elements of the document that match the selector.
pub fn find_all(selector: &str) -> Vec<Element> {
    document().document_element().map(|root| select_all(&root, selector)).unwrap_or_default()
}

/// Shows or hides an element.
pub fn set_hidden(element: &Element, is_hidden: bool) {
    let _ = element.toggle_attribute_with_force("hidden", is_hidden);
}

/// Shows a text in a message box, in its `[data-slot=message]`, or hides the box.
pub fn set_message(message_box: &Element, text: Option<&str>) {
    if let Some(text) = text
        && let Some(line) = select(message_box, "[data-slot=message]")
    {
        line.set_text_content(Some(text));
    }
    set_hidden(message_box, text.is_none());
}

/// Returns the element itself or the nearest one around it that matches the selector.
pub fn closest(element: &Element, selector: &str) -> Option<Element> {
    element.closest(selector).ok()?
}

/// Sets an attribute, or removes it.
pub fn set_or_remove(element: &Element, name: &str, value: Option<&str>) {
    let _ = match value {
        Some(value) => element.set_attribute(name, value),
        None => element.remove_attribute(name),
    };
}

/// Marks a button as working, or as ready. It is not `disabled` meanwhile, because it would lose the focus.
pub fn set_busy(button: &Element, is_busy: bool) {
    for name in ["aria-busy", "aria-disabled", "data-loading"] {
        set_or_remove(button, name, is_busy.then_some("true"));
    }
}

/// Focuses an element. Returns whether it could be focused.
pub fn focus(element: &Element) -> bool {
    let Some(element) = element.dyn_ref::<HtmlElement>() else { return false };
    element.focus().is_ok() && document().active_element().is_some_and(|active| active.is_same_node(Some(element)))
}

/// Returns whether `inner` is `outer` or in it.
pub fn contains(outer: &Element, inner: &Node) -> bool {
    outer.contains(Some(inner))
}

/// Returns the element in which an event happened.
pub fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Returns the path and the query of the current page.
pub fn current_url() -> String {
    let location = window().location();
    format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

/// Replaces the URL of the current page, without loading anything.
pub fn replace_url(url: &str) {
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(url));
    }
}

/// Goes to the sign-in page, which leads back here, because the session has ended.
pub fn go_to_login() {
    navigate(&login_page(&current_url(), true));
}

/// Goes to a page. The current one is loaded again.
pub fn navigate(url: &str) {
    let location = window().location();
    let (page, fragment) = url.split_once('#').map_or((url, None), |(page, fragment)| (page, Some(fragment)));
    if page == current_url() {
        // Setting the same URL with a fragment would only scroll.
        replace_url(&fragment.map_or_else(|| page.to_owned(), |fragment| format!("{page}#{fragment}")));
        let _ = location.reload();
    } else {
        let _ = location.assign(url);
    }
}

/// Runs `work` when the page becomes visible or its window gains focus. Both events may fire, so `work` must be idempotent.
pub fn on_page_visible(work: impl Fn() + 'static) {
    let work = Rc::new(work);
    // Phones fire only `visibilitychange`; switching between windows that are side by side fires only `focus`.
    for event in ["visibilitychange", "focus"] {
        let work = work.clone();
        listen(&window(), event, move |_: web_sys::Event| {
            if !document().hidden() {
                work();
            }
        });
    }
}
