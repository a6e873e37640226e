use chrono::DateTime;
use huntaze_domain::{
    assistant::chat::{MessageRole, MessageState, MessageView},
    ids::MessageId,
    string_enum::StringEnum,
};
use huntaze_texts::{self as texts, Text};
use leptos::prelude::*;
use uuid::Uuid;

use super::{super::billing::Cost, answer_sources::AnswerSources, css, markdown::Markdown};
use crate::{
    features::integrations::SandboxBadge,
    ui::{
        button::{Button, ButtonSize, ButtonVariant},
        copy_button::CopyButton,
    },
};

/// List of all messages of a conversation, and what the island needs to add a question and its answer.
#[component]
pub fn Transcript(
    /// Id of the conversation; empty for a new one.
    conversation_id: String,
    /// Messages, oldest first.
    messages: Vec<MessageView>,
    /// Whether the conversation is read-only, because AI is not available.
    is_over: bool,
) -> impl IntoView {
    let templates = (!is_over).then(|| {
        view! {
            <template data-template="question"><Message message=blank(MessageRole::User)/></template>
            <template data-template="answer"><Message message=blank(MessageRole::Assistant)/></template>
        }
    });
    let is_empty = messages.is_empty();
    view! {
        <ol
            class=css::transcript
            aria-label="Conversation"
            data-part="transcript"
            data-conversation=conversation_id
            hidden=is_empty
        >
            {messages.into_iter().map(|message| view! { <Message message/> }).collect_view()}
        </ol>
        {templates}
    }
}

/// Returns a message whose id and content are not known yet.
fn blank(role: MessageRole) -> MessageView {
    MessageView {
        id: MessageId::from(Uuid::nil()),
        role,
        text: String::new(),
        state: if role == MessageRole::User { MessageState::Complete } else { MessageState::Generating },
        error: None,
        agents: Vec::new(),
        sources: Vec::new(),
        unverified_numbers: Vec::new(),
        usage: None,
        is_sandbox: false,
        seq: 0,
        created_at: DateTime::default(),
    }
}

/// One message. `islands::AIChatAssistant` finds it and its parts by their attributes.
#[component]
pub(super) fn Message(message: MessageView) -> impl IntoView {
    let (role, is_sandbox) = (message.role, message.is_sandbox);
    let (id, state, seq) = (message.id.to_string(), message.state.as_str(), message.seq);
    let author = author(&message);
    let body = match role {
        MessageRole::User => view! { <Question text=message.text/> }.into_any(),
        MessageRole::Assistant => view! { <Answer message/> }.into_any(),
    };
    view! {
        <li class=css::message data-message=id data-role=role.as_str() data-state=state data-seq=seq>
            <p class=css::role>
                <span data-slot="author">{author}</span>
                {is_sandbox.then(|| view! { " " <SandboxBadge/> })}
            </p>
            {body}
        </li>
    }
}

/// Returns the author of a message; for answers, including the agents.
fn author(message: &MessageView) -> String {
    let agents: Vec<_> = message.agents.iter().map(|agent| agent.text()).collect();
    match agents.as_slice() {
        [] => message.role.text().to_owned(),
        agents => format!("{} ({})", message.role.text(), agents.join(", ")),
    }
}

#[component]
fn Question(text: String) -> impl IntoView {
    view! {
        <p class=css::question data-slot="text" dir="auto" translate="no">{text}</p>
        <div class=css::buttons>
            <Button size=ButtonSize::Small variant=ButtonVariant::Ghost attr:data-action="edit" attr:hidden=true>"Edit and ask again"</Button>
        </div>
    }
}

#[component]
fn Answer(message: MessageView) -> impl IntoView {
    let MessageView { id, text, state, sources, unverified_numbers, usage, .. } = message.clone();
    let is_generating = state == MessageState::Generating;
    let ending = texts::assistant::ending(&message);
    let progress = if text.is_empty() { "Looking at your figures…" } else { texts::assistant::WRITING };
    // An incomplete answer whose model calls were all cache hits has no usage to show.
    let usage = usage.filter(|usage| state == MessageState::Complete || !usage.is_cache_hit);
    let text_id = format!("answer-{id}");
    let facts = (!is_generating).then(|| {
        view! {
            <AnswerSources sources unverified_numbers=unverified_numbers.clone()/>
            {usage.map(|usage| view! { <p class=css::hint><Cost usage/></p> })}
            <div class=css::buttons>
                <CopyButton target=text_id.clone() what="the answer"/>
                <Button size=ButtonSize::Small variant=ButtonVariant::Ghost attr:data-action="retry" attr:hidden=true>"Ask again"</Button>
            </div>
        }
    });
    view! {
        <div class=css::markdown id=text_id data-slot="text">
            <div class=css::blocks data-slot="finished"><Markdown text unverified_numbers/></div>
            <div class=css::blocks data-slot="growing"></div>
        </div>
        <p class=css::hint aria-live="off" data-slot="state" hidden=!is_generating>{progress}</p>
        {ending.map(|ending| view! { <p class=css::notice>{ending}</p> })}
        {facts}
    }
}
