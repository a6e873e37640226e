//! Checks the fields of forms against the rules that the server has drawn, and shows their errors:
//!
//! | attribute | of | meaning |
//! |---|---|---|
//! | `data-error-for="{name}"` | paragraph | takes the error of a field |
//! | `required`, `minlength`, `pattern`, `type`, `data-max-length`, `data-max-bytes` | field | rules of the field |
//! | `data-missing`, `data-too-short`, `data-too-long`, `data-invalid` | field | what to say if one is broken |

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};

use crate::hooks::document::{closest, focus, select, select_all, set_or_remove, target};

/// Attribute of a field with a warning that another island has set.
pub(super) const WARNING: &str = "data-warning";

/// Checks all fields and marks those whose rules are broken. Focuses the first of them.
pub(super) fn is_valid(form: &Element) -> bool {
    let mut is_valid = true;
    for field in fields(form) {
        let problem = broken_rule(&field);
        if problem.is_some() && is_valid {
            focus(&field);
            is_valid = false;
        }
        set_error(&field, problem.or_else(|| warning(&field)).as_deref());
    }
    is_valid
}

/// Checks one field when it loses the focus and is not empty, or while it is typed in if it is marked as invalid.
pub(super) fn check_changed(event: &Event, only_if_marked: bool) {
    let Some(field) = target(event).filter(|field| value(field).is_some()) else { return };
    let is_marked = field.has_attribute("aria-invalid");
    let is_empty = value(&field).is_none_or(|value| value.is_empty());
    if is_marked || !(only_if_marked || is_empty) {
        set_error(&field, broken_rule(&field).or_else(|| warning(&field)).as_deref());
    }
}

/// Returns the warning that another island has set on a field. The form can be sent nevertheless.
fn warning(field: &Element) -> Option<String> {
    field.get_attribute(WARNING)
}

fn fields(form: &Element) -> Vec<Element> {
    select_all(form, "input:not([type=hidden]), textarea, select")
}

/// Returns the value of a field; empty for a checkbox that is not checked, None for other elements.
pub(super) fn value(field: &Element) -> Option<String> {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return Some(if input.type_() == "checkbox" && !input.checked() { String::new() } else { input.value() });
    }
    if let Some(area) = field.dyn_ref::<HtmlTextAreaElement>() {
        return Some(area.value());
    }
    field.dyn_ref::<HtmlSelectElement>().map(HtmlSelectElement::value)
}

/// Returns what to say about the first broken rule of a field.
fn broken_rule(field: &Element) -> Option<String> {
    let say = |name: &str| field.get_attribute(name);
    let number = |name: &str| field.get_attribute(name).and_then(|number| number.parse::<usize>().ok());
    let value = value(field)?;
    let is_password = field.get_attribute("autocomplete").is_some_and(|token| token.ends_with("password"));
    if value.is_empty() || !is_password && value.trim().is_empty() {
        return if field.has_attribute("required") { say("data-missing") } else { None };
    }
    // As the server, which trims all but passwords.
    let length = if is_password { value.chars().count() } else { value.trim().chars().count() };
    if number("minlength").is_some_and(|least| length < least) {
        return say("data-too-short");
    }
    if number("data-max-length").is_some_and(|most| length > most) {
        return say("data-too-long");
    }
    let input = field.dyn_ref::<HtmlInputElement>()?;
    let validity = input.validity();
    if validity.type_mismatch() || validity.pattern_mismatch() {
        return say("data-invalid");
    }
    let size = input.files().and_then(|files| files.get(0)).map(|file| file.size());
    #[expect(clippy::cast_precision_loss, reason = "limits of files are far below 2^53")]
    let is_too_large = number("data-max-bytes").zip(size).is_some_and(|(most, size)| size > most as f64);
    if is_too_large { say("data-too-long") } else { None }
}

/// Shows the error of a field, or none. Returns whether the field has a line for it.
pub(super) fn set_error(field: &Element, problem: Option<&str>) -> bool {
    let name = field.get_attribute("name").unwrap_or_default();
    let name = name.trim_end_matches("[]");
    let around = closest(field, "[data-slot=field]");
    let within = around.clone().or_else(|| closest(field, "form"));
    if let Some(around) = around {
        let _ = around.set_attribute("data-invalid", if problem.is_some() { "true" } else { "false" });
    }
    let Some(line) = within.and_then(|within| select(&within, &format!("[data-error-for=\"{name}\"]"))) else { return false };
    // Not compared with the text itself, which the browser may have translated.
    let is_said = match problem {
        Some(_) => line.get_attribute("data-said").as_deref() == problem,
        None => line.text_content().unwrap_or_default().is_empty(),
    };
    if !is_said {
        line.set_text_content(problem);
        set_or_remove(&line, "data-said", problem);
    }
    let error_id = line.id();
    let others = field.get_attribute("aria-describedby").unwrap_or_default();
    let others = others.split_whitespace().filter(|id| *id != error_id);
    let described_by: Vec<_> = problem.map(|_| error_id.as_str()).into_iter().chain(others).collect();
    set_or_remove(field, "aria-describedby", Some(described_by.join(" ")).filter(|ids| !ids.is_empty()).as_deref());
    set_or_remove(field, "aria-invalid", problem.map(|_| "true"));
    true
}
