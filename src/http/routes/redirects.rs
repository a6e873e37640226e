//! Redirects of paths without a page of their own.

use axum::{Extension, extract::State, response::Redirect};
use http::Uri;
use huntaze_core::{Core, db::accounts::sessions::ActiveSession, services};
use huntaze_domain::page::Page;

use crate::error::ApiError;

/// Paths of the previous version of Huntaze and their replacements.
pub const LEGACY_PATHS: [(&str, &str); 4] = [
    ("/auth/login", Page::Login.path()),
    ("/auth/register", Page::Register.path()),
    ("/auth/verify", Page::VerifyEmail.path()),
    ("/auth/forgot-password", Page::ForgotPassword.path()),
];

/// `GET /`: redirects to the home page if the user is signed in, otherwise to the landing page.
pub async fn root(session: Option<Extension<ActiveSession>>) -> Redirect {
    Redirect::to(if session.is_some() { Page::Home.path() } else { Page::Beta.path() })
}

/// Redirects a legacy path permanently to its replacement, keeping the query.
pub fn redirect_legacy(uri: &Uri, target: &str) -> Redirect {
    Redirect::permanent(&with_query(uri, target))
}

/// `GET /onboarding`: redirects to the current step. The login guard ensures that there is a session.
///
/// # Errors
/// 500 if the database fails.
pub async fn onboarding(uri: Uri, State(core): State<Core>, Extension(session): Extension<ActiveSession>) -> Result<Redirect, ApiError> {
    let known = services::onboarding::find(&core, session.user.id).await?;
    Ok(Redirect::to(&with_query(&uri, known.page().path())))
}

fn with_query(uri: &Uri, target: &str) -> String {
    uri.query().map_or_else(|| target.to_owned(), |query| format!("{target}?{query}"))
}
