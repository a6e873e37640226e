//! What is drawn of a conversation: finds its elements, and changes them.

use huntaze_texts::assistant::WRITING;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};

use super::chat_events::DeltaEvent;
use crate::hooks::document::{closest, focus, select, select_all, set_hidden, set_message};

/// The element around a conversation. Copies share it.
#[derive(Clone, Copy)]
pub(super) struct ChatView {
    root: StoredValue<Element, LocalStorage>,
}

impl ChatView {
    /// Returns the view of the conversation in `root`.
    pub(super) fn new(root: Element) -> Self {
        Self { root: StoredValue::new_local(root) }
    }

    /// Returns the element around the conversation.
    pub(super) fn root(self) -> Element {
        self.root.get_value()
    }

    /// Returns the first element of the conversation that matches the selector.
    pub(super) fn element(self, selector: &str) -> Option<Element> {
        select(&self.root.get_value(), selector)
    }

    /// Returns the messages, oldest first.
    pub(super) fn messages(self) -> Vec<Element> {
        select_all(&self.root.get_value(), "[data-message]")
    }

    /// Returns the message with this id.
    pub(super) fn message(self, id: &str) -> Option<Element> {
        self.element(&format!("[data-message=\"{id}\"]"))
    }

    /// Returns the field in which questions are written.
    pub(super) fn message_box(self) -> Option<HtmlTextAreaElement> {
        self.element("[data-slot=composer] textarea")?.dyn_into().ok()
    }

    /// Whether the conversation is still on the page.
    pub(super) fn is_connected(self) -> bool {
        self.root.get_value().is_connected()
    }

    /// Whether the conversation is still on the page, and the panel around it open.
    pub(super) fn is_shown(self) -> bool {
        let root = self.root.get_value();
        root.is_connected() && closest(&root, "[hidden]").is_none()
    }

    /// Focuses the message box.
    pub(super) fn focus(self) {
        if let Some(area) = self.message_box() {
            focus(&area);
        }
    }

    /// Says what went wrong, or nothing.
    pub(super) fn set_problem(self, problem: Option<&str>) {
        // The error of a question that was posted without JavaScript.
        if let Some(earlier) = self.element("[data-error-of]") {
            set_hidden(&earlier, true);
        }
        if let Some(alert) = self.element("[data-slot=chat-problem]") {
            set_message(&alert, problem);
        }
    }

    /// Says whether the connection has been lost while an answer is generated.
    pub(super) fn set_disconnected(self, is_disconnected: bool) {
        if let Some(alert) = self.element("[data-slot=chat-disconnected]") {
            set_hidden(&alert, !is_disconnected);
        }
    }

    /// Adds a message that the server has drawn without its content.
    pub(super) fn append(self, template: &str, id: &str) -> Option<Element> {
        let html = self.element(&format!("template[data-template={template}]"))?.inner_html();
        let list = self.element("[data-part=transcript]")?;
        let _ = list.insert_adjacent_html("beforeend", &html);
        let message = list.last_element_child()?;
        let _ = message.set_attribute("data-message", id);
        Some(message)
    }

    /// Announces a text to screen readers.
    pub(super) fn say(self, spoken: &str) {
        if let Some(line) = self.element("[data-slot=chat-status]").filter(|_| !spoken.is_empty()) {
            line.set_text_content(Some(spoken));
        }
    }
}

/// Returns the id of a message.
pub(super) fn id_of(message: &Element) -> String {
    message.get_attribute("data-message").unwrap_or_default()
}

/// Returns the text of a question.
pub(super) fn text_of(message: &Element) -> String {
    select(message, "[data-slot=text]").and_then(|text| text.text_content()).unwrap_or_default()
}

/// Adds the complete blocks of an answer and replaces the one that is growing.
pub(super) fn grow(message: &Element, event: &DeltaEvent) {
    let (Some(finished), Some(growing)) = (select(message, "[data-slot=finished]"), select(message, "[data-slot=growing]")) else { return };
    if event.is_start {
        finished.set_inner_html(&event.finished);
    } else if !event.finished.is_empty() {
        let _ = finished.insert_adjacent_html("beforeend", &event.finished);
    }
    growing.set_inner_html(&event.growing);
    if let Some(hint) = select(message, "[data-slot=state]") {
        hint.set_text_content(Some(WRITING));
    }
}
