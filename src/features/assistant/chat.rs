//! Client-side state of a conversation with the assistant: sends questions and receives the answers as a stream of events.

mod speech;

use std::time::Duration;

use huntaze_domain::{
    assistant::chat::{ChatEvent, ChatInput, ChatStarted, Conversation, MessageRole, MessageState, MessageView, title},
    error::ErrorCode,
    ids::{ConversationId, MessageId},
};
use huntaze_texts as texts;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::assistant::{get_conversation, start_chat, stop_chat},
    error::ApiError,
    hooks::{
        document::{focus_id, on_page_visible},
        event_source::{EventStream, SseEvent},
    },
};

/// Names of the server-sent events to subscribe to.
const EVENTS: [&str; 3] = ["agents", "delta", "done"];

/// Delay before the next attempt to reach the server, where the browser does not reconnect automatically.
const AGAIN: Duration = Duration::from_secs(3);

/// A message of the conversation. Its content changes while it is being generated.
#[derive(Clone)]
pub struct Message {
    /// Id of the message.
    pub id: MessageId,
    /// Content received so far.
    pub view: ArcRwSignal<MessageView>,
}

impl From<MessageView> for Message {
    fn from(view: MessageView) -> Self {
        Self { id: view.id, view: ArcRwSignal::new(view) }
    }
}

/// Internal state that is not rendered.
#[derive(Clone, Default)]
struct ChatInternals {
    /// Number of bytes of the newest answer that have been announced to screen readers.
    announced_len: usize,
    /// Id of the conversation that was requested last; empty for a new one.
    wanted: String,
    /// Incremented on every state change; responses to requests made at an older version are discarded.
    version: u32,
}

/// State of a conversation; create it with [`use_chat`]. Copies share the same signals.
#[derive(Clone, Copy)]
pub struct Chat {
    /// Id of the conversation; None until the server has accepted the first question.
    pub id: RwSignal<Option<ConversationId>>,
    /// Title of the conversation; empty for a new one.
    pub title: RwSignal<String>,
    /// Whether another conversation is being loaded.
    pub is_loading: RwSignal<bool>,
    /// Messages, oldest first.
    pub messages: RwSignal<Vec<Message>>,
    /// Content of the message box.
    pub draft: RwSignal<String>,
    /// Id of the question that the draft replaces; None if the draft is appended.
    pub replaces: RwSignal<Option<MessageId>>,
    /// Error of the last request, or None if there is nothing to report.
    pub problem: RwSignal<Option<ApiError>>,
    /// Whether a question is being sent.
    pub is_sending: RwSignal<bool>,
    /// Whether the connection has been lost while an answer is generated.
    pub is_disconnected: RwSignal<bool>,
    /// Text of the live region for screen readers: the newest complete sentences of the answer.
    pub announcement: RwSignal<String>,
    /// Counter that triggers a refetch of the quota and the conversation list: incremented when an answer has completed, and when a
    /// question was accepted in a conversation that is no longer shown.
    pub completed_count: RwSignal<usize>,
    /// Id of the answer that is being generated; None if there is none.
    pub generating: Memo<Option<MessageId>>,
    /// Id of the message box's field, without the prefix `field-`.
    field: &'static str,
    internals: StoredValue<ChatInternals>,
    events: StoredValue<Option<EventStream>>,
}

/// Creates the state of an empty conversation. `field` is the id of the message box's field, without the prefix `field-`.
pub fn use_chat(field: &'static str) -> Chat {
    let messages = RwSignal::new(Vec::<Message>::new());
    let is_generating = |view: &MessageView| view.state == MessageState::Generating;
    let generating = Memo::new(move |_| {
        let newest = messages.with(|messages| messages.last().cloned())?;
        newest.view.with(is_generating).then_some(newest.id)
    });
    let chat = Chat {
        id: RwSignal::new(None),
        title: RwSignal::new(String::new()),
        is_loading: RwSignal::new(false),
        messages,
        draft: RwSignal::new(String::new()),
        replaces: RwSignal::new(None),
        problem: RwSignal::new(None),
        is_sending: RwSignal::new(false),
        is_disconnected: RwSignal::new(false),
        announcement: RwSignal::new(String::new()),
        completed_count: RwSignal::new(0),
        generating,
        field,
        internals: StoredValue::new(ChatInternals::default()),
        events: StoredValue::new(None),
    };
    // Also subscribes to an answer that was already being generated when the page was loaded.
    Effect::new(move || {
        if let Some(message_id) = generating.get() {
            chat.subscribe(message_id);
        } else {
            chat.events.set_value(None);
            chat.is_disconnected.set(false);
        }
    });
    // The conversation may have continued in another tab or on another device.
    on_page_visible(move || chat.refetch_if_idle());
    chat
}

impl Chat {
    /// Shows a loaded conversation, or an empty one. Does nothing if it is already shown, because the local state is newer than the loaded
    /// one.
    pub fn show(self, conversation: Option<Conversation>) {
        let id = conversation.as_ref().map(|conversation| conversation.id);
        if self.id.get_untracked() == id {
            return;
        }
        self.next_version();
        self.replaces.set(None);
        self.problem.set(None);
        let (title, messages) = conversation.map(|conversation| (conversation.title, conversation.messages)).unwrap_or_default();
        self.title.set(title);
        self.id.set(id);
        self.messages.set(messages.into_iter().map(Message::from).collect());
    }

    /// Opens the conversation with this id; an empty id opens a new one.
    pub fn open(self, id: String) {
        let shown = self.id.get_untracked().map(|id| id.to_string()).unwrap_or_default();
        self.internals.update_value(|internals| internals.wanted.clone_from(&id));
        self.is_loading.set(false);
        if shown == id {
            return;
        }
        if id.is_empty() {
            self.show(None);
            return;
        }
        self.is_loading.set(true);
        spawn_local(async move {
            let loaded = get_conversation(id.clone()).await;
            // The user may have opened another conversation meanwhile.
            if self.internals.try_with_value(|internals| internals.wanted == id) != Some(true) {
                return;
            }
            self.is_loading.set(false);
            match loaded {
                Ok(conversation) => self.show(Some(conversation)),
                Err(error) => {
                    self.show(None);
                    self.problem.set(Some(error));
                }
            }
        });
    }

    /// Returns the id of the conversation as text; empty for a new one.
    pub fn id_text(self) -> Signal<String> {
        Signal::derive(move || self.id.get().map(|id| id.to_string()).unwrap_or_default())
    }

    /// Sends the content of the message box.
    pub fn send_draft(self) {
        self.ask(self.draft.get_untracked(), self.replaces.get_untracked());
    }

    /// Focuses the message box in the next animation frame.
    pub fn focus(self) {
        let field = self.field;
        request_animation_frame(move || focus_id(&format!("field-{field}")));
    }

    /// Sends a question. It replaces the message `replaces` and everything after it, or is appended if that is None. Does nothing while a
    /// question is being sent or an answer is being generated.
    pub fn ask(self, message: String, replaces: Option<MessageId>) {
        if self.is_sending.get_untracked() || self.generating.get_untracked().is_some() {
            return;
        }
        self.next_version();
        self.is_sending.set(true);
        self.problem.set(None);
        let asked_in = self.id.get_untracked();
        // Id of the newest message the user has seen, so that the server does not replace newer ones.
        let newest = replaces.and_then(|_| self.messages.with_untracked(|messages| messages.last().map(|newest| newest.id)));
        let input = ChatInput {
            message: message.clone(),
            conversation_id: text(asked_in),
            replaces_message_id: text(replaces),
            last_seen_message_id: text(newest),
        };
        spawn_local(async move {
            let outcome = start_chat(input).await;
            // The component may have been disposed.
            if self.is_sending.try_set(false).is_some() {
                return;
            }
            match outcome {
                // Another conversation is shown by now; only the list of conversations has to be refetched.
                Ok(_) if self.id.get_untracked() != asked_in => self.completed_count.update(|count| *count += 1),
                Ok(started) => self.on_started(started, &message, replaces),
                Err(error) => {
                    // A message was added elsewhere meanwhile. Load it, so that it is shown and its answer can be stopped.
                    if error.code == ErrorCode::Conflict {
                        self.refetch();
                    }
                    self.problem.set(Some(error));
                }
            }
        });
    }

    fn on_started(self, started: ChatStarted, message: &str, replaces: Option<MessageId>) {
        self.next_version();
        // Keep what the user has typed since.
        if self.draft.with_untracked(|draft| draft == message) {
            self.draft.set(String::new());
        }
        self.replaces.set(None);
        if self.id.get_untracked().is_none() {
            self.title.set(title(message).unwrap_or_default());
        }
        self.messages.update(|messages| {
            if let Some(first) = messages.iter().position(|message| Some(message.id) == replaces) {
                messages.truncate(first);
            }
            messages.extend([Message::from(started.question), Message::from(started.answer)]);
        });
        self.id.set(Some(started.conversation_id));
        self.focus();
    }

    /// Sends the question that precedes this answer once more; it replaces the old question and everything after it.
    pub fn retry(self, answer: MessageId) {
        let question = self.messages.with_untracked(|messages| {
            let index = messages.iter().position(|message| message.id == answer)?;
            messages[..index].iter().rfind(|message| message.view.with_untracked(|view| view.role == MessageRole::User)).cloned()
        });
        if let Some(question) = question {
            self.ask(question.view.with_untracked(|view| view.text.clone()), Some(question.id));
        }
    }

    /// Puts a question back into the message box for editing.
    pub fn edit(self, question: &Message) {
        self.draft.set(question.view.with_untracked(|view| view.text.clone()));
        self.replaces.set(Some(question.id));
        self.focus();
    }

    /// Cancels editing and clears the message box.
    pub fn cancel_edit(self) {
        self.replaces.set(None);
        self.draft.set(String::new());
        self.focus();
    }

    /// Starts a new conversation.
    pub fn clear(self) {
        self.show(None);
        self.draft.set(String::new());
        self.focus();
    }

    /// Stops generating the current answer.
    pub fn stop(self) {
        let Some(id) = self.id.get_untracked() else { return };
        self.focus();
        spawn_local(async move {
            if let Err(error) = stop_chat(id.to_string()).await {
                self.problem.try_set(Some(error));
            }
        });
    }

    fn subscribe(self, message_id: MessageId) {
        let (Some(id), Some(message)) = (self.id.get_untracked(), self.find(message_id)) else { return };
        let (after, length) = message.view.with_untracked(|view| (view.seq, view.text.len()));
        self.internals.update_value(|internals| internals.announced_len = length);
        let events = EventStream::open(&format!("/api/ai/conversations/{id}/stream?after={after}"), &EVENTS, move |event| match event {
            SseEvent::Message(data) => {
                self.is_disconnected.try_set(false);
                if let Ok(event) = serde_json::from_str(&data) {
                    self.handle_event(event);
                }
            }
            SseEvent::Disconnected => drop(self.is_disconnected.try_set(true)),
            SseEvent::Closed => self.refetch(),
        });
        self.events.set_value(events);
    }

    fn find(self, id: MessageId) -> Option<Message> {
        self.messages.try_with_untracked(|messages| messages.iter().find(|message| message.id == id).cloned())?
    }

    fn handle_event(self, event: ChatEvent) {
        match event {
            ChatEvent::Agents { message_id, agents } => {
                if let Some(message) = self.find(message_id) {
                    message.view.update(|view| view.agents = agents);
                }
            }
            ChatEvent::Delta { message_id, text } => {
                let Some(message) = self.find(message_id) else { return };
                message.view.update(|view| {
                    view.seq += i64::try_from(text.len()).unwrap_or_default();
                    view.text.push_str(&text);
                });
                if let Some(sentences) = message.view.with_untracked(|view| self.next_sentences(&view.text, false)) {
                    self.announcement.set(sentences);
                }
            }
            ChatEvent::Done { message } => {
                let Some(known) = self.find(message.id) else {
                    // The answer was replaced from another tab or device.
                    self.refetch();
                    return;
                };
                let last: Vec<_> =
                    [self.next_sentences(&message.text, true), texts::assistant::ending(&message)].into_iter().flatten().collect();
                if !last.is_empty() {
                    self.announcement.set(last.join(" "));
                }
                known.view.set(*message);
                self.completed_count.update(|count| *count += 1);
            }
        }
    }

    /// Returns the part of an answer that has not been announced yet and marks it as announced; None if there is none.
    fn next_sentences(self, text: &str, has_ended: bool) -> Option<String> {
        let (sentences, end) = speech::sentences(text, self.internals.with_value(|internals| internals.announced_len), has_ended)?;
        self.internals.update_value(|internals| internals.announced_len = end);
        Some(sentences)
    }

    /// Refetches the conversation in case it has changed elsewhere. Does nothing while a question is being sent or an answer is being
    /// streamed.
    pub fn refetch_if_idle(self) {
        let is_busy = self.is_sending.try_get_untracked() != Some(false) || self.generating.try_get_untracked().flatten().is_some();
        if !is_busy {
            self.refetch();
        }
    }

    /// Refetches the conversation and resubscribes to its answer if one is being generated.
    fn refetch(self) {
        self.events.set_value(None);
        let Some(id) = self.id.get_untracked() else { return };
        let version = self.next_version();
        spawn_local(async move {
            let loaded = get_conversation(id.to_string()).await;
            if !self.is_at(version) {
                return;
            }
            match loaded {
                Ok(conversation) => {
                    self.is_disconnected.set(false);
                    self.update(conversation.messages);
                    if let Some(message_id) = self.generating.get_untracked() {
                        self.schedule(version, move || self.ensure_subscribed(message_id));
                    }
                }
                // The server is unreachable. Retry if an answer is being generated; otherwise the next refetch is soon enough.
                Err(error) if is_passing(error.code) => {
                    if self.generating.get_untracked().is_some() {
                        self.is_disconnected.set(true);
                        self.schedule(version, move || self.refetch());
                    }
                }
                Err(error) => {
                    if error.code == ErrorCode::NotFound {
                        self.show(None);
                    }
                    self.problem.set(Some(error));
                }
            }
        });
    }

    /// Subscribes to the answer if that has not happened yet: the effect in [`use_chat`] subscribes only when the answer's id changes.
    fn ensure_subscribed(self, message_id: MessageId) {
        if self.events.with_value(Option::is_none) && self.generating.get_untracked() == Some(message_id) {
            self.subscribe(message_id);
        }
    }

    fn next_version(self) -> u32 {
        self.internals.update_value(|internals| internals.version = internals.version.wrapping_add(1));
        self.internals.with_value(|internals| internals.version)
    }

    /// Whether the state is still at this version; false if the component has been disposed, too.
    fn is_at(self, version: u32) -> bool {
        self.internals.try_with_value(|internals| internals.version) == Some(version)
    }

    fn schedule(self, version: u32, work: impl FnOnce() + 'static) {
        let work = move || {
            if self.is_at(version) {
                work();
            }
        };
        set_timeout(work, AGAIN);
    }

    /// Replaces the messages with loaded ones. Messages that are already shown keep their signal and are updated in place.
    fn update(self, loaded: Vec<MessageView>) {
        let message = |view: MessageView| match self.find(view.id) {
            Some(known) => {
                if known.view.with_untracked(|known| *known != view) {
                    known.view.set(view);
                }
                known
            }
            None => Message::from(view),
        };
        let messages: Vec<_> = loaded.into_iter().map(message).collect();
        // The question that is being edited may have been deleted; the draft is kept.
        if self.replaces.get_untracked().is_some_and(|replaced| messages.iter().all(|message| message.id != replaced)) {
            self.replaces.set(None);
        }
        let ids = |messages: &[Message]| messages.iter().map(|message| message.id).collect::<Vec<_>>();
        if self.messages.with_untracked(|shown| ids(shown)) != ids(&messages) {
            self.messages.set(messages);
        }
    }
}

/// Whether the request may succeed if it is retried later.
const fn is_passing(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Network | ErrorCode::Unavailable | ErrorCode::RateLimited | ErrorCode::Internal)
}

/// Value of a form field: an id, or nothing.
fn text(id: Option<impl ToString>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}
