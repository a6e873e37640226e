use huntaze_domain::{
    assistant::chat::{MessageRole, MessageState, MessageView},
    string_enum::StringEnum,
};
use huntaze_texts::{self as texts, Text};
use leptos::prelude::*;

use super::{super::billing::Cost, answer_sources::AnswerSources, css, markdown::Markdown};
use crate::{
    features::{
        assistant::chat::{Chat, Message},
        integrations::SandboxBadge,
    },
    hooks::document::use_hydrated,
    ui::{
        button::{Button, ButtonSize, ButtonVariant},
        copy_button::CopyButton,
    },
};

/// List of all messages of a conversation.
#[component]
pub fn Transcript(
    /// Open conversation.
    chat: Chat,
    /// Whether the conversation is read-only, because AI is not available.
    #[prop(optional)]
    is_over: bool,
) -> impl IntoView {
    view! {
        <ol class=css::transcript aria-label="Conversation" hidden=move || chat.messages.with(Vec::is_empty)>
            <For each=move || chat.messages.get() key=|message| message.id let(message)>
                <TranscriptMessage chat message is_over/>
            </For>
        </ol>
    }
}

#[component]
fn TranscriptMessage(chat: Chat, message: Message, is_over: bool) -> impl IntoView {
    let view = message.view.clone();
    let role = view.with_untracked(|view| view.role);
    let body = match role {
        MessageRole::User => view! { <Question chat message is_over/> }.into_any(),
        MessageRole::Assistant => view! { <Answer chat message is_over/> }.into_any(),
    };
    let is_sandbox = view.with_untracked(|view| view.is_sandbox);
    view! {
        <li class=css::message data-role=role.as_str()>
            <p class=css::role>
                {move || view.with(name)}
                {is_sandbox.then(|| view! { " " <SandboxBadge/> })}
            </p>
            {body}
        </li>
    }
}

/// Returns the author of a message; for answers, including the agents.
fn name(view: &MessageView) -> String {
    let agents: Vec<_> = view.agents.iter().map(|agent| agent.text()).collect();
    match agents.as_slice() {
        [] => view.role.text().to_owned(),
        agents => format!("{} ({})", view.role.text(), agents.join(", ")),
    }
}

#[component]
fn Question(chat: Chat, message: Message, is_over: bool) -> impl IntoView {
    let is_hydrated = use_hydrated();
    let text = message.view.with_untracked(|view| view.text.clone());
    let can_edit = move || !is_over && is_hydrated.get() && chat.generating.get().is_none();
    view! {
        <p class=css::question>{text}</p>
        <div class=css::buttons hidden=move || !can_edit()>
            <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| chat.edit(&message)>"Edit and ask again"</Button>
        </div>
    }
}

#[component]
fn Answer(chat: Chat, message: Message, is_over: bool) -> impl IntoView {
    let is_hydrated = use_hydrated();
    let (id, view) = (message.id, message.view);
    let (of_text, of_state, of_facts) = (view.clone(), view.clone(), view.clone());
    let text = Memo::new(move |_| of_text.with(|view| (view.text.clone(), view.unverified_numbers.clone())));
    let of_ending = of_state.clone();
    let is_generating = Memo::new(move |_| of_state.with(|view| view.state == MessageState::Generating));
    let ended = Memo::new(move |_| of_ending.with(texts::assistant::ending));
    let is_newest = move || chat.messages.with(|messages| messages.last().is_some_and(|newest| newest.id == id));
    let can_retry = move || !is_over && is_hydrated.get() && is_newest() && !is_generating.get();
    let copied = Signal::derive(move || text.get().0);
    view! {
        {move || {
            let (text, unverified_numbers) = text.get();
            view! { <Markdown text unverified_numbers/> }
        }}
        <p class=css::hint aria-live="off" hidden=move || !is_generating.get()>
            {move || if text.with(|(text, _)| text.is_empty()) { "Looking at your figures…" } else { "Writing…" }}
        </p>
        {move || ended.get().map(|ending| view! { <p class=css::notice>{ending}</p> })}
        {move || {
            (!is_generating.get()).then(|| {
                let MessageView { sources, unverified_numbers, usage, state, .. } = of_facts.get();
                // An incomplete answer whose model calls were all cache hits has no usage to show.
                let usage = usage.filter(|usage| state == MessageState::Complete || !usage.is_cache_hit);
                view! {
                    <AnswerSources sources unverified_numbers/>
                    {usage.map(|usage| view! { <p class=css::hint><Cost usage/></p> })}
                }
            })
        }}
        <div class=css::buttons hidden=move || is_generating.get()>
            <CopyButton text=copied what="the answer"/>
            <span hidden=move || !can_retry()>
                <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| chat.retry(id)>"Ask again"</Button>
            </span>
        </div>
    }
}
