//! The one place where a request, its state and Leptos meet.

use std::net::IpAddr;

use chrono::TimeDelta;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use super::{
    db::sessions::OpenSession,
    infra::{cookies::CookieKind, csrf},
    services::auth::SignedIn,
    state::AppState,
};
use crate::{
    api::flash::Flash,
    domain::account::Role,
    error::{ApiError, ErrorCode},
};

tokio::task_local! {
    /// The id of the request that this task works on.
    pub(super) static REQUEST_ID: String;
}

/// The id of the current request; empty outside one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct ClientInfo {
    /// Its address, as far as proxies can be trusted.
    pub ip: String,
    /// What limits are counted by; see [`ClientIp::network`].
    pub network: String,
    /// What it says it is, cut to 255 characters.
    pub user_agent: Option<String>,
    /// The request, as in the log.
    pub request_id: String,
}

/// The client's address, found by a middleware.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// The address, or for IPv6 the /64 that one subscriber has: of its addresses there is no end.
    pub fn network(self) -> String {
        match self.0 {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// The CSRF token that forms on this page carry.
#[derive(Debug, Clone)]
pub struct PageCsrfToken(pub String);

/// Gives Leptos the nonce that the security headers speak of. Called for each page and server function.
pub fn provide_request_context() {
    if let Some(nonce) = extension::<leptos::nonce::Nonce>() {
        provide_context(nonce);
    }
}

/// A value that a middleware left in the request.
fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}

/// The shared state.
///
/// # Errors
/// Called outside a request: a fault of ours.
pub fn state() -> Result<AppState, ApiError> {
    use_context().ok_or_else(|| ErrorCode::Internal.into())
}

/// The open session, if there is one.
pub fn session() -> Option<OpenSession> {
    extension()
}

/// The open session.
///
/// # Errors
/// 401 where there is none.
pub fn authenticated() -> Result<OpenSession, ApiError> {
    session().ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// The open session of somebody who runs Huntaze.
///
/// # Errors
/// 401 where there is none, 403 where it is a creator's.
pub fn admin() -> Result<OpenSession, ApiError> {
    authenticated().and_then(|current| if current.user.role == Role::Admin { Ok(current) } else { Err(ErrorCode::Forbidden.into()) })
}

/// Where the request comes from.
pub fn client() -> ClientInfo {
    match use_context::<Parts>() {
        Some(parts) => client_of(&parts.extensions, &parts.headers),
        None => client_of(&Extensions::new(), &HeaderMap::new()),
    }
}

/// The same for a plain handler.
pub fn client_of(extensions: &Extensions, headers: &HeaderMap) -> ClientInfo {
    let address = extensions.get::<ClientIp>();
    let ip = address.map_or_else(|| "unknown".to_owned(), |address| address.0.to_string());
    let network = address.map_or_else(|| "unknown".to_owned(), |address| address.network());
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(|agent| agent.chars().take(255).collect());
    ClientInfo { ip, network, user_agent, request_id: request_id() }
}

/// The outcome of a form that was posted without JavaScript, to be shown on this page.
pub fn flash() -> Option<Flash> {
    extension()
}

/// The token for the hidden field of a form on this page.
pub fn page_csrf_token() -> Option<String> {
    extension::<PageCsrfToken>().map(|token| token.0)
}

/// Sends the browser on: a real redirect for a plain form, a client-side one for our script.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}

/// Sets the status of a successful answer.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Gives the answer the status and headers of its error.
pub fn set_error_status(error: &ApiError) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    response.set_status(StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if let Some(seconds) = error.retry_after {
        response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Puts the cookies of a new session into the answer.
pub fn start_session(state: &AppState, signed_in: &SignedIn) {
    let config = &state.config.app;
    add_cookie(CookieKind::Session.set(config, &signed_in.token.text(), signed_in.lifetime));
    set_csrf(state, Some(signed_in.session_id));
    add_cookie(CookieKind::PendingEmail.clear(config));
}

/// Takes the session's cookies away. A visitor keeps the CSRF token: nothing that it is bound to ends, and a request under way with it
/// would be refused.
pub fn end_session(state: &AppState) {
    add_cookie(CookieKind::Session.clear(&state.config.app));
    if session().is_some() {
        set_csrf(state, None);
    }
}

/// Puts a CSRF token that fits the session into a cookie, and returns it.
///
/// # Errors
/// There is no randomness.
pub fn mint_csrf(state: &AppState) -> Result<String, ApiError> {
    set_csrf(state, session().map(|session| session.id)).ok_or_else(|| ErrorCode::Internal.into())
}

fn set_csrf(state: &AppState, session: Option<uuid::Uuid>) -> Option<String> {
    let token = csrf::mint(&state.keys.csrf, session, state.clock.now())?;
    add_cookie(CookieKind::Csrf.set(&state.config.app, &token, csrf::LIFETIME));
    Some(token)
}

const PENDING_EMAIL: &str = "pending-email";
const PENDING_EMAIL_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Remembers, in the browser, which address a mail was sent to.
pub fn remember_pending_email(state: &AppState, email: &str) {
    let sealed = super::infra::signed::seal(&state.keys.cookies, PENDING_EMAIL, &email, state.clock.now(), PENDING_EMAIL_LIFETIME);
    add_cookie(sealed.and_then(|sealed| CookieKind::PendingEmail.set(&state.config.app, &sealed, PENDING_EMAIL_LIFETIME)));
}

/// The address that a mail was sent to from this browser.
pub fn pending_email(state: &AppState) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let sealed = CookieKind::PendingEmail.read(&state.config.app, &parts.headers)?;
    super::infra::signed::open(&state.keys.cookies, PENDING_EMAIL, &sealed, state.clock.now())
}

fn add_cookie(cookie: Option<HeaderValue>) {
    if let (Some(response), Some(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}
