//! Sends the forms of a page with `fetch`, without leaving the page. One set of listeners serves all of them, also those that are drawn later.
//!
//! A form is a plain `<form method="post">` that the server understands by itself; see `src/forms.rs` for what it may carry:
//!
//! | attribute | of | meaning |
//! |---|---|---|
//! | `data-refresh="a b"` | form | parts of the page to draw again after a success |
//! | `data-refresh-always` | form | also after an error |
//! | `data-once` | form | is hidden after a success |
//! | `data-again` | form | is emptied after a success, for the next one |
//! | `data-error-of="{path}"` | box | takes the error of the form that posts to this path |
//! | `data-success-of="{path}"` | box | says `data-text` after a success; with `data-toast` as a toast |
//! | `data-error-code="{code}"` | box | is shown while the last error has this code |
//! | `data-until-error` | box | is hidden by the first error |
//! | `data-value-of="{id}"` | hidden field | gets the value of the field with this id when the form is sent |
//! | `data-busy` | button | label while the form is on its way |
//!
//! [`validation`](super::validation) checks the fields.

use huntaze_domain::error::ErrorCode;
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Element, Event, FormData, HtmlFormElement, HtmlInputElement, HtmlProgressElement, PageTransitionEvent, ProgressEvent, SubmitEvent,
    UrlSearchParams, XmlHttpRequest,
};

use super::validation::{check_changed, is_valid, set_error, value};
use crate::{
    api::csrf::GetCsrfToken,
    csrf,
    error::ApiError,
    hooks::{
        document::{
            closest, contains, find, find_all, focus, go_to_login, navigate, select, select_all, set_busy, set_hidden, set_message, target,
        },
        events::{FORM_DONE, dispatch, listen},
        fetch::{self, Answer},
        parts, storage,
    },
    ui::toast::{self, ToastTone},
};

/// Marks a form that is on its way.
const PENDING: &str = "data-pending";
/// Key of the toast that the next page shows.
const NEXT_TOAST: &str = "toast";

/// Listens to all forms of the page.
pub(super) fn enhance() {
    let document = document();
    parts::remove_nonces(&document);
    listen(&document, "submit", |event: SubmitEvent| on_submit(&event));
    listen(&document, "focusout", |event: Event| check_changed(&event, false));
    listen(&document, "input", |event: Event| check_changed(&event, true));
    // The back/forward cache restores a page as it was left, with a form on its way.
    listen(&window(), "pageshow", |event: PageTransitionEvent| {
        if event.persisted() {
            for form in pending() {
                let button = select(&form, "[type=submit][data-loading=true]");
                mark_pending(&form, button.as_ref(), false);
            }
        }
    });
    if let Some(text) = storage::take(NEXT_TOAST) {
        toast::show(ToastTone::Success, &text);
    }
}

/// Returns the forms that are on their way.
pub(super) fn pending() -> Vec<Element> {
    find_all(&format!("form[{PENDING}]"))
}

fn on_submit(event: &SubmitEvent) {
    let Some(form) = target(event).and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else { return };
    // The composer of the assistant sends its form itself. Forms with the method `get`, such as a search, load a page.
    if event.default_prevented() || form.get_attribute("method").as_deref() != Some("post") {
        return;
    }
    event.prevent_default();
    let button = event.submitter().map(Element::from);
    let is_disabled = button.as_ref().is_some_and(|button| button.get_attribute("aria-disabled").as_deref() == Some("true"));
    if form.has_attribute(PENDING) || is_disabled {
        return;
    }
    for field in select_all(&form, "[data-value-of]") {
        let source = field.get_attribute("data-value-of").and_then(|id| leptos::prelude::document().get_element_by_id(&id));
        if let (Some(source), Some(field)) = (source.and_then(|source| value(&source)), field.dyn_ref::<HtmlInputElement>()) {
            field.set_value(&source);
        }
    }
    if is_valid(&form) {
        spawn_local(async move { send(&form, button).await });
    }
}

/// Marks a form, and the button that sent it, as on its way or not.
fn mark_pending(form: &Element, button: Option<&Element>, is_pending: bool) {
    let _ = form.toggle_attribute_with_force(PENDING, is_pending);
    let Some(button) = button.cloned().or_else(|| select(form, "[type=submit]:not([hidden])")) else { return };
    set_busy(&button, is_pending);
    let (Some(busy), Some(label)) = (button.get_attribute("data-busy"), select(&button, "[data-slot=label]")) else { return };
    if is_pending {
        let _ = button.set_attribute("data-idle", &label.inner_html());
        label.set_text_content(Some(&busy));
    } else if let Some(idle) = button.get_attribute("data-idle") {
        label.set_inner_html(&idle);
    }
}

async fn send(form: &HtmlFormElement, button: Option<Element>) {
    // Not `form.action`, which is the button if one is called "action".
    let path = form.get_attribute("action").unwrap_or_default();
    mark_pending(form, button.as_ref(), true);
    set_box("error", &path, None);
    set_box("success", &path, None);
    let answer = match body(form, button.as_ref()) {
        Some(body) if form.get_attribute("enctype").is_some() => upload(form, &path, &body).await,
        Some(body) => match UrlSearchParams::new_with_str_sequence_sequence(&body) {
            Ok(body) => fetch::post(&path, &body).await,
            Err(_) => Err(fetch::unreachable_server()),
        },
        None => Err(fetch::unreachable_server()),
    };
    let path = path.split('?').next().unwrap_or_default();
    match answer {
        // The form stays as it is until the next page is there.
        Ok(Answer { location: Some(location), .. }) => {
            if let Some((text, true)) = success_text(path) {
                storage::set(NEXT_TOAST, &text);
            }
            navigate(&location);
        }
        Ok(_) => {
            finish(form, path).await;
            mark_pending(form, button.as_ref(), false);
            dispatch(form, FORM_DONE);
        }
        Err(error) => {
            mark_pending(form, button.as_ref(), false);
            show_error(form, path, &error);
            if form.has_attribute("data-refresh-always") {
                refresh(form).await;
            }
        }
    }
}

fn body(form: &HtmlFormElement, button: Option<&Element>) -> Option<FormData> {
    let data = FormData::new_with_form(form).ok()?;
    if let Some(name) = button.and_then(|button| button.get_attribute("name")) {
        let value = button.and_then(|button| button.get_attribute("value")).unwrap_or_default();
        data.append_with_str(&name, &value).ok()?;
    }
    Some(data)
}

async fn finish(form: &HtmlFormElement, path: &str) {
    // Also those that are shown as text.
    for password in select_all(form, "[data-password=true] input") {
        if let Some(password) = password.dyn_ref::<HtmlInputElement>() {
            password.set_value("");
            password.set_type("password");
            dispatch(password, "input");
        }
    }
    forget_typed(form);
    if form.has_attribute("data-again") {
        begin_again(form);
    }
    refresh(form).await;
    if form.has_attribute("data-once") {
        set_hidden(form, true);
    }
    match success_text(path) {
        Some((text, true)) => toast::show(ToastTone::Success, &text),
        Some((text, false)) => drop(set_box("success", path, Some(&text))),
        None => {}
    }
}

/// Has the parts drawn again that a form changes.
async fn refresh(form: &HtmlFormElement) {
    let Some(names) = form.get_attribute("data-refresh") else { return };
    if let Err(error) = parts::refresh(&names).await {
        toast::show(ToastTone::Danger, &error.message_with_id());
    }
}

/// What is typed in a form that is drawn again has been stored.
fn forget_typed(form: &HtmlFormElement) {
    if closest(form, "[data-part]").is_some() {
        form.reset();
        if let Some(details) = closest(form, "details") {
            close(&details);
        }
    }
}

/// Empties the fields of a form that are typed in, and begins again with the first.
fn begin_again(form: &Element) {
    let typed = select_all(form, "input:not([type=hidden], [type=checkbox], [type=radio])");
    for field in &typed {
        if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
            input.set_value("");
        }
    }
    if let Some(first) = typed.first() {
        focus(first);
    }
}

/// Closes a disclosure. What is hidden loses the focus, so its summary takes it first.
fn close(details: &Element) {
    let has_focus = leptos::prelude::document().active_element().is_some_and(|active| contains(details, &active));
    if let Some(summary) = select(details, "summary").filter(|_| has_focus) {
        focus(&summary);
    }
    let _ = details.remove_attribute("open");
}

/// Returns what to say when a form has succeeded, and whether as a toast.
fn success_text(path: &str) -> Option<(String, bool)> {
    let note = find(&format!("[data-success-of=\"{path}\"]"))?;
    Some((note.get_attribute("data-text")?, note.has_attribute("data-toast")))
}

/// Shows a text in the box for errors or successes of a form, or hides the box.
fn set_box(kind: &str, path: &str, text: Option<&str>) -> Option<Element> {
    let path = path.split('?').next().unwrap_or_default();
    let selector = format!("[data-{kind}-of=\"{path}\"]");
    // In a dialog that covers the page, else on the page.
    let found = find(&format!("dialog[open] {selector}")).or_else(|| find(&selector))?;
    set_message(&found, text);
    Some(found)
}

fn show_error(form: &HtmlFormElement, path: &str, error: &ApiError) {
    if error.code == ErrorCode::Unauthenticated {
        go_to_login();
        return;
    }
    let code = serde_json::to_string(&error.code).unwrap_or_default();
    let code = code.trim_matches('"');
    for note in find_all("[data-error-code]") {
        set_hidden(&note, note.get_attribute("data-error-code").as_deref() != Some(code));
    }
    for note in find_all("[data-until-error]") {
        set_hidden(&note, true);
    }
    let mut unplaced = Vec::new();
    let mut first = None;
    for (name, sentence) in &error.fields {
        let field = select(form, &format!(":is([name=\"{name}\"], [name=\"{name}[]\"]):not([type=hidden])"));
        match field.filter(|field| set_error(field, Some(sentence))) {
            Some(field) => first = first.or(Some(field)),
            None => unplaced.push(sentence.as_str()),
        }
    }
    // Of several fields, the first on the page.
    let first = select(form, "[aria-invalid=true]").or(first);
    if error.fields.is_empty() || !unplaced.is_empty() {
        let text = if unplaced.is_empty() { error.message_with_id() } else { unplaced.join(" ") };
        match set_box("error", path, Some(&text)) {
            Some(shown) if first.is_none() => shown.scroll_into_view_with_bool(false),
            Some(_) => {}
            None => toast::show(ToastTone::Danger, &text),
        }
    }
    if let Some(first) = first {
        focus(&first);
    }
}

/// Sends a form with a file; once more with a new CSRF token if its token is rejected.
async fn upload(form: &HtmlFormElement, path: &str, body: &FormData) -> Result<Answer, ApiError> {
    let bar = select(form, "progress").and_then(|bar| bar.dyn_into::<HtmlProgressElement>().ok());
    let mut request = send_file(path, body, bar.as_ref()).await?;
    if request.get_response_header(csrf::HEADER).is_ok_and(|refusal| refusal.is_some()) {
        fetch::get(GetCsrfToken::PATH).await?;
        request = send_file(path, body, bar.as_ref()).await?;
    }
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status() {
        Ok(200..=299) => Ok(Answer { body: text, location: request.get_response_header("location").ok().flatten(), is_redirected: false }),
        Ok(400..) => Err(fetch::error_in(&text)),
        _ => Err(fetch::unreachable_server()),
    }
}

/// Sends a body and shows the progress in a `<progress>`. Not `fetch`, which does not tell the progress of an upload.
async fn send_file(path: &str, body: &FormData, bar: Option<&HtmlProgressElement>) -> Result<XmlHttpRequest, ApiError> {
    let lost = |_: JsValue| fetch::unreachable_server();
    let request = XmlHttpRequest::new().map_err(lost)?;
    // The token in the query is that of the page, which may be older than the cookie.
    request.open("POST", path).map_err(lost)?;
    request.set_request_header("accept", "application/json").map_err(lost)?;
    request.set_request_header(csrf::HEADER, &fetch::csrf_token().unwrap_or_default()).map_err(lost)?;
    let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new({
        let bar = bar.cloned();
        move |event: ProgressEvent| {
            if let Some(bar) = bar.as_ref().filter(|_| event.length_computable()) {
                set_hidden(bar, false);
                bar.set_max(event.total());
                bar.set_value(event.loaded());
            }
        }
    });
    if let Ok(upload) = request.upload() {
        upload.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    }
    let ended = js_sys::Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    request.send_with_opt_form_data(Some(body)).map_err(lost)?;
    let _ = JsFuture::from(ended).await;
    if let Some(bar) = bar {
        set_hidden(bar, true);
    }
    Ok(request)
}
