//! Protection against cross-site request forgery.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use huntaze_core::{Core, db::accounts::sessions::ActiveSession, infra::csrf};
use huntaze_domain::{error::ErrorCode, ids::SessionId, page::Page};

use super::{
    body_limit::{BufferedBody, is_upload},
    wants_html,
};
use crate::{
    error::ApiError,
    http::{context::PageCsrfToken, cookies::CookieKind},
};

/// Rejects state-changing requests without a valid CSRF token, and provides pages with a token for their forms.
pub async fn protect(State(core): State<Core>, mut request: Request, next: Next) -> Response {
    let session = request.extensions().get::<ActiveSession>().map(|session| session.id);
    if request.method().is_safe() {
        let minted = ensure_page_token(&core, session, &mut request);
        let mut response = next.run(request).await;
        if let Some(cookie) = minted {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        return response;
    }
    if is_cross_site(&core, request.headers()) || !has_valid_token(&core, session, &request) {
        let mut refusal = ApiError::from(ErrorCode::CsrfInvalid).into_response();
        // `hooks::fetch::post` detects the rejection by this header and retries once with a new token.
        refusal.headers_mut().insert(crate::csrf::HEADER, HeaderValue::from_static("refused"));
        return refusal;
    }
    let mut response = next.run(request).await;
    // Pages that were fetched in advance are older than this change.
    response
        .headers_mut()
        .entry(HeaderName::from_static("clear-site-data"))
        .or_insert(HeaderValue::from_static("\"prefetchCache\", \"prerenderCache\""));
    response
}

/// Stores the CSRF token for a page's forms in the request extensions. Returns the cookie to set if a new token was issued.
fn ensure_page_token(core: &Core, session: Option<SessionId>, request: &mut Request) -> Option<HeaderValue> {
    let is_page = *request.method() == Method::GET && wants_html(request.headers()) && !request.uri().path().starts_with("/api/");
    // The landing page has no form, and sets no cookie.
    if !is_page || request.uri().path() == Page::Beta.path() {
        return None;
    }
    let now = core.clock.now();
    let current = CookieKind::Csrf
        .read(&core.config.app, request.headers())
        .filter(|token| !csrf::needs_renewal(&core.keys.csrf, session, token, now));
    if let Some(token) = current {
        request.extensions_mut().insert(PageCsrfToken(token));
        return None;
    }
    let token = csrf::mint(&core.keys.csrf, session, now)?;
    let cookie = CookieKind::Csrf.set(&core.config.app, &token, csrf::LIFETIME);
    request.extensions_mut().insert(PageCsrfToken(token));
    cookie
}

/// Whether the browser's `Sec-Fetch-Site` or `Origin` header shows that the request comes from another site.
fn is_cross_site(core: &Core, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let from_elsewhere = text("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
    // Forms of a page with `Referrer-Policy: no-referrer` are posted with `Origin: null`.
    let other_origin = text("origin").is_some_and(|origin| origin != "null" && origin != core.config.app.origin());
    from_elsewhere || other_origin
}

fn has_valid_token(core: &Core, session: Option<SessionId>, request: &Request) -> bool {
    let Some(cookie) = CookieKind::Csrf.read(&core.config.app, request.headers()) else { return false };
    let Some(sent) = sent_token(request) else { return false };
    csrf::same(&sent, &cookie) && csrf::is_valid(&core.keys.csrf, session, &cookie, core.clock.now())
}

/// Returns the token of the header or of the hidden form field; for uploads the token of the query.
fn sent_token(request: &Request) -> Option<String> {
    if let Some(header) = request.headers().get(crate::csrf::HEADER) {
        return header.to_str().ok().map(ToOwned::to_owned);
    }
    if is_upload(request) {
        // The fields of an upload are read by its handler, after this check.
        let query = request.uri().query().unwrap_or_default();
        return url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == crate::csrf::FIELD)
            .map(|(_, token)| token.into_owned());
    }
    let is_form = request.headers().get(header::CONTENT_TYPE)?.as_bytes().starts_with(b"application/x-www-form-urlencoded");
    let body = &request.extensions().get::<BufferedBody>()?.0;
    url::form_urlencoded::parse(body).find(|(name, _)| is_form && name == crate::csrf::FIELD).map(|(_, token)| token.into_owned())
}
