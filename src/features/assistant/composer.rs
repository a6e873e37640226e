use huntaze_domain::assistant::chat::MESSAGE_RULES;
use leptos::{prelude::*, server_fn::ServerFn};

use super::css;
use crate::{
    api::assistant::SendChat,
    forms::{FormError, HiddenFields, rules, use_form},
    ui::{
        a11y::VisuallyHidden,
        alert::{Alert, AlertTone},
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        field::Field,
        text_area::TextArea,
    },
};

/// Message box with suggested questions. What needs JavaScript is hidden until the island around it shows it.
#[component]
pub fn Composer(
    /// Id of the conversation; empty for a new one.
    conversation_id: String,
    /// Suggested questions; shown while the conversation is empty.
    suggestions: Vec<String>,
    /// Whether the conversation has messages.
    has_messages: bool,
) -> impl IntoView {
    // A message that was posted without JavaScript and rejected is put back into the box.
    let form = use_form::<SendChat>();
    view! {
        <div class=css::assistant>
            <ul class=css::suggestions aria-label="Questions to begin with" data-slot="suggestions" hidden=has_messages>
                {suggestions.into_iter().map(|question| view! { <li><Suggestion question/></li> }).collect_view()}
            </ul>
            <FormError form/>
            <VisuallyHidden><span role="status" data-slot="chat-status"></span></VisuallyHidden>
            <div data-slot="chat-disconnected" hidden=true>
                <Alert>"The connection is lost. The answer goes on, and arrives when you are back."</Alert>
            </div>
            <div data-slot="chat-problem" hidden=true>
                <Alert tone=AlertTone::Danger><span data-slot="message"></span></Alert>
            </div>
            <form method="post" action=SendChat::PATH class=css::composer novalidate=true data-slot="composer">
                <HiddenFields/>
                <input type="hidden" name="conversationId" value=conversation_id/>
                <p class=css::editing data-slot="editing" hidden=true>
                    "You edit a question: what came after it is replaced. "
                    <Button size=ButtonSize::Small variant=ButtonVariant::Ghost attr:data-action="cancel-edit">"Leave it as it was"</Button>
                </p>
                <Field name="message" id="chat-message" label="Your question" rules=rules(MESSAGE_RULES) error=form.error_of("message")>
                    <TextArea rows=3 value=form.value_of("message")/>
                </Field>
                <div class=css::buttons>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Primary>"Ask"</Button>
                    <Button attr:data-action="stop" attr:hidden=true>"Stop"</Button>
                    <span class=css::hint data-slot="enter-hint" hidden=true>"Enter asks, Shift+Enter begins a line."</span>
                </div>
            </form>
        </div>
    }
}

#[component]
fn Suggestion(question: String) -> impl IntoView {
    view! {
        <form method="post" action=SendChat::PATH>
            <HiddenFields/>
            <input type="hidden" name="message" value=question.clone()/>
            <Button kind=ButtonType::Submit size=ButtonSize::Small>{question}</Button>
        </form>
    }
}
