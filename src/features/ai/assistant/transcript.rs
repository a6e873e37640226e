use huntaze_domain::{
    ai::chat::{AnswerState, MessageView, Speaker},
    choice::Choice,
};
use leptos::prelude::*;

use super::{super::Cost, answer::AnswerFacts, css, markdown::Markdown};
use crate::{
    features::integrations::SandboxBadge,
    hooks::{
        chat::{Chat, Message},
        document::use_alive,
    },
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
                <Said chat message is_over/>
            </For>
        </ol>
    }
}

#[component]
fn Said(chat: Chat, message: Message, is_over: bool) -> impl IntoView {
    let view = message.view.clone();
    let speaker = view.with_untracked(|view| view.speaker);
    let body = match speaker {
        Speaker::Creator => view! { <Question chat message is_over/> }.into_any(),
        Speaker::Assistant => view! { <Answer chat message is_over/> }.into_any(),
    };
    let is_sandbox = view.with_untracked(|view| view.is_sandbox);
    view! {
        <li class=css::message data-speaker=speaker.as_str()>
            <p class=css::speaker>
                {move || view.with(name)}
                {is_sandbox.then(|| view! { " " <SandboxBadge/> })}
            </p>
            {body}
        </li>
    }
}

/// Returns the author of a message; for answers, including the agents.
fn name(view: &MessageView) -> String {
    let agents: Vec<_> = view.agents.iter().map(|agent| agent.label()).collect();
    match agents.as_slice() {
        [] => view.speaker.label().to_owned(),
        agents => format!("{} ({})", view.speaker.label(), agents.join(", ")),
    }
}

#[component]
fn Question(chat: Chat, message: Message, is_over: bool) -> impl IntoView {
    let is_alive = use_alive();
    let text = message.view.with_untracked(|view| view.text.clone());
    let can_edit = move || !is_over && is_alive.get() && chat.writing.get().is_none();
    view! {
        <p class=css::question>{text}</p>
        <div class=css::buttons hidden=move || !can_edit()>
            <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| chat.edit(&message)>"Edit and ask again"</Button>
        </div>
    }
}

#[component]
fn Answer(chat: Chat, message: Message, is_over: bool) -> impl IntoView {
    let is_alive = use_alive();
    let (id, view) = (message.id, message.view);
    let (of_text, of_state, of_facts) = (view.clone(), view.clone(), view.clone());
    let text = Memo::new(move |_| of_text.with(|view| (view.text.clone(), view.unverified.clone())));
    let of_ending = of_state.clone();
    let is_writing = Memo::new(move |_| of_state.with(|view| view.state == AnswerState::Writing));
    let ended = Memo::new(move |_| of_ending.with(MessageView::ending));
    let is_newest = move || chat.messages.with(|messages| messages.last().is_some_and(|newest| newest.id == id));
    let can_retry = move || !is_over && is_alive.get() && is_newest() && !is_writing.get();
    let copied = Signal::derive(move || text.get().0);
    view! {
        {move || {
            let (text, unverified) = text.get();
            view! { <Markdown text unverified/> }
        }}
        <p class=css::hint aria-live="off" hidden=move || !is_writing.get()>
            {move || if text.with(|(text, _)| text.is_empty()) { "Looking at your figures…" } else { "Writing…" }}
        </p>
        {move || ended.get().map(|ending| view! { <p class=css::ending>{ending}</p> })}
        {move || {
            (!is_writing.get()).then(|| {
                let MessageView { sources, unverified, cost, state, .. } = of_facts.get();
                // An incomplete answer whose model calls were all cache hits has no usage to show.
                let cost = cost.filter(|cost| state == AnswerState::Complete || !cost.is_known);
                view! {
                    <AnswerFacts sources unverified/>
                    {cost.map(|cost| view! { <p class=css::hint><Cost cost/></p> })}
                }
            })
        }}
        <div class=css::buttons hidden=move || is_writing.get()>
            <CopyButton text=copied what="the answer"/>
            <span hidden=move || !can_retry()>
                <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| chat.retry(id)>"Ask again"</Button>
            </span>
        </div>
    }
}
