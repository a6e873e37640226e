//! Loads the session of the cookie.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::header;
use huntaze_core::{Core, error::chain, services::accounts};
use huntaze_domain::page::Page;

use super::wants_html;
use crate::{
    error::ApiError,
    http::{context::client_of, cookies::CookieKind},
};

/// Request extension: the session cookie does not belong to an active session.
#[derive(Debug, Clone, Copy)]
pub struct ExpiredSession;

/// Stores the session in the request extensions, or [`ExpiredSession`] if the cookie does not belong to an active session.
/// Without a cookie it stores nothing.
pub async fn load(State(core): State<Core>, mut request: Request, next: Next) -> Response {
    let Some(token) = CookieKind::Session.read(&core.config.app, request.headers()) else { return next.run(request).await };
    // Pages show the quota of AI.
    let is_page = wants_html(request.headers());
    match accounts::open_session(&core, &token, is_page).await {
        Ok(Some(session)) => {
            tracing::Span::current().record("user_id", tracing::field::display(session.user.id));
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Ok(None) => {
            let client = client_of(request.extensions(), request.headers());
            accounts::note_closed_session(&core, &client, &token).await;
            request.extensions_mut().insert(ExpiredSession);
            let mut response = next.run(request).await;
            let sets_session = response
                .headers()
                .get_all(header::SET_COOKIE)
                .iter()
                .any(|cookie| cookie.as_bytes().starts_with(CookieKind::Session.name(core.config.app.is_https()).as_bytes()));
            // Only for page loads: a background request that was in flight while the session token was replaced must not clear the new
            // cookie.
            if is_page
                && !sets_session
                && let Some(cookie) = CookieKind::Session.clear(&core.config.app)
            {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            response
        }
        // The landing page does not depend on the session.
        Err(error) if request.uri().path() == Page::Beta.path() => {
            tracing::warn!(error = chain(&error), "failed to look up session");
            next.run(request).await
        }
        Err(error) => {
            tracing::error!(error = chain(&error), "failed to look up session");
            ApiError::unavailable().into_response()
        }
    }
}
