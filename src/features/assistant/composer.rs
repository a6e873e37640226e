use huntaze_domain::{assistant::chat::ChatInput, error::ErrorCode};
use huntaze_texts::errors;
use leptos::{prelude::*, server_fn::ServerFn};
use wasm_bindgen::JsCast;
use web_sys::{HtmlTextAreaElement, KeyboardEvent, SubmitEvent};

use super::css;
use crate::{
    api::assistant::SendChat,
    error::{ApiError, FieldMessages},
    features::assistant::chat::Chat,
    forms::{FormState, HiddenFields, error_message},
    hooks::document::use_hydrated,
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        field::Field,
        text_area::TextArea,
    },
};

/// Returns the path that the form is posted to without JavaScript.
pub(super) fn action() -> &'static str {
    SendChat::PATH
}

/// Message box. Enter submits the message, Shift+Enter inserts a line break.
#[component]
pub(super) fn Composer(chat: Chat, form: FormState<SendChat>, conversation_id: Signal<String>, field_id: &'static str) -> impl IntoView {
    let is_hydrated = use_hydrated();
    let is_generating = Memo::new(move |_| chat.generating.get().is_some());
    let ask = move || {
        form.form_error.set(None);
        let input = ChatInput { message: chat.draft.get_untracked(), ..ChatInput::default() };
        match input.parse() {
            Ok(_) => {
                form.errors.set(FieldMessages::new());
                chat.send_draft();
            }
            Err(errors) => {
                form.errors.set(errors::fields(errors));
                chat.focus();
            }
        }
    };
    let on_submit = move |event: SubmitEvent| {
        event.prevent_default();
        ask();
    };
    let on_key = move |event: KeyboardEvent| {
        // Safari reports key code 229 for the key press that ends an IME composition.
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() && event.key_code() != 229 {
            event.prevent_default();
            ask();
        }
    };
    let problem = Signal::derive(move || chat.problem.get().or_else(|| form.form_error.get().filter(|problem| problem.fields.is_empty())));
    keep_in_step(chat.draft, field_id);
    view! {
        {move || problem.get().map(|problem| view! { <Alert tone=AlertTone::Danger>{sentence(&problem)}</Alert> })}
        {move || chat.replaces.get().map(|_| view! { <Editing chat/> })}
        <form method="post" action=action() class=css::composer on:submit=on_submit>
            <HiddenFields/>
            <input type="hidden" name="conversationId" value=move || conversation_id.get()/>
            <Field name="message" id=field_id label="Your question" error=form.error_of("message")>
                <TextArea
                    rows=3
                    value=chat.draft.get_untracked()
                    on_input=Callback::new(move |typed| chat.draft.set(typed))
                    on:keydown=on_key
                />
            </Field>
            <div class=css::buttons>
                <Button kind=ButtonType::Submit variant=ButtonVariant::Primary loading=chat.is_sending disabled=Signal::derive(move || is_hydrated.get() && is_generating.get())>"Ask"</Button>
                <span hidden=move || !(is_hydrated.get() && is_generating.get())>
                    <Button on:click=move |_| chat.stop()>"Stop"</Button>
                </span>
                <span class=css::hint hidden=move || !is_hydrated.get()>"Enter asks, Shift+Enter begins a line."</span>
            </div>
        </form>
    }
}

/// Synchronizes the text area with `draft`. Text that was typed before hydration becomes the draft.
fn keep_in_step(draft: RwSignal<String>, field_id: &'static str) {
    Effect::new(move |before: Option<()>| {
        let text = draft.get();
        let field = document().get_element_by_id(&format!("field-{field_id}"));
        let Some(field) = field.and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
        let typed = field.value();
        if before.is_none() && text.is_empty() && !typed.is_empty() {
            draft.set(typed);
        } else if typed != text {
            field.set_value(&text);
        }
    });
}

/// Notice that an earlier question is being edited, with a button that cancels the edit.
#[component]
fn Editing(chat: Chat) -> impl IntoView {
    view! {
        <p class=css::editing>
            "You edit a question: what came after it is replaced. "
            <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| chat.cancel_edit()>"Leave it as it was"</Button>
        </p>
    }
}

fn sentence(problem: &ApiError) -> String {
    match problem.code {
        ErrorCode::InvalidInput => problem.fields.values().next().unwrap_or(&problem.message).clone(),
        _ => error_message(problem),
    }
}
