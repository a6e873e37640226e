use huntaze_domain::page::{Page, conversation_page};
use leptos::{prelude::*, task::spawn_local};
use web_sys::{Element, Event, KeyboardEvent};

use crate::{
    hooks::{
        document::{closest, focus, select, set_hidden, target},
        events::listen,
        fetch,
        island::island_root,
        parts, storage,
    },
    ui::toast::{self, ToastTone},
};

/// Key of the conversation that the panel of this tab shows.
pub(super) const PANEL_CONVERSATION: &str = "assistant-conversation";
/// Selector of the panel.
pub(super) const PANEL_SELECTOR: &str = "[data-slot=assistant-panel]";
/// Key that is set while the panel is open.
const PANEL_OPEN: &str = "assistant-open";
/// Width from which the panel lies beside the page, so that it can stay open on the next one.
const WIDE: f64 = 960.0;

/// Assistant beside every page but its own. What is in it is loaded when it is first opened: the chat of the assistant's page. A tab
/// remembers its conversation, and on wide screens that the panel is open. `features::assistant::Panel` draws it.
#[island]
pub fn AssistantPanel(
    /// The button that opens the panel, and the panel.
    children: Children,
) -> impl IntoView {
    island_root(children(), |root| {
        let (Some(toggle), Some(panel)) = (select(&root, "[data-slot=assistant-toggle]"), select(&root, PANEL_SELECTOR)) else { return };
        let Some(body) = select(&panel, "[data-slot=panel-body]") else { return };
        let panel = Panel { toggle, aside: panel, body };
        set_hidden(&panel.toggle, false);
        let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
        if width >= WIDE && storage::get(PANEL_OPEN).is_some() {
            // The page keeps the focus.
            panel.show(true);
            panel.load(false);
        }
        let of_keys = panel.clone();
        listen(&root, "click", move |event: Event| panel.on_click(&event));
        listen(&root, "keydown", move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                of_keys.close();
            }
        });
    })
}

#[derive(Clone)]
struct Panel {
    toggle: Element,
    aside: Element,
    body: Element,
}

impl Panel {
    fn on_click(&self, event: &Event) {
        let Some(button) = target(event).and_then(|target| closest(&target, "[data-panel]")) else { return };
        match button.get_attribute("data-panel").as_deref() {
            Some("open") => self.open(),
            Some("close") => self.close(),
            Some("new") => {
                storage::remove(PANEL_CONVERSATION);
                self.load(true);
            }
            // The conversation may have begun since the panel was opened.
            Some("page") => drop(button.set_attribute("href", &address())),
            _ => {}
        }
    }

    fn open(&self) {
        self.show(true);
        storage::set(PANEL_OPEN, "true");
        match select(&self.body, "textarea") {
            Some(area) => drop(focus(&area)),
            None => self.load(true),
        }
    }

    fn close(&self) {
        self.show(false);
        storage::remove(PANEL_OPEN);
        if let Some(opener) = select(&self.toggle, "button") {
            focus(&opener);
        }
    }

    fn show(&self, is_open: bool) {
        set_hidden(&self.toggle, is_open);
        set_hidden(&self.aside, !is_open);
    }

    /// Loads the conversation that this tab shows, or a new one, and focuses the message box if it is wanted.
    fn load(&self, is_focused: bool) {
        let panel = self.clone();
        spawn_local(async move {
            // E.g. an error page in place of the assistant has no chat.
            let chat = parts::load(&address()).await.and_then(|page| parts::part_of(&page, "chat").ok_or_else(fetch::unreachable_server));
            match chat {
                Ok(chat) => {
                    panel.body.replace_children_with_node_1(&chat);
                    parts::hydrate(&chat);
                    if is_focused && !select(&chat, "textarea").is_some_and(|area| focus(&area)) {
                        focus(&panel.aside);
                    }
                }
                Err(error) => toast::show(ToastTone::Danger, &error.message_with_id()),
            }
        });
    }
}

/// Forgets what this tab has shown in the panel.
pub(super) fn forget() {
    storage::remove(PANEL_CONVERSATION);
    storage::remove(PANEL_OPEN);
}

/// Returns the page of the conversation that this tab shows.
fn address() -> String {
    storage::get(PANEL_CONVERSATION).map_or_else(|| Page::Assistant.path().to_owned(), |id| conversation_page(&id))
}
