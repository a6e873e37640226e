//! Parts of a page that are drawn again by the server: elements with `data-part="{name}"`, once per page.

use huntaze_domain::error::ErrorCode;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, DomParser, Element, FocusOptions, HtmlElement, HtmlInputElement, HtmlTextAreaElement, SupportedType};

use super::{
    document::{contains, current_url, find, focus, go_to_login, select, select_all},
    fetch,
};
use crate::{error::ApiError, nonce};

/// Asks for the current page once more and replaces the parts with these names, separated by spaces. Everything else of the page stays as
/// it is, with what is typed there.
///
/// # Errors
/// The page cannot be loaded, or has no longer one of the parts, for instance because of an error in its place. Such a part stays as it is.
pub async fn refresh(names: &str) -> Result<(), ApiError> {
    let page = load(&current_url()).await?;
    let mut outcome = Ok(());
    for name in names.split_whitespace() {
        match (find(&selector(name)), part_of(&page, name)) {
            (Some(old), Some(new)) => replace(&old, &new),
            (Some(_), None) => outcome = Err(ErrorCode::Unavailable.into()),
            (None, _) => {}
        }
    }
    outcome
}

/// Loads the page at `url`.
///
/// # Errors
/// The page cannot be loaded. If the session has ended, the sign-in page follows.
pub async fn load(url: &str) -> Result<Document, ApiError> {
    let answer = fetch::get_page(url).await?;
    if answer.is_redirected {
        // Only the login guard redirects from pages.
        go_to_login();
        return Err(ErrorCode::Unauthenticated.into());
    }
    let parser = DomParser::new().map_err(|_| fetch::unreachable_server())?;
    let page = parser.parse_from_string(&answer.body, SupportedType::TextHtml).map_err(|_| fetch::unreachable_server())?;
    remove_nonces(&page);
    Ok(page)
}

/// Removes what is there for browsers without JavaScript: the nonces of forms, which also are others in each copy of a page.
pub fn remove_nonces(page: &Document) {
    let Some(root) = page.document_element() else { return };
    for field in select_all(&root, &format!("[name={}]", nonce::FIELD)) {
        field.remove();
    }
    for form in select_all(&root, &format!("form[action*=\"&{}=\"]", nonce::FIELD)) {
        let action = form.get_attribute("action").unwrap_or_default();
        let without = action.split(&format!("&{}=", nonce::FIELD)).next().unwrap_or_default();
        let _ = form.set_attribute("action", without);
    }
}

/// Returns a part of a loaded page.
pub fn part_of(page: &Document, name: &str) -> Option<Element> {
    page.query_selector(&selector(name)).ok()?
}

fn selector(name: &str) -> String {
    format!("[data-part=\"{name}\"]")
}

/// Replaces an element by one of another document, and keeps the focus and what is typed in it.
pub fn replace(old: &Element, new: &Element) {
    if old.is_equal_node(Some(new)) {
        return;
    }
    keep_typed(old, new);
    let focused = document().active_element().filter(|active| contains(old, active)).map(|active| active.id());
    let _ = old.replace_with_with_node_1(new);
    hydrate(new);
    if let Some(id) = focused {
        restore_focus(new, &id);
    }
}

/// Carries over texts that were changed, and disclosures that were opened. They are found by their ids.
fn keep_typed(old: &Element, new: &Element) {
    let twin = |element: &Element| Some(element.id()).filter(|id| !id.is_empty()).and_then(|id| select(new, &format!("[id=\"{id}\"]")));
    for field in select_all(old, "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=file])") {
        let (Some(typed), Some(twin)) = (changed_value(&field), twin(&field)) else { continue };
        if let Some(area) = twin.dyn_ref::<HtmlTextAreaElement>() {
            area.set_value(&typed);
        } else if let Some(input) = twin.dyn_ref::<HtmlInputElement>() {
            input.set_value(&typed);
        }
    }
    for details in select_all(old, "details[open]") {
        if let Some(twin) = twin(&details) {
            let _ = twin.set_attribute("open", "");
        }
    }
}

/// Returns the value of a field if it is not as the server has drawn it.
fn changed_value(field: &Element) -> Option<String> {
    let (value, drawn) = if let Some(area) = field.dyn_ref::<HtmlTextAreaElement>() {
        (area.value(), area.default_value().ok()?)
    } else {
        let input = field.dyn_ref::<HtmlInputElement>()?;
        (input.value(), input.default_value())
    };
    (value != drawn).then_some(value)
}

/// Focuses what has taken the place of the focused element: the one with the same id, else the heading of the part, else the page.
fn restore_focus(part: &Element, id: &str) {
    let same = document().get_element_by_id(id).filter(|element| !id.is_empty() && contains(part, element));
    let is_found = same.or_else(|| select(part, "[tabindex=\"-1\"]")).is_some_and(|element| focus(&element));
    if let Some(main) = find("main").filter(|_| !is_found).and_then(|main| main.dyn_into::<HtmlElement>().ok()) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = main.focus_with_options(&options);
    }
}

/// Hydrates the islands in an element that was added to the page. The loader of the page provides the function.
pub fn hydrate(root: &Element) {
    let Ok(hydrate) = js_sys::Reflect::get(&window(), &JsValue::from_str("__hydrateIsland")) else { return };
    let Some(hydrate) = hydrate.dyn_ref::<js_sys::Function>() else { return };
    for island in select_all(root, "leptos-island") {
        let _ = hydrate.call1(&JsValue::NULL, &island);
    }
}
