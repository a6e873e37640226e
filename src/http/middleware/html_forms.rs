//! Support for browsers without JavaScript: form posts are answered with a redirect, errors with a page.
//!
//! The inner layers and server functions only know JSON. This middleware turns a form post into an API call and its result into a redirect:
//! to the location that the function sets, or back to the page that the form names, with the error and the submitted values.

use axum::{
    body::to_bytes,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use chrono::TimeDelta;
use http::{HeaderName, HeaderValue, Method, header, response::Parts};
use huntaze_core::{Core, infra::signed};
use huntaze_domain::{error::ErrorCode, page::form_page};
use url::{Position, Url};

use super::{
    body_limit::{self, BufferedBody},
    wants_html,
};
use crate::{
    csrf,
    error::ApiError,
    flash::{Flash, PAGE_FIELD},
    http::{
        cookies::CookieKind,
        routes::{error_page, external_link_page},
        state::AppState,
    },
    nonce,
};

const FLASH: &str = "flash";
const FLASH_LIFETIME: TimeDelta = TimeDelta::minutes(1);
/// Fields that are never stored in a cookie. An e-mailed token is restored from the page's URL instead.
const UNSTORED_FIELDS: [&str; 7] = ["password", "currentPassword", "token", "apiKey", csrf::FIELD, PAGE_FIELD, nonce::FIELD];
/// Maximum length of the sealed cookie value in bytes. Browsers limit a cookie to 4 KB, including its name and attributes.
const MAX_COOKIE_BYTES: usize = 3800;
/// Appended to the error if the submitted values do not fit into the cookie. The browser's history still has them.
const TOO_LONG: &str = " What you wrote is too long to stand here again: your browser's way back has it.";

/// Handles requests of clients that accept HTML; see the module documentation.
pub async fn handle(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    if !wants_html(request.headers()) {
        return next.run(request).await;
    }
    if *request.method() == Method::POST {
        return submit(&state, request, next).await;
    }
    // A page that is fetched in advance may never be seen.
    let is_prefetch = request.headers().get("sec-purpose").is_some_and(|purpose| purpose.as_bytes().starts_with(b"prefetch"));
    let has_flash = !is_prefetch && read_flash(&state.core, &mut request);
    let response = next.run(request).await;
    let mut response = render_error(&state, response);
    // A redirect renders nothing, so the flash is kept for the page it leads to.
    if has_flash
        && !response.status().is_redirection()
        && let Some(cookie) = CookieKind::Flash.clear(&state.core.config.app)
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn submit(state: &AppState, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let (query, referer) = (request.uri().query().map(ToOwned::to_owned), request.headers().get(header::REFERER).cloned());
    let (response, fields) = match body_limit::buffer(request).await {
        Ok(mut request) => {
            request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
            let fields = fields_of(&request);
            (next.run(request).await, fields)
        }
        Err(error) => (error.into_response(), Vec::new()),
    };
    let page = page_field(&fields).or_else(|| page_field(&parse_fields(query?.as_bytes()))).or_else(|| page_in(&referer?));
    let page = page.unwrap_or_default();
    redirect_back(state, response, Submission { path, page, fields }).await
}

/// A form that a browser has sent.
struct Submission {
    /// Path of the endpoint.
    path: String,
    /// Page of the form, as it says.
    page: String,
    fields: Vec<(String, String)>,
}

/// Turns the response to a form into a redirect to its page.
async fn redirect_back(state: &AppState, response: Response, submission: Submission) -> Response {
    let Submission { path, page, fields } = submission;
    let (parts, error) = outcome_of(response).await;
    let sent_on = parts.headers.get(header::LOCATION).and_then(|location| location.to_str().ok()).filter(|_| error.is_none());
    let is_elsewhere = |target: &&str| !target.starts_with('/');
    if let Some(elsewhere) = sent_on.filter(is_elsewhere) {
        return external_link_page::render(state, elsewhere);
    }
    let flash = if sent_on.is_none() { flash_cookie(&state.core, &path, error.clone(), fields) } else { None };
    // After a success the token of a mailed link has been used.
    let target = sent_on.map_or_else(|| form_page(&page, error.is_some()), ToOwned::to_owned);
    let mut redirect = Redirect::to(&target).into_response();
    for cookie in parts.headers.get_all(header::SET_COOKIE).iter().cloned().chain(flash) {
        redirect.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Some(cleared) = parts.headers.get("clear-site-data") {
        redirect.headers_mut().insert(HeaderName::from_static("clear-site-data"), cleared.clone());
    }
    redirect
}

/// Splits a response into its head and its error, if it is one. Middleware attaches the error to the response extensions; server functions
/// only serialize it into the body.
async fn outcome_of(response: Response) -> (Parts, Option<ApiError>) {
    let has_failed = response.status().is_client_error() || response.status().is_server_error();
    let from_layer = error_of(&response);
    let (parts, body) = response.into_parts();
    let error = match from_layer {
        _ if !has_failed => None,
        Some(error) => Some(error),
        None => Some(error_in(body).await),
    };
    (parts, error)
}

/// Returns the page that a form names in its body, or an upload in its query. `form_page` checks it.
fn page_field(fields: &[(String, String)]) -> Option<String> {
    fields.iter().find(|(name, page)| name == PAGE_FIELD && !page.is_empty()).map(|(_, page)| page.clone())
}

/// Returns the page that the browser names, for a body that was not read.
fn page_in(referer: &HeaderValue) -> Option<String> {
    let url = Url::parse(referer.to_str().ok()?).ok()?;
    Some(url[Position::BeforePath..Position::AfterQuery].to_owned())
}

fn fields_of(request: &Request) -> Vec<(String, String)> {
    let body = request.extensions().get::<BufferedBody>().map(|body| body.0.clone()).unwrap_or_default();
    parse_fields(&body)
}

fn parse_fields(form: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(form).into_owned().collect()
}

fn error_of(response: &Response) -> Option<ApiError> {
    response.extensions().get::<ApiError>().cloned()
}

async fn error_in(body: axum::body::Body) -> ApiError {
    let bytes = to_bytes(body, body_limit::LIMIT).await.unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_else(|_| ErrorCode::Internal.into())
}

fn flash_cookie(core: &Core, form: &str, error: Option<ApiError>, mut values: Vec<(String, String)>) -> Option<HeaderValue> {
    values.retain(|(name, _)| !UNSTORED_FIELDS.contains(&name.as_str()));
    let seal = |flash: &Flash| signed::seal(&core.keys.cookies, FLASH, flash, core.clock.now() + FLASH_LIFETIME);
    let mut flash = Flash { form: form.to_owned(), error, values };
    let mut sealed = seal(&flash)?;
    if sealed.len() > MAX_COOKIE_BYTES {
        // The error must arrive, even if the values do not.
        flash.values.clear();
        if let Some(error) = &mut flash.error {
            // A form shows either the message or the field errors.
            [&mut error.message].into_iter().chain(error.fields.values_mut()).for_each(|sentence| sentence.push_str(TOO_LONG));
        }
        sealed = seal(&flash)?;
    }
    CookieKind::Flash.set(&core.config.app, &sealed, FLASH_LIFETIME)
}

fn read_flash(core: &Core, request: &mut Request) -> bool {
    let Some(sealed) = CookieKind::Flash.read(&core.config.app, request.headers()) else { return false };
    if let Some(flash) = signed::open::<Flash>(&core.keys.cookies, FLASH, &sealed, core.clock.now()) {
        request.extensions_mut().insert(flash);
    }
    true
}

/// Renders the error of a middleware as a page; other responses are returned unchanged.
fn render_error(state: &AppState, response: Response) -> Response {
    let Some(error) = error_of(&response) else { return response };
    let mut page = error_page::render(state, &error);
    if let Some(retry_after) = response.headers().get(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, retry_after.clone());
    }
    page
}
