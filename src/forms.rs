//! Forms that work without JavaScript. With it, `islands::forms` sends them without leaving the page; it finds out what to do by the
//! attributes that are drawn here.

use std::marker::PhantomData;

use huntaze_domain::{earnings::UPLOAD_PATH, error::ErrorCode, page::Page};
use huntaze_texts::Text;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{hooks::use_location, location::Location};

use crate::{
    csrf,
    error::ApiError,
    flash::{Flash, PAGE_FIELD, ViewedFlash},
    http::context,
    nonce,
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonType, ButtonVariant},
        field::Rules,
    },
};

/// What became of a form that was posted without JavaScript; create it with [`use_form`].
pub struct FormState<F> {
    flash: StoredValue<Option<Flash>>,
    function: PhantomData<fn() -> F>,
}

impl<F> Clone for FormState<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F> Copy for FormState<F> {}

/// Returns the state of the form for a server function. If this page follows a post of the form, it has its outcome.
pub fn use_form<F: ServerFn>() -> FormState<F> {
    FormState { flash: StoredValue::new(flash_of(F::PATH)), function: PhantomData }
}

/// Returns the outcome of the form that posts to `path`, if this page follows its post.
fn flash_of(path: &str) -> Option<Flash> {
    use_context::<ViewedFlash>().map(|flash| flash.0).filter(|flash| flash.form == path)
}

impl<F> FormState<F> {
    fn error(self) -> Option<ApiError> {
        self.flash.with_value(|flash| flash.as_ref().and_then(|flash| flash.error.clone()))
    }

    /// Whether the form failed with this code.
    pub fn has_error(self, code: ErrorCode) -> bool {
        self.error().is_some_and(|error| error.code == code)
    }

    /// Returns the error of one field; None if it is valid.
    pub fn error_of(self, name: &str) -> Option<String> {
        self.error()?.fields.get(name).cloned()
    }

    /// Returns the submitted value of a field; empty if the form was not submitted.
    pub fn value_of(self, name: &str) -> String {
        self.values_of(name).into_iter().next().unwrap_or_default()
    }

    /// Returns all values submitted under this name.
    pub fn values_of(self, name: &str) -> Vec<String> {
        let of = |flash: &Flash| flash.values.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect();
        self.flash.with_value(|flash| flash.as_ref().map(of).unwrap_or_default())
    }

    /// Whether the page was rendered because this form was posted.
    pub fn was_sent(self) -> bool {
        self.flash.with_value(|flash| flash.as_ref().is_some_and(|flash| !flash.values.is_empty()))
    }

    /// Whether the page was rendered because this form was posted, and failed.
    pub fn has_failed(self) -> bool {
        self.error().is_some()
    }

    /// Whether the page was rendered because this form was posted, and succeeded.
    pub fn is_done(self) -> bool {
        self.flash.with_value(|flash| flash.as_ref().is_some_and(|flash| flash.error.is_none()))
    }
}

/// The `<form>` element, with what every form needs.
#[component]
pub fn Form<F: ServerFn>(
    /// State from [`use_form`]; names the server function.
    form: FormState<F>,
    /// CSS class.
    #[prop(optional)]
    class: Option<&'static str>,
    /// Parts of the page that change when it succeeds, separated by spaces.
    #[prop(optional, into)]
    refresh: Option<String>,
    /// Whether these parts also change when it fails.
    #[prop(optional)]
    refresh_always: bool,
    /// Whether the form is of no more use when it has succeeded.
    #[prop(optional)]
    once: bool,
    /// Whether it is emptied for the next one when it has succeeded; what is chosen stays.
    #[prop(optional)]
    again: bool,
    /// Fields and a submit button.
    children: Children,
) -> impl IntoView {
    let _ = form;
    view! {
        <form
            method="post"
            action=F::PATH
            class=class
            novalidate=true
            data-refresh=refresh
            data-refresh-always=refresh_always.then_some("")
            data-once=once.then_some("")
            data-again=again.then_some("")
        >
            <HiddenFields/>
            {children()}
        </form>
    }
}

/// Hidden fields of every form: the CSRF token, and without JavaScript the page to lead back to and a nonce.
#[component]
pub fn HiddenFields() -> impl IntoView {
    let Location { pathname, search, .. } = use_location();
    let (path, query) = (pathname.get_untracked(), search.get_untracked());
    let page = match query.trim_start_matches('?') {
        "" => path,
        query => format!("{path}?{query}"),
    };
    view! {
        <input type="hidden" name=csrf::FIELD value=context::page_csrf_token()/>
        <input type="hidden" name=PAGE_FIELD value=page/>
        {context::page_nonce().map(|id| view! { <input type="hidden" name=nonce::FIELD value=id/> })}
    }
}

/// Returns the `action` of the upload form. It carries in the query what other forms have in hidden fields: the CSRF token, which is checked
/// before the body has been read, and the page.
pub fn upload_action() -> String {
    let (token, id) = (context::page_csrf_token().unwrap_or_default(), context::page_nonce().unwrap_or_default());
    format!("{UPLOAD_PATH}?{PAGE_FIELD}={}&{}={token}&{}={id}", Page::Earnings.path(), csrf::FIELD, nonce::FIELD)
}

/// Box for the error of the whole form. Errors of single fields are shown at their fields instead.
#[component]
pub fn FormError<F: ServerFn>(
    /// State from [`use_form`].
    form: FormState<F>,
) -> impl IntoView {
    let message = form.error().filter(|error| error.fields.is_empty()).map(|error| error.message_with_id());
    view! { <ErrorBox path=F::PATH message/> }
}

/// The same for the upload of a statement, which is no server function.
#[component]
pub fn UploadError() -> impl IntoView {
    let error = flash_of(UPLOAD_PATH).and_then(|flash| flash.error);
    view! { <ErrorBox path=UPLOAD_PATH message=error.map(|error| error.message)/> }
}

#[component]
fn ErrorBox(path: &'static str, message: Option<String>) -> impl IntoView {
    let is_empty = message.is_none();
    view! {
        <div data-error-of=path hidden=is_empty>
            <Alert tone=AlertTone::Danger><span data-slot="message">{message}</span></Alert>
        </div>
    }
}

/// Message that the submission succeeded.
#[component]
pub fn FormSuccess<F: ServerFn>(
    /// State from [`use_form`].
    form: FormState<F>,
    /// Text of the message.
    text: &'static str,
    /// Whether the message becomes a toast if JavaScript is available, because its place may be far from the button.
    #[prop(optional)]
    toasted: bool,
) -> impl IntoView {
    let is_done = form.is_done();
    view! {
        <div data-success-of=F::PATH data-text=text data-toast=toasted.then_some("") hidden=!is_done>
            <Alert tone=AlertTone::Success><span data-slot="message">{is_done.then_some(text)}</span></Alert>
        </div>
    }
}

/// Submit button of a form with one button.
#[component]
pub fn SubmitButton(
    /// Label.
    label: &'static str,
    /// Label while the submission is in progress.
    busy: &'static str,
) -> impl IntoView {
    view! { <Button kind=ButtonType::Submit variant=ButtonVariant::Primary full=true busy>{label}</Button> }
}

/// Returns rules of the domain with what to say if they are broken.
pub fn rules(rules: huntaze_domain::validation::Rules) -> Rules {
    let limit = |limit: Option<(usize, huntaze_domain::validation::FieldError)>| limit.map(|(length, error)| (length, error.text()));
    Rules {
        required: rules.missing.map(Text::text),
        min_length: limit(rules.min_chars),
        max_length: limit(rules.max_chars),
        pattern: rules.pattern.map(|(pattern, error)| (pattern, error.text())),
    }
}
