use std::time::Duration;

use huntaze_domain::{error::ErrorCode, page::conversation_page};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlInputElement, KeyboardEvent, MouseEvent, SubmitEvent};

use super::{
    assistant_panel::{PANEL_CONVERSATION, PANEL_SELECTOR},
    chat_events::{AGENTS, AgentsEvent, DELTA, DONE, DeltaEvent, DoneEvent},
    chat_view::{ChatView, grow, id_of, text_of},
    validation,
};
use crate::{
    api::assistant::{StartChat, StopChat},
    error::ApiError,
    hooks::{
        document::{closest, go_to_login, on_page_visible, replace_url, select, select_all, set_busy, set_hidden, set_or_remove, target},
        event_source::{EventStream, SseEvent},
        events::{ai_was_used, listen},
        fetch,
        island::island_root,
        parts, storage,
    },
};

/// Delay before the next attempt to reach the server, where the browser does not reconnect automatically.
const AGAIN: Duration = Duration::from_secs(3);

/// What the browser needs of the answer to `POST /api/ai/chat/start`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    conversation_id: String,
    question: StartedMessage,
    answer: StartedMessage,
}

#[derive(Deserialize)]
struct StartedMessage {
    id: String,
    seq: i64,
}

/// A conversation: sends questions, and shows the answers while they are written. The server draws the messages; see
/// `features::assistant::{transcript, composer}` for the attributes by which their parts are found.
#[island]
pub fn AIChatAssistant(
    /// Id of the conversation; empty for a new one.
    conversation_id: String,
    /// Messages, suggestions and the message box.
    children: Children,
) -> impl IntoView {
    island_root(children(), move |root| {
        let is_in_panel = closest(&root, PANEL_SELECTOR).is_some();
        let chat = Chat {
            view: ChatView::new(root),
            id: StoredValue::new(conversation_id),
            replaces: StoredValue::new(String::new()),
            generating: StoredValue::new(None),
            is_sending: StoredValue::new(false),
            version: StoredValue::new(0),
            events: StoredValue::new_local(None),
            is_in_panel,
        };
        chat.start();
    })
}

/// State of a conversation. Copies share the same state.
#[derive(Clone, Copy)]
struct Chat {
    view: ChatView,
    /// Id of the conversation; empty until the server has accepted the first question.
    id: StoredValue<String>,
    /// Id of the question that the message box replaces; empty if it is appended.
    replaces: StoredValue<String>,
    /// Id of the answer that is being generated; None if there is none.
    generating: StoredValue<Option<String>>,
    is_sending: StoredValue<bool>,
    /// Incremented on every change; answers to requests made at an older version are discarded.
    version: StoredValue<u32>,
    events: StoredValue<Option<EventStream>, LocalStorage>,
    /// Whether it is in the panel beside another page.
    is_in_panel: bool,
}

impl Chat {
    fn start(self) {
        let root = self.view.root();
        listen(&root, "submit", move |event: SubmitEvent| self.on_submit(&event));
        listen(&root, "click", move |event: MouseEvent| self.on_click(&event));
        listen(&root, "keydown", move |event: KeyboardEvent| self.on_key(&event));
        self.read_state();
        // The conversation may have continued in another tab or on another device.
        on_page_visible(move || self.refetch_if_idle());
        // An open stream would keep the page out of the back/forward cache.
        listen(&window(), "pagehide", move |_: Event| self.events.set_value(None));
        listen(&window(), "pageshow", move |_: Event| self.refetch_if_shown());
    }

    /// Shows the buttons that can be used now.
    fn sync(self) {
        let is_generating = self.generating.with_value(Option::is_some);
        let is_sending = self.is_sending.get_value();
        let messages = self.view.messages();
        let hide = |selector: &str, is_hidden: bool| {
            if let Some(element) = self.view.element(selector) {
                set_hidden(&element, is_hidden);
            }
        };
        hide("[data-action=stop]", !is_generating);
        hide("[data-slot=enter-hint]", false);
        hide("[data-slot=editing]", self.replaces.with_value(String::is_empty));
        hide("[data-slot=suggestions]", !messages.is_empty());
        hide("[data-part=transcript]", messages.is_empty());
        if let Some(ask) = self.view.element("[data-slot=composer] [type=submit]") {
            set_busy(&ask, is_sending);
            set_or_remove(&ask, "aria-disabled", (is_sending || is_generating).then_some("true"));
        }
        let last = messages.last().map(|message| message.get_attribute("data-message"));
        for message in messages {
            let is_last = last.as_ref() == Some(&message.get_attribute("data-message"));
            for (selector, is_hidden) in [("[data-action=edit]", is_generating), ("[data-action=retry]", is_generating || !is_last)] {
                if let Some(button) = select(&message, selector) {
                    set_hidden(&button, is_hidden);
                }
            }
        }
    }

    /// Reads from the messages whether the newest answer is being generated, and follows it.
    fn read_state(self) {
        let newest = self.view.messages().pop().filter(|message| message.get_attribute("data-state").as_deref() == Some("generating"));
        match newest {
            Some(newest) => {
                let id = newest.get_attribute("data-message").unwrap_or_default();
                let seq = newest.get_attribute("data-seq").unwrap_or_default();
                self.follow(id, &seq);
            }
            None => self.end(),
        }
    }

    /// Nothing is generated any more.
    fn end(self) {
        self.generating.set_value(None);
        self.events.set_value(None);
        self.view.set_disconnected(false);
        self.sync();
    }

    fn on_submit(self, event: &SubmitEvent) {
        let Some(form) = target(event) else { return };
        event.prevent_default();
        if form.get_attribute("data-slot").as_deref() == Some("composer") {
            self.send();
        } else if let Some(question) = select(&form, "[name=message]").and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) {
            self.ask(question.value(), String::new());
        }
    }

    /// Sends the content of the message box.
    fn send(self) {
        let is_valid = self.view.element("[data-slot=composer]").is_some_and(|form| validation::is_valid(&form));
        if let Some(area) = self.view.message_box().filter(|_| is_valid) {
            self.ask(area.value(), self.replaces.get_value());
        }
    }

    fn on_key(self, event: &KeyboardEvent) {
        let is_in_box = target(event).is_some_and(|target| target.tag_name() == "TEXTAREA");
        // Safari reports key code 229 for the key press that ends an IME composition.
        if is_in_box && event.key() == "Enter" && !event.shift_key() && !event.is_composing() && event.key_code() != 229 {
            event.prevent_default();
            self.send();
        }
    }

    fn on_click(self, event: &MouseEvent) {
        let Some(button) = target(event).and_then(|target| closest(&target, "[data-action]")) else { return };
        let message = closest(&button, "[data-message]");
        match (button.get_attribute("data-action").as_deref(), message) {
            (Some("stop"), _) => self.stop(),
            (Some("cancel-edit"), _) => self.put_back("", String::new()),
            (Some("edit"), Some(message)) => self.put_back(&text_of(&message), id_of(&message)),
            (Some("retry"), Some(message)) => self.retry(&id_of(&message)),
            _ => {}
        }
    }

    /// Puts a text into the message box, in place of the question `replaces`.
    fn put_back(self, text: &str, replaces: String) {
        if let Some(area) = self.view.message_box() {
            area.set_value(text);
        }
        self.replaces.set_value(replaces);
        self.sync();
        self.view.focus();
    }

    /// Sends the question that precedes this answer once more; it replaces the old question and everything after it.
    fn retry(self, answer: &str) {
        let messages = self.view.messages();
        let index = messages.iter().position(|message| id_of(message) == answer).unwrap_or_default();
        let question = messages[..index].iter().rfind(|message| message.get_attribute("data-role").as_deref() == Some("user"));
        if let Some(question) = question {
            self.ask(text_of(question), id_of(question));
        }
    }

    /// Sends a question. It replaces the message `replaces` and everything after it, or is appended if that is empty. Does nothing while a
    /// question is being sent or an answer is being generated.
    fn ask(self, message: String, replaces: String) {
        if self.is_sending.get_value() || self.generating.with_value(Option::is_some) {
            return;
        }
        self.next_version();
        self.is_sending.set_value(true);
        self.view.set_problem(None);
        self.sync();
        spawn_local(async move {
            // Id of the newest message the user has seen, so that the server does not replace newer ones.
            let newest = self.view.messages().last().map(id_of).filter(|_| !replaces.is_empty()).unwrap_or_default();
            let fields = [
                ("message", message.as_str()),
                ("conversationId", &self.id.get_value()),
                ("replacesMessageId", &replaces),
                ("lastSeenMessageId", &newest),
            ];
            let started = fetch::post_fields(StartChat::PATH, &fields).await.and_then(|answer| answer.json::<Started>());
            self.is_sending.set_value(false);
            if !self.view.is_connected() {
                // Another conversation is in the panel by now.
                return;
            }
            match started {
                Ok(started) => self.on_started(started, &message, &replaces),
                Err(error) => self.on_refused(&error),
            }
        });
    }

    fn on_refused(self, error: &ApiError) {
        self.sync();
        match error.code {
            ErrorCode::Unauthenticated => go_to_login(),
            // A message was added elsewhere meanwhile. Load it, so that it is shown and its answer can be stopped.
            ErrorCode::Conflict => self.refetch(),
            _ => {}
        }
        let field = error.fields.values().next().cloned();
        self.view.set_problem(Some(&field.unwrap_or_else(|| error.message_with_id())));
    }

    fn on_started(self, started: Started, message: &str, replaces: &str) {
        self.next_version();
        // Keep what the user has typed since.
        if let Some(area) = self.view.message_box().filter(|area| area.value() == message) {
            area.set_value("");
        }
        self.replaces.set_value(String::new());
        if !replaces.is_empty() {
            for obsolete in self.view.messages().into_iter().skip_while(|message| id_of(message) != replaces) {
                obsolete.remove();
            }
        }
        if let Some(question) = self.view.append("question", &started.question.id)
            && let Some(text) = select(&question, "[data-slot=text]")
        {
            text.set_text_content(Some(message.trim()));
        }
        self.view.append("answer", &started.answer.id);
        let is_new = self.id.with_value(|id| *id != started.conversation_id);
        self.id.set_value(started.conversation_id);
        self.follow(started.answer.id, &started.answer.seq.to_string());
        if is_new {
            self.take_address();
        }
        self.view.focus();
    }

    /// Puts the id of a conversation that has just begun where a reload finds it.
    fn take_address(self) {
        let id = self.id.get_value();
        if let Some(field) = self.view.element("[data-slot=composer] [name=conversationId]") {
            let _ = field.set_attribute("value", &id);
        }
        if self.is_in_panel {
            storage::set(PANEL_CONVERSATION, &id);
        } else {
            replace_url(&conversation_page(&id));
            spawn_local(async { drop(parts::refresh("conversation-head conversations").await) });
        }
    }

    /// Stops generating the current answer.
    fn stop(self) {
        self.view.focus();
        spawn_local(async move {
            let id = self.id.get_value();
            if let Err(error) = fetch::post_fields(StopChat::PATH, &[("conversationId", &id)]).await {
                self.on_refused(&error);
            }
        });
    }

    /// Shows an answer while it is generated.
    fn follow(self, answer: String, seq: &str) {
        self.generating.set_value(Some(answer));
        self.sync();
        let url = format!("/api/ai/conversations/{}/stream?after={seq}&format=html", self.id.get_value());
        let events = EventStream::open(&url, &[AGENTS, DELTA, DONE], move |event| match event {
            SseEvent::Message { name, data } => {
                self.view.set_disconnected(false);
                self.on_event(&name, &data);
            }
            SseEvent::Disconnected => self.view.set_disconnected(true),
            // The server refused the stream, e.g. because it stops. Ask for the answer a little later.
            SseEvent::Closed => {
                self.view.set_disconnected(true);
                set_timeout(move || self.refetch_if_shown(), AGAIN);
            }
        });
        self.events.set_value(events);
    }

    fn on_event(self, name: &str, data: &str) {
        if !self.view.is_connected() {
            self.events.set_value(None);
            return;
        }
        match name {
            AGENTS => {
                let Some(AgentsEvent { message_id, author }) = parse(data) else { return };
                if let Some(line) = self.view.message(&message_id).and_then(|message| select(&message, "[data-slot=author]")) {
                    line.set_text_content(Some(&author));
                }
            }
            DELTA => {
                let Some(event) = parse::<DeltaEvent>(data) else { return };
                let Some(message) = self.view.message(&event.message_id) else { return };
                grow(&message, &event);
                self.view.say(&event.spoken);
            }
            DONE => {
                let Some(DoneEvent { message_id, html, spoken }) = parse(data) else { return };
                self.view.say(&spoken);
                self.next_version();
                match self.view.message(&message_id) {
                    Some(message) => {
                        message.set_outer_html(&html);
                        if let Some(message) = self.view.message(&message_id) {
                            parts::hydrate(&message);
                        }
                        self.end();
                    }
                    // The answer was replaced from another tab or device.
                    None => self.refetch(),
                }
                ai_was_used();
                if !self.is_in_panel {
                    spawn_local(async { drop(parts::refresh("conversations").await) });
                }
            }
            _ => {}
        }
    }

    fn refetch_if_shown(self) {
        if self.view.is_shown() {
            self.refetch();
        }
    }

    /// Asks for the messages in case they have changed elsewhere. Does nothing while a question is sent or an answer is shown.
    fn refetch_if_idle(self) {
        if !self.is_sending.get_value() && self.generating.with_value(Option::is_none) {
            self.refetch_if_shown();
        }
    }

    /// Asks for the messages, and follows the newest answer if it is being generated.
    fn refetch(self) {
        self.events.set_value(None);
        let id = self.id.get_value();
        if id.is_empty() {
            return;
        }
        let version = self.next_version();
        spawn_local(async move {
            let page = parts::load(&conversation_page(&id)).await;
            if self.version.get_value() != version || !self.view.is_shown() {
                return;
            }
            // In place of a conversation that cannot be loaded stands an empty one.
            let loaded = page.ok().and_then(|page| parts::part_of(&page, "transcript"));
            match loaded.filter(|loaded| loaded.get_attribute("data-conversation").as_ref() == Some(&id)) {
                Some(loaded) => {
                    self.show(&loaded);
                    self.view.set_disconnected(false);
                    self.read_state();
                }
                // Retry if an answer is being generated; otherwise the next refetch is soon enough.
                None if self.generating.with_value(Option::is_some) => {
                    self.view.set_disconnected(true);
                    set_timeout(move || self.refetch_if_shown(), AGAIN);
                }
                None => {}
            }
        });
    }

    /// Shows the messages as they were loaded, if they are others.
    fn show(self, loaded: &Element) {
        let Some(shown) = self.view.element("[data-part=transcript]") else { return };
        let versions = |list: &Element| {
            let version = |message: Element| (id_of(&message), message.get_attribute("data-state"));
            select_all(list, "[data-message]").into_iter().map(version).collect::<Vec<_>>()
        };
        let is_growing = select(loaded, "[data-state=generating]").is_some();
        if is_growing || versions(&shown) != versions(loaded) {
            parts::replace(&shown, loaded);
        }
        // The question that is being edited may be gone.
        if self.replaces.with_value(|replaced| self.view.message(replaced).is_none()) {
            self.replaces.set_value(String::new());
        }
    }

    fn next_version(self) -> u32 {
        self.version.update_value(|version| *version = version.wrapping_add(1));
        self.version.get_value()
    }
}

fn parse<T: DeserializeOwned>(data: &str) -> Option<T> {
    serde_json::from_str(data).ok()
}
