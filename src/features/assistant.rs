//! Assistant chat, on its own page and in a panel beside all other pages. [`Transcript`] shows the messages, [`ComposerPanel`] the message box.

mod answer_sources;
pub mod chat;
mod composer;
mod conversations;
mod markdown;
mod panel;
pub mod report;
mod settings;
mod transcript;

pub use answer_sources::AnswerSources;
use composer::Composer;
use leptos::prelude::*;

use super::billing::refetch_quota_after;
use crate::{
    api::assistant::{SendChat, get_suggestions},
    error::FieldMessages,
    features::assistant::chat::Chat,
    forms::{FormState, HiddenFields, use_form},
    ui::{
        a11y::VisuallyHidden,
        alert::Alert,
        button::{Button, ButtonSize, ButtonType},
    },
};

pub use conversations::{ConversationHead, ConversationList, check_title};
pub use markdown::Marked;
pub use panel::AssistantPanel;
pub use settings::AiSection;
pub use transcript::Transcript;

stylance::import_crate_style!(css, "src/features/assistant/assistant.module.css");

/// Message box with suggested questions, the live region for screen readers and the connection warning.
#[component]
pub fn ComposerPanel(
    /// Conversation that the messages are sent to.
    chat: Chat,
    /// Id of the conversation; empty for a new one. Known before the conversation has been loaded.
    #[prop(into)]
    conversation_id: Signal<String>,
    /// DOM id of the message box; must be unique on the page.
    field_id: &'static str,
) -> impl IntoView {
    // A message that was posted without JavaScript and rejected is put back into the box.
    let form = use_form::<SendChat>(|call| call.input.parse().map(drop));
    if form.was_sent() {
        chat.draft.set(form.value_of("message"));
    }
    refetch_quota_after(move || chat.completed_count.get());
    view! {
        <div class=css::assistant>
            <Suggestions chat form conversation_id/>
            <VisuallyHidden>
                <span role="status">{move || chat.announcement.get()}</span>
            </VisuallyHidden>
            {move || chat.is_disconnected.get().then(|| view! { <Alert>"The connection is lost. The answer goes on, and arrives when you are back."</Alert> })}
            <Composer chat form conversation_id field_id/>
        </div>
    }
}

/// Suggested questions based on the user's situation; hidden once the conversation has messages.
#[component]
fn Suggestions(chat: Chat, form: FormState<SendChat>, conversation_id: Signal<String>) -> impl IntoView {
    let suggestions = Resource::new(|| (), |()| get_suggestions());
    let is_empty = move || conversation_id.with(String::is_empty) && chat.messages.with(Vec::is_empty);
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let suggestions = suggestions.await.unwrap_or_default();
                view! {
                    <ul class=css::suggestions aria-label="Questions to begin with" hidden=move || !is_empty()>
                        {suggestions.into_iter().map(|question| view! { <li><Suggestion chat form question/></li> }).collect_view()}
                    </ul>
                }
            })}
        </Transition>
    }
}

#[component]
fn Suggestion(chat: Chat, form: FormState<SendChat>, question: String) -> impl IntoView {
    let asked = question.clone();
    let on_submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        form.errors.set(FieldMessages::new());
        form.form_error.set(None);
        chat.ask(asked.clone(), None);
    };
    view! {
        <form method="post" action=composer::action() on:submit=on_submit>
            <HiddenFields/>
            <input type="hidden" name="message" value=question.clone()/>
            <Button kind=ButtonType::Submit size=ButtonSize::Small loading=chat.is_sending>{question}</Button>
        </form>
    }
}
