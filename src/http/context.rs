//! The one place where a request, its state and Leptos meet.

use std::net::IpAddr;

use chrono::TimeDelta;
use http::{Extensions, HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use huntaze_core::{
    Core,
    db::sessions::OpenSession,
    infra::{csrf, signed},
    services::auth::SignedIn,
};
use huntaze_domain::{account::Role, client::ClientInfo, error::ErrorCode};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;

use super::{cookies::CookieKind, request_id, state::AppState};
use crate::{api::flash::Flash, error::ApiError};

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

/// Services and what they work with.
///
/// # Errors
/// Called outside a request.
pub fn core() -> Result<Core, ApiError> {
    let state: AppState = use_context().ok_or(ErrorCode::Internal)?;
    Ok(state.core.clone())
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
    ClientInfo { ip, network, user_agent, request_id: request_id::current() }
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
pub fn start_session(core: &Core, signed_in: &SignedIn) {
    let config = &core.config.app;
    add_cookie(CookieKind::Session.set(config, &signed_in.token.text(), signed_in.lifetime));
    set_csrf(core, Some(signed_in.session_id));
    add_cookie(CookieKind::PendingEmail.clear(config));
}

/// Takes the session's cookies away. A visitor keeps the CSRF token: nothing that it is bound to ends, and a request under way with it
/// would be refused.
pub fn end_session(core: &Core) {
    add_cookie(CookieKind::Session.clear(&core.config.app));
    if session().is_some() {
        set_csrf(core, None);
    }
}

/// Puts a CSRF token that fits the session into a cookie, and returns it.
///
/// # Errors
/// There is no randomness.
pub fn mint_csrf(core: &Core) -> Result<String, ApiError> {
    set_csrf(core, session().map(|session| session.id)).ok_or_else(|| ErrorCode::Internal.into())
}

fn set_csrf(core: &Core, session: Option<uuid::Uuid>) -> Option<String> {
    let token = csrf::mint(&core.keys.csrf, session, core.clock.now())?;
    add_cookie(CookieKind::Csrf.set(&core.config.app, &token, csrf::LIFETIME));
    Some(token)
}

const PENDING_EMAIL: &str = "pending-email";
const PENDING_EMAIL_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Remembers, in the browser, which address a mail was sent to.
pub fn remember_pending_email(core: &Core, email: &str) {
    let sealed = signed::seal(&core.keys.cookies, PENDING_EMAIL, &email, core.clock.now(), PENDING_EMAIL_LIFETIME);
    add_cookie(sealed.and_then(|sealed| CookieKind::PendingEmail.set(&core.config.app, &sealed, PENDING_EMAIL_LIFETIME)));
}

/// The address that a mail was sent to from this browser.
pub fn pending_email(core: &Core) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let sealed = CookieKind::PendingEmail.read(&core.config.app, &parts.headers)?;
    signed::open(&core.keys.cookies, PENDING_EMAIL, &sealed, core.clock.now())
}

fn add_cookie(cookie: Option<HeaderValue>) {
    if let (Some(response), Some(cookie)) = (use_context::<ResponseOptions>(), cookie) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}
