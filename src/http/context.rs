//! Access to the current request, the application state and the response from within server functions.

use std::net::IpAddr;

use chrono::TimeDelta;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use huntaze_core::{
    Core,
    db::accounts::sessions::ActiveSession,
    infra::{
        csrf, signed,
        token::{Token, hash_of},
    },
    services::accounts::{Browser, IssuedSession},
};
use huntaze_domain::{
    accounts::{CurrentUser, Role},
    client::ClientInfo,
    error::ErrorCode,
    ids::SessionId,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use super::{cookies::CookieKind, request_id, state::AppState};
use crate::error::ApiError;

/// IP address of the client, determined by the `client_ip` middleware.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(pub IpAddr);

impl ClientIp {
    /// Returns the address; for IPv6 the /64 network, because a single subscriber has a whole /64 of addresses.
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

/// CSRF token for the forms of the rendered page.
#[derive(Debug, Clone)]
pub struct PageCsrfToken(pub String);

/// Returns a value that a middleware has stored in the request extensions.
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

/// Returns the current session, or None if the user is not signed in.
pub fn session() -> Option<ActiveSession> {
    extension()
}

/// Returns the current session.
///
/// # Errors
/// 401 if there is no session.
pub fn require_session() -> Result<ActiveSession, ApiError> {
    session().ok_or_else(|| ErrorCode::Unauthenticated.into())
}

/// Services, and the user who makes the request.
///
/// # Errors
/// 401 without a session.
pub fn member() -> Result<(Core, CurrentUser), ApiError> {
    Ok((core()?, require_session()?.user))
}

/// The same for endpoints of admins.
///
/// # Errors
/// 401 without a session, 403 unless the user is an admin.
pub fn require_admin() -> Result<(Core, CurrentUser), ApiError> {
    let (core, user) = member()?;
    if user.role == Role::Admin { Ok((core, user)) } else { Err(ErrorCode::Forbidden.into()) }
}

/// Returns information about the client of the current request.
pub fn client() -> ClientInfo {
    match use_context::<Parts>() {
        Some(parts) => client_of(&parts.extensions, &parts.headers),
        None => client_of(&Extensions::new(), &HeaderMap::new()),
    }
}

/// Like [`client`], for the extractor of plain handlers.
pub(super) fn client_of(extensions: &Extensions, headers: &HeaderMap) -> ClientInfo {
    let address = extensions.get::<ClientIp>();
    let ip = address.map_or_else(|| "unknown".to_owned(), |address| address.0.to_string());
    let network = address.map_or_else(|| "unknown".to_owned(), |address| address.network());
    let user_agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).map(|agent| agent.chars().take(255).collect());
    ClientInfo { ip, network, user_agent, request_id: request_id::current() }
}

/// Returns the CSRF token for hidden form fields on this page.
pub fn page_csrf_token() -> Option<String> {
    extension::<PageCsrfToken>().map(|token| token.0)
}

/// Returns the nonce of the forms on this page: the id of its request. Pages without a session are the same for everybody, and have none.
pub fn page_nonce() -> Option<String> {
    session().map(|_| request_id::current())
}

/// Says where the result leads: HTML forms are redirected, other clients find it in the header `Location`.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}

/// Sets the status of a successful response.
pub fn set_status(status: StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Sets the status and headers of the response according to the error.
pub fn set_error_status(error: &ApiError) {
    let Some(response) = use_context::<ResponseOptions>() else { return };
    response.set_status(StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if let Some(seconds) = error.retry_after {
        response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// How long a browser is known; longer than its last sign-in is remembered.
const DEVICE_LIFETIME: TimeDelta = TimeDelta::days(400);

/// Returns what the browser has of earlier sign-ins.
pub fn browser(core: &Core) -> Browser {
    Browser { previous: session().map(|session| session.id), device: device_cookie(core).and_then(|text| hash_of(&text)) }
}

fn device_cookie(core: &Core) -> Option<String> {
    CookieKind::Device.read(&core.config.app, &use_context::<Parts>()?.headers)
}

/// Adds the cookies of a new session to the response.
pub fn start_session(core: &Core, issued: &IssuedSession) {
    let config = &core.config.app;
    add_cookie(CookieKind::Session.set(config, &issued.token.text(), issued.lifetime));
    // Again if the browser has it: its lifetime counts from the last sign-in.
    if let Some(device) = issued.device.as_ref().map(Token::text).or_else(|| device_cookie(core)) {
        add_cookie(CookieKind::Device.set(config, &device, DEVICE_LIFETIME));
    }
    set_csrf(core, Some(issued.session_id));
    add_cookie(CookieKind::PendingEmail.clear(config));
}

/// Clears the session cookie. If there was a session, replaces the CSRF token; an anonymous token stays valid, because replacing it would
/// make concurrent requests fail.
pub fn end_session(core: &Core) {
    if let Some(response) = use_context::<ResponseOptions>() {
        // Pages that the browser keeps for its way back.
        response.insert_header(
            HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"cache\", \"prefetchCache\", \"prerenderCache\""),
        );
    }
    add_cookie(CookieKind::Session.clear(&core.config.app));
    if session().is_some() {
        set_csrf(core, None);
    }
}

/// Issues a CSRF token for the current session, sets it as a cookie and returns it.
///
/// # Errors
/// 500 if the random number generator fails.
pub fn mint_csrf(core: &Core) -> Result<String, ApiError> {
    set_csrf(core, session().map(|session| session.id)).ok_or_else(|| ErrorCode::Internal.into())
}

fn set_csrf(core: &Core, session: Option<SessionId>) -> Option<String> {
    let token = csrf::mint(&core.keys.csrf, session, core.clock.now())?;
    add_cookie(CookieKind::Csrf.set(&core.config.app, &token, csrf::LIFETIME));
    Some(token)
}

const PENDING_EMAIL: &str = "pending-email";
const PENDING_EMAIL_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Stores the address to which a mail was sent in a signed cookie.
pub fn remember_pending_email(core: &Core, email: &str) {
    let sealed = signed::seal(&core.keys.cookies, PENDING_EMAIL, &email, core.clock.now() + PENDING_EMAIL_LIFETIME);
    add_cookie(sealed.and_then(|sealed| CookieKind::PendingEmail.set(&core.config.app, &sealed, PENDING_EMAIL_LIFETIME)));
}

/// Returns the address to which a mail was sent from this browser.
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
