//! A conversation with the assistant that is going on: what is asked leaves, and what is answered arrives piece by piece.

mod speech;

use std::time::Duration;

use huntaze_domain::{
    ai::chat::{AnswerState, ChatEvent, ChatInput, ChatStarted, Conversation, MessageView, Speaker, title},
    error::ErrorCode,
};
use leptos::{prelude::*, task::spawn_local};
use uuid::Uuid;

use super::{
    document::{focus_id, on_return},
    event_source::{Events, Heard},
};
use crate::{
    api::ai::{get_conversation, start_chat, stop_chat},
    error::ApiError,
};

/// The events that are listened to.
const EVENTS: [&str; 3] = ["agents", "text", "done"];

/// Between two attempts to find the server again, where the browser does not try.
const AGAIN: Duration = Duration::from_secs(3);

/// A message, which may still grow.
#[derive(Clone)]
pub struct Message {
    /// Ours.
    pub id: Uuid,
    /// What there is of it.
    pub view: ArcRwSignal<MessageView>,
}

impl From<MessageView> for Message {
    fn from(view: MessageView) -> Self {
        Self { id: view.id, view: ArcRwSignal::new(view) }
    }
}

/// What is not drawn.
#[derive(Clone, Default)]
struct Course {
    /// Bytes of the newest answer that were spoken.
    spoken: usize,
    /// The conversation that was last gone to.
    wanted: String,
    /// Grows with each change of what is shown: what was asked for before one, and comes after it, is not shown any more.
    version: u32,
}

/// A conversation; create it with [`use_chat`].
#[derive(Clone, Copy)]
pub struct Chat {
    /// Which; none was begun yet.
    pub id: RwSignal<Option<Uuid>>,
    /// What it is called.
    pub title: RwSignal<String>,
    /// Whether another one is on its way.
    pub is_loading: RwSignal<bool>,
    /// What was said, the oldest first.
    pub messages: RwSignal<Vec<Message>>,
    /// What is being typed.
    pub draft: RwSignal<String>,
    /// The question that it takes the place of.
    pub replaces: RwSignal<Option<Uuid>>,
    /// Why the question did not leave.
    pub problem: RwSignal<Option<ApiError>>,
    /// Whether the question is on its way.
    pub is_sending: RwSignal<bool>,
    /// Whether the connection is lost while an answer arrives.
    pub is_lost: RwSignal<bool>,
    /// The newest whole sentences, for those who listen.
    pub spoken: RwSignal<String>,
    /// How many answers have ended.
    pub answered: RwSignal<usize>,
    /// The answer that is being written.
    pub writing: Memo<Option<Uuid>>,
    /// The id of the field in which questions are typed.
    field: &'static str,
    course: StoredValue<Course>,
    events: StoredValue<Option<Events>>,
}

/// A conversation in which nothing was said yet; questions are typed in the field with this id.
pub fn use_chat(field: &'static str) -> Chat {
    let messages = RwSignal::new(Vec::<Message>::new());
    let is_writing = |view: &MessageView| view.state == AnswerState::Writing;
    let writing = Memo::new(move |_| {
        let newest = messages.with(|messages| messages.last().cloned())?;
        newest.view.with(is_writing).then_some(newest.id)
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
        is_lost: RwSignal::new(false),
        spoken: RwSignal::new(String::new()),
        answered: RwSignal::new(0),
        writing,
        field,
        course: StoredValue::new(Course::default()),
        events: StoredValue::new(None),
    };
    // Also an answer that was being written when the page was loaded.
    Effect::new(move || {
        if let Some(message_id) = writing.get() {
            chat.follow(message_id);
        } else {
            chat.events.set_value(None);
            chat.is_lost.set(false);
        }
    });
    // It may have gone on in another tab, or on another device.
    on_return(move || chat.look_again());
    chat
}

impl Chat {
    /// Shows a conversation as it was loaded, or an empty one. Of one that is shown already, what is here is newer.
    pub fn show(self, conversation: Option<Conversation>) {
        let loaded = conversation.unwrap_or_else(|| Conversation { id: Uuid::nil(), title: String::new(), messages: Vec::new() });
        let id = Some(loaded.id).filter(|id| !id.is_nil());
        if self.id.get_untracked() == id {
            return;
        }
        self.next_version();
        self.replaces.set(None);
        self.problem.set(None);
        self.title.set(loaded.title);
        self.id.set(id);
        self.messages.set(loaded.messages.into_iter().map(Message::from).collect());
    }

    /// Goes to a conversation by its number; empty is a new one.
    pub fn go_to(self, id: String) {
        let shown = self.id.get_untracked().map(|id| id.to_string()).unwrap_or_default();
        self.course.update_value(|course| course.wanted.clone_from(&id));
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
            // Another one may be wanted by now.
            if self.course.try_with_value(|course| course.wanted == id) != Some(true) {
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

    /// Its number; empty where none was begun.
    pub fn id_text(self) -> Signal<String> {
        Signal::derive(move || self.id.get().map(|id| id.to_string()).unwrap_or_default())
    }

    /// Asks what is typed.
    pub fn send_draft(self) {
        self.ask(self.draft.get_untracked(), self.replaces.get_untracked());
    }

    /// Gives the focus to the field in which questions are typed.
    pub fn focus(self) {
        let field = self.field;
        request_animation_frame(move || focus_id(&format!("field-{field}")));
    }

    /// Asks a question, in the place of one of before with all that came after it, or after everything.
    pub fn ask(self, message: String, replaces: Option<Uuid>) {
        if self.is_sending.get_untracked() || self.writing.get_untracked().is_some() {
            return;
        }
        self.next_version();
        self.is_sending.set(true);
        self.problem.set(None);
        let asked_in = self.id.get_untracked();
        let text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        // What came after it and was never seen is not replaced.
        let newest = replaces.and_then(|_| self.messages.with_untracked(|messages| messages.last().map(|newest| newest.id)));
        let input = ChatInput { message: message.clone(), conversation_id: text(asked_in), replaces: text(replaces), newest: text(newest) };
        spawn_local(async move {
            let outcome = start_chat(input).await;
            // The page may be gone.
            if self.is_sending.try_set(false).is_some() {
                return;
            }
            match outcome {
                // Another conversation is looked at by now: this one is in the list.
                Ok(_) if self.id.get_untracked() != asked_in => self.answered.update(|answered| *answered += 1),
                Ok(started) => self.begun(started, &message, replaces),
                Err(error) => {
                    // Something was said there meanwhile: it is shown, and can be stopped.
                    if error.code == ErrorCode::Conflict {
                        self.load_again();
                    }
                    self.problem.set(Some(error));
                }
            }
        });
    }

    fn begun(self, started: ChatStarted, message: &str, replaces: Option<Uuid>) {
        self.next_version();
        // What was typed meanwhile stays.
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

    /// Asks the question before an answer once more.
    pub fn retry(self, answer: Uuid) {
        let question = self.messages.with_untracked(|messages| {
            let index = messages.iter().position(|message| message.id == answer)?;
            messages[..index].iter().rfind(|message| message.view.with_untracked(|view| view.speaker == Speaker::Creator)).cloned()
        });
        if let Some(question) = question {
            self.ask(question.view.with_untracked(|view| view.text.clone()), Some(question.id));
        }
    }

    /// Takes a question back into the field, to be asked in other words.
    pub fn edit(self, question: &Message) {
        self.draft.set(question.view.with_untracked(|view| view.text.clone()));
        self.replaces.set(Some(question.id));
        self.focus();
    }

    /// Leaves a question as it was.
    pub fn leave_edit(self) {
        self.replaces.set(None);
        self.draft.set(String::new());
        self.focus();
    }

    /// Begins anew.
    pub fn clear(self) {
        self.show(None);
        self.draft.set(String::new());
        self.focus();
    }

    /// Wants no more of the answer that is being written.
    pub fn stop(self) {
        let Some(id) = self.id.get_untracked() else { return };
        self.focus();
        spawn_local(async move {
            if let Err(error) = stop_chat(id.to_string()).await {
                self.problem.try_set(Some(error));
            }
        });
    }

    fn follow(self, message_id: Uuid) {
        let (Some(id), Some(message)) = (self.id.get_untracked(), self.find(message_id)) else { return };
        let (after, length) = message.view.with_untracked(|view| (view.seq, view.text.len()));
        self.course.update_value(|course| course.spoken = length);
        let events = Events::listen(&format!("/api/ai/conversations/{id}/stream?after={after}"), &EVENTS, move |heard| match heard {
            Heard::Data(data) => {
                self.is_lost.try_set(false);
                if let Ok(event) = serde_json::from_str(&data) {
                    self.take(event);
                }
            }
            Heard::Lost => drop(self.is_lost.try_set(true)),
            Heard::Refused => self.load_again(),
        });
        self.events.set_value(events);
    }

    fn find(self, id: Uuid) -> Option<Message> {
        self.messages.try_with_untracked(|messages| messages.iter().find(|message| message.id == id).cloned())?
    }

    fn take(self, event: ChatEvent) {
        match event {
            ChatEvent::Agents { message_id, agents } => {
                if let Some(message) = self.find(message_id) {
                    message.view.update(|view| view.agents = agents);
                }
            }
            ChatEvent::Text { message_id, text } => {
                let Some(message) = self.find(message_id) else { return };
                message.view.update(|view| {
                    view.seq += i64::try_from(text.len()).unwrap_or_default();
                    view.text.push_str(&text);
                });
                if let Some(sentences) = message.view.with_untracked(|view| self.next_sentences(&view.text, false)) {
                    self.spoken.set(sentences);
                }
            }
            ChatEvent::Done { message } => {
                let Some(known) = self.find(message.id) else {
                    // It was asked anew elsewhere.
                    self.load_again();
                    return;
                };
                let last: Vec<_> = [self.next_sentences(&message.text, true), message.ending()].into_iter().flatten().collect();
                if !last.is_empty() {
                    self.spoken.set(last.join(" "));
                }
                known.view.set(*message);
                self.answered.update(|answered| *answered += 1);
            }
        }
    }

    /// What those who listen have not heard yet of an answer.
    fn next_sentences(self, text: &str, has_ended: bool) -> Option<String> {
        let (sentences, end) = speech::sentences(text, self.course.with_value(|course| course.spoken), has_ended)?;
        self.course.update_value(|course| course.spoken = end);
        Some(sentences)
    }

    /// What may have been said elsewhere is shown. An answer that is being read along tells of itself.
    pub fn look_again(self) {
        let is_busy = self.is_sending.try_get_untracked() != Some(false) || self.writing.try_get_untracked().flatten().is_some();
        if !is_busy {
            self.load_again();
        }
    }

    /// Shows what the server says of the conversation now, and follows its answer again.
    fn load_again(self) {
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
                    self.is_lost.set(false);
                    self.update(conversation.messages);
                    if let Some(message_id) = self.writing.get_untracked() {
                        self.later(version, move || self.follow_unless_followed(message_id));
                    }
                }
                // Nobody is there. An answer that goes on is looked for again; without one, the next look will do.
                Err(error) if is_passing(error.code) => {
                    if self.writing.get_untracked().is_some() {
                        self.is_lost.set(true);
                        self.later(version, move || self.load_again());
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

    /// One that is new here is followed from its first moment.
    fn follow_unless_followed(self, message_id: Uuid) {
        if self.events.with_value(Option::is_none) && self.writing.get_untracked() == Some(message_id) {
            self.follow(message_id);
        }
    }

    fn next_version(self) -> u32 {
        self.course.update_value(|course| course.version = course.version.wrapping_add(1));
        self.course.with_value(|course| course.version)
    }

    /// Whether nothing has changed since; the page may be gone, too.
    fn is_at(self, version: u32) -> bool {
        self.course.try_with_value(|course| course.version) == Some(version)
    }

    fn later(self, version: u32, work: impl FnOnce() + 'static) {
        let work = move || {
            if self.is_at(version) {
                work();
            }
        };
        set_timeout(work, AGAIN);
    }

    /// Takes over what was loaded: messages that are shown stay where they are, and change.
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
        // What was edited may be gone; what was typed stays.
        if self.replaces.get_untracked().is_some_and(|replaced| messages.iter().all(|message| message.id != replaced)) {
            self.replaces.set(None);
        }
        let ids = |messages: &[Message]| messages.iter().map(|message| message.id).collect::<Vec<_>>();
        if self.messages.with_untracked(|shown| ids(shown)) != ids(&messages) {
            self.messages.set(messages);
        }
    }
}

/// Whether it is worth to ask again later.
const fn is_passing(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::Network | ErrorCode::Unavailable | ErrorCode::RateLimited | ErrorCode::Internal)
}
