//! Forms that work without JavaScript. With it, fields are validated while the user types, double submits are prevented, and errors are
//! shown at their fields.

use huntaze_domain::{error::ErrorCode, validation::FieldErrors};
use huntaze_texts::{Text, errors};
use leptos::{
    form::FromFormData,
    prelude::*,
    server_fn::{Http, ServerFn, codec::PostUrl},
};
use leptos_router::{hooks::use_location, location::Location};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement, HtmlTextAreaElement, SubmitEvent};

use super::hooks::document::focus_first;
use crate::{
    api::{ApiClient, flash::take_flash},
    error::{ApiError, FieldMessages},
    flash::{Flash, PAGE_FIELD},
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonType, ButtonVariant},
    },
};

/// Server function that a form can be posted to.
pub trait FormFunction:
    ServerFn<Error = ApiError, Client = ApiClient, Output: Send + Sync + Clone> + DeserializeOwned + Clone + Send + Sync + 'static
{
}

impl<F> FormFunction for F where
    F: ServerFn<Error = ApiError, Client = ApiClient, Output: Send + Sync + Clone> + DeserializeOwned + Clone + Send + Sync + 'static
{
}

/// State of a form; create it with [`use_form`].
pub struct FormState<F: FormFunction> {
    /// Action that submits the form.
    pub action: ServerAction<F>,
    /// Validation errors by field name.
    pub errors: RwSignal<FieldMessages>,
    /// Error of the last submission; None before the first one and after a success.
    pub form_error: RwSignal<Option<ApiError>>,
    /// Whether the last submission succeeded.
    pub is_done: RwSignal<bool>,
    values: StoredValue<Vec<(String, String)>>,
    validate: fn(&F) -> Result<(), FieldErrors>,
}

#[expect(clippy::expl_impl_clone_on_copy, reason = "derived impls would require `F: Copy`")]
impl<F: FormFunction> Clone for FormState<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: FormFunction> Copy for FormState<F> {}

/// Creates the state of a form for `F`, validated with the server's rules. After a post without JavaScript, errors and values are restored
/// from the flash cookie.
pub fn use_form<F: FormFunction>(validate: fn(&F) -> Result<(), FieldErrors>) -> FormState<F> {
    let flash = take_flash(F::PATH);
    let is_done = flash.as_ref().is_some_and(|flash| flash.error.is_none());
    let Flash { error, values, .. } = flash.unwrap_or_else(|| Flash { form: String::new(), error: None, values: Vec::new() });
    let fields = error.as_ref().map(|error| error.fields.clone()).unwrap_or_default();
    let form = FormState {
        action: ServerAction::new(),
        errors: RwSignal::new(fields),
        form_error: RwSignal::new(error),
        is_done: RwSignal::new(is_done),
        values: StoredValue::new(values),
        validate,
    };
    Effect::new(move || match form.action.value().get() {
        Some(Err(error)) => {
            form.errors.set(error.fields.clone());
            form.form_error.set(Some(error));
        }
        Some(Ok(_)) => {
            form.form_error.set(None);
            form.is_done.set(true);
        }
        None => {}
    });
    form
}

impl<F: FormFunction> FormState<F> {
    /// Returns the error of one field; None if it is valid.
    pub fn error_of(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.errors.with(|errors| errors.get(name).cloned()))
    }

    /// Returns the value of a field as submitted before the page was reloaded; empty if the form was not submitted.
    pub fn value_of(self, name: &str) -> String {
        self.values_of(name).into_iter().next().unwrap_or_default()
    }

    /// Returns all values submitted under this name before the page was reloaded.
    pub fn values_of(self, name: &str) -> Vec<String> {
        self.values.with_value(|values| values.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect())
    }

    /// Whether the page was rendered because this form was posted without JavaScript.
    pub fn was_sent(self) -> bool {
        self.values.with_value(|values| !values.is_empty())
    }

    /// Whether a submission is in progress.
    pub fn is_pending(self) -> Signal<bool> {
        self.action.pending().into()
    }

    /// Runs before the form is submitted: cancels double submits, and submissions that fail validation.
    fn on_submit<O>(self, event: &SubmitEvent)
    where
        F: ServerFn<Protocol = Http<PostUrl, O>>,
    {
        if self.action.pending().get_untracked() {
            event.prevent_default();
            return;
        }
        self.form_error.set(None);
        self.is_done.set(false);
        let errors = F::from_event(event).ok().and_then(|input| (self.validate)(&input).err());
        if let Some(errors) = errors {
            event.prevent_default();
            self.errors.set(errors::fields(errors));
            if let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) {
                // Wait until the invalid field has been marked.
                request_animation_frame(move || focus_first(&form, "[aria-invalid=true]"));
            }
        } else {
            self.errors.set(FieldMessages::new());
        }
    }

    /// Validates one field when it loses the focus and is not empty, or on input while it is marked as invalid.
    fn check_later<O>(self, event: &web_sys::Event, only_if_marked: bool)
    where
        F: ServerFn<Protocol = Http<PostUrl, O>>,
    {
        let Some(target) = event.target() else { return };
        // Browsers also fire `focusout` while the field is being removed from the document; signals must not be accessed then.
        queue_microtask(move || self.check_field(&target, only_if_marked).unwrap_or_default());
    }

    /// Validates the field that the event belongs to. Returns None if there is nothing to validate or the component has been disposed.
    fn check_field<O>(self, target: &web_sys::EventTarget, only_if_marked: bool) -> Option<()>
    where
        F: ServerFn<Protocol = Http<PostUrl, O>>,
    {
        let (name, value, form) = control(target)?;
        // Fields that hold a list are named `name[]`.
        let name = name.trim_end_matches("[]").to_owned();
        let is_marked = self.errors.try_with_untracked(|errors| errors.contains_key(&name))?;
        if !is_marked && (only_if_marked || value.is_empty()) {
            return None;
        }
        let parsed = F::from_form_data(&web_sys::FormData::new_with_form(&form).ok()?).ok()?;
        let mut found = (self.validate)(&parsed).err().unwrap_or_default();
        let said_by_server = |field: &String| {
            self.action.value().with_untracked(|value| matches!(value, Some(Err(error)) if error.fields.contains_key(field)))
        };
        self.errors.update(|errors| {
            // Keep errors that still apply, and errors of other fields that only the server can detect.
            errors.retain(|field, _| found.contains_key(field) || *field != name && said_by_server(field));
            errors.extend(found.remove(&name).map(|error| (name, error.text().to_owned())));
        });
        Some(())
    }
}

/// Returns the name, the value and the form of an input or text area.
fn control(target: &web_sys::EventTarget) -> Option<(String, String, HtmlFormElement)> {
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return Some((input.name(), input.value(), input.form()?));
    }
    let area = target.dyn_ref::<HtmlTextAreaElement>()?;
    Some((area.name(), area.value(), area.form()?))
}

/// The `<form>` element with a CSRF token; submits with `fetch` if JavaScript is available.
#[component]
pub fn Form<F, O>(
    /// State from [`use_form`].
    form: FormState<F>,
    /// CSS class.
    #[prop(optional, into)]
    class: MaybeProp<String>,
    /// Fields and a submit button.
    children: Children,
) -> impl IntoView
where
    F: FormFunction + ServerFn<Protocol = Http<PostUrl, O>>,
    O: 'static,
{
    view! {
        <ActionForm
            action=form.action
            attr:class=move || class.get()
            attr:novalidate=true
            on:submit:capture=move |event| form.on_submit(&event)
            on:focusout=move |event| form.check_later(&event, false)
            on:input=move |event| form.check_later(&event, true)
        >
            <HiddenFields/>
            {children()}
        </ActionForm>
    }
}

/// Hidden fields for posts without JavaScript: the CSRF token, and the page to lead back to.
#[component]
pub fn HiddenFields() -> impl IntoView {
    let Location { pathname, search, .. } = use_location();
    let page = move || match search.get().trim_start_matches('?') {
        "" => pathname.get(),
        query => format!("{}?{query}", pathname.get()),
    };
    view! {
        <input type="hidden" name=crate::csrf::FIELD value=crate::api::csrf::form_token()/>
        <input type="hidden" name=PAGE_FIELD value=page/>
    }
}

/// Error of the whole form. Errors of single fields are shown at their fields instead.
#[component]
pub fn FormError<F: FormFunction>(
    /// State from [`use_form`].
    form: FormState<F>,
) -> impl IntoView {
    let sentence = move || form.form_error.with(|error| error.as_ref().filter(|error| error.fields.is_empty()).map(error_message));
    move || sentence().map(|sentence| view! { <Alert tone=AlertTone::Danger>{sentence}</Alert> })
}

/// Message that the submission succeeded.
#[component]
pub fn FormSuccess<F: FormFunction>(
    /// State from [`use_form`].
    form: FormState<F>,
    /// Text of the message.
    text: &'static str,
    /// Whether a toast already reports the success if JavaScript is available. The message is then shown only after a post without
    /// JavaScript.
    #[prop(optional)]
    toasted: bool,
) -> impl IntoView {
    let is_shown = move || form.is_done.get() && (!toasted || form.was_sent());
    move || is_shown().then(|| view! { <Alert tone=AlertTone::Success>{text}</Alert> })
}

/// Returns the message of an error; for internal errors with the request id, by which it is found in the log.
pub fn error_message(error: &ApiError) -> String {
    match error.code {
        ErrorCode::Internal => format!("{} (request {})", error.message, error.request_id),
        _ => error.message.clone(),
    }
}

/// Submit button of the form.
#[component]
pub fn SubmitButton<F: FormFunction>(
    /// State from [`use_form`].
    form: FormState<F>,
    /// Label.
    label: &'static str,
    /// Label while the submission is in progress.
    busy: &'static str,
) -> impl IntoView {
    let is_pending = form.is_pending();
    view! {
        <Button kind=ButtonType::Submit variant=ButtonVariant::Primary full=true loading=is_pending>
            {move || if is_pending.get() { busy } else { label }}
        </Button>
    }
}
