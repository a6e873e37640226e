//! A form that works without JavaScript, and better with it: checked while one types, sent once, its errors where they belong.

use huntaze_domain::{error::ErrorCode, validation::FieldErrors};
use leptos::{
    form::FromFormData,
    prelude::*,
    server_fn::{Http, ServerFn, codec::PostUrl},
};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::{HtmlFormElement, HtmlInputElement, HtmlTextAreaElement, SubmitEvent};

use super::document::focus_first;
use crate::{
    api::{
        ApiClient,
        flash::{Flash, take_flash},
    },
    error::ApiError,
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonType, ButtonVariant},
    },
};

/// A server function that a form can be posted to.
pub trait FormFunction:
    ServerFn<Error = ApiError, Client = ApiClient, Output: Send + Sync + Clone> + DeserializeOwned + Clone + Send + Sync + 'static
{
}

impl<F> FormFunction for F where
    F: ServerFn<Error = ApiError, Client = ApiClient, Output: Send + Sync + Clone> + DeserializeOwned + Clone + Send + Sync + 'static
{
}

/// The state of a form; create it with [`use_form`].
pub struct FormState<F: FormFunction> {
    /// Sends it.
    pub action: ServerAction<F>,
    /// What is wrong, by field.
    pub errors: RwSignal<FieldErrors>,
    /// What is wrong with the whole.
    pub problem: RwSignal<Option<ApiError>>,
    /// Whether it was sent and went well.
    pub is_done: RwSignal<bool>,
    values: StoredValue<Vec<(String, String)>>,
    validate: fn(&F) -> Result<(), FieldErrors>,
}

#[expect(clippy::expl_impl_clone_on_copy, reason = "derived, it would ask that `F` be `Copy`")]
impl<F: FormFunction> Clone for FormState<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: FormFunction> Copy for FormState<F> {}

/// A form for `F`, checked with the rules that the server uses. Picks up where a form that was posted without JavaScript left off.
pub fn use_form<F: FormFunction>(validate: fn(&F) -> Result<(), FieldErrors>) -> FormState<F> {
    let flash = take_flash(F::PATH);
    let is_done = flash.as_ref().is_some_and(|flash| flash.error.is_none());
    let Flash { error, values, .. } = flash.unwrap_or_else(|| Flash { form: String::new(), error: None, values: Vec::new() });
    let fields = error.as_ref().map(|error| error.fields.clone()).unwrap_or_default();
    let form = FormState {
        action: ServerAction::new(),
        errors: RwSignal::new(fields),
        problem: RwSignal::new(error),
        is_done: RwSignal::new(is_done),
        values: StoredValue::new(values),
        validate,
    };
    Effect::new(move || match form.action.value().get() {
        Some(Err(error)) => {
            form.errors.set(error.fields.clone());
            form.problem.set(Some(error));
        }
        Some(Ok(_)) => {
            form.problem.set(None);
            form.is_done.set(true);
        }
        None => {}
    });
    form
}

impl<F: FormFunction> FormState<F> {
    /// What is wrong with one field.
    pub fn error_of(self, name: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.errors.with(|errors| errors.get(name).cloned()))
    }

    /// What was typed in a field before the page was drawn again.
    pub fn value_of(self, name: &str) -> String {
        self.values_of(name).into_iter().next().unwrap_or_default()
    }

    /// All that was chosen under a name before the page was drawn again.
    pub fn values_of(self, name: &str) -> Vec<String> {
        self.values.with_value(|values| values.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect())
    }

    /// Whether the page is drawn again because this form was posted.
    pub fn was_sent(self) -> bool {
        self.values.with_value(|values| !values.is_empty())
    }

    /// Whether it is on its way.
    pub fn is_pending(self) -> Signal<bool> {
        self.action.pending().into()
    }

    /// Before the form is sent: stops a second click, and what breaks a rule.
    fn on_submit<O>(self, event: &SubmitEvent)
    where
        F: ServerFn<Protocol = Http<PostUrl, O>>,
    {
        if self.action.pending().get_untracked() {
            event.prevent_default();
            return;
        }
        self.problem.set(None);
        self.is_done.set(false);
        let errors = F::from_event(event).ok().and_then(|input| (self.validate)(&input).err());
        if let Some(errors) = errors {
            event.prevent_default();
            self.errors.set(errors);
            if let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) {
                // After the field has been marked.
                request_animation_frame(move || focus_first(&form, "[aria-invalid=true]"));
            }
        } else {
            self.errors.set(FieldErrors::new());
        }
    }

    /// When a field is left with something in it, or changed while it is marked: checks that field alone.
    fn check_later<O>(self, event: &web_sys::Event, only_if_marked: bool)
    where
        F: ServerFn<Protocol = Http<PostUrl, O>>,
    {
        let Some(target) = event.target() else { return };
        // Browsers tell of a field's loss of focus in the middle of its removal, too, when nothing reactive may be touched.
        queue_microtask(move || self.check_field(&target, only_if_marked).unwrap_or_default());
    }

    /// None where there is nothing to check, or the page is gone.
    fn check_field<O>(self, target: &web_sys::EventTarget, only_if_marked: bool) -> Option<()>
    where
        F: ServerFn<Protocol = Http<PostUrl, O>>,
    {
        let (name, value, form) = control(target)?;
        // Of a list.
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
            // What is mended here may have been wrong there; what the server alone knows stays.
            errors.retain(|field, _| found.contains_key(field) || *field != name && said_by_server(field));
            errors.extend(found.remove(&name).map(|error| (name, error)));
        });
        Some(())
    }
}

/// Name, value and form of what is typed into.
fn control(target: &web_sys::EventTarget) -> Option<(String, String, HtmlFormElement)> {
    if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
        return Some((input.name(), input.value(), input.form()?));
    }
    let area = target.dyn_ref::<HtmlTextAreaElement>()?;
    Some((area.name(), area.value(), area.form()?))
}

/// The `<form>` around the fields.
#[component]
pub fn Form<F, O>(
    /// From [`use_form`].
    form: FormState<F>,
    /// For its style.
    #[prop(optional, into)]
    class: MaybeProp<String>,
    /// Fields and a button.
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
            <CsrfField/>
            {children()}
        </ActionForm>
    }
}

/// The token that the form carries where no script adds it.
#[component]
pub fn CsrfField() -> impl IntoView {
    view! { <input type="hidden" name=crate::api::csrf::FIELD value=crate::api::csrf::form_token()/> }
}

/// What is wrong with the whole form. What is wrong with a field stands at that field.
#[component]
pub fn Problem<F: FormFunction>(
    /// From [`use_form`].
    form: FormState<F>,
) -> impl IntoView {
    let sentence = move || form.problem.with(|problem| problem.as_ref().filter(|problem| problem.fields.is_empty()).map(problem_sentence));
    move || sentence().map(|sentence| view! { <Alert tone=AlertTone::Danger>{sentence}</Alert> })
}

/// That it went well.
#[component]
pub fn Done<F: FormFunction>(
    /// From [`use_form`].
    form: FormState<F>,
    /// What went well.
    text: &'static str,
    /// With a script a toast says it: then it is said here only where the page is drawn again because the form was posted.
    #[prop(optional)]
    toasted: bool,
) -> impl IntoView {
    let is_shown = move || form.is_done.get() && (!toasted || form.was_sent());
    move || is_shown().then(|| view! { <Alert tone=AlertTone::Success>{text}</Alert> })
}

/// What went wrong, and where it was a fault of ours, how it is found in the log.
pub fn problem_sentence(problem: &ApiError) -> String {
    match problem.code {
        ErrorCode::Internal => format!("{} (request {})", problem.message, problem.request_id),
        _ => problem.message.clone(),
    }
}

/// The button that sends the form.
#[component]
pub fn Submit<F: FormFunction>(
    /// From [`use_form`].
    form: FormState<F>,
    /// What it does.
    label: &'static str,
    /// What it is doing.
    busy: &'static str,
) -> impl IntoView {
    let is_pending = form.is_pending();
    view! {
        <Button kind=ButtonType::Submit variant=ButtonVariant::Primary full=true loading=is_pending>
            {move || if is_pending.get() { busy } else { label }}
        </Button>
    }
}
