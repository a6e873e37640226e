//! Addresses that lead elsewhere.

use axum::{Extension, extract::State, response::Redirect};
use http::Uri;
use huntaze_core::{Core, db::sessions::OpenSession, services};
use huntaze_domain::navigation::HOME;

use crate::error::ApiError;

/// The addresses of the first Huntaze, and where they are now.
pub const MOVED: [(&str, &str); 4] = [
    ("/auth/login", "/login"),
    ("/auth/register", "/register"),
    ("/auth/verify", "/verify-email"),
    ("/auth/forgot-password", "/forgot-password"),
];

/// `GET /`: home for members, the landing page for everybody else.
pub async fn root(session: Option<Extension<OpenSession>>) -> Redirect {
    Redirect::to(if session.is_some() { HOME } else { "/beta" })
}

/// Sends an old address on, with its query.
pub fn moved(uri: &Uri, target: &str) -> Redirect {
    Redirect::permanent(&with_query(uri, target))
}

/// `GET /onboarding`: the open step. The login guard lets nobody in without a session.
///
/// # Errors
/// The database does not answer.
pub async fn onboarding(uri: Uri, State(core): State<Core>, Extension(session): Extension<OpenSession>) -> Result<Redirect, ApiError> {
    let known = services::onboarding::find(&core, session.user.id).await?;
    Ok(Redirect::to(&with_query(&uri, &known.page())))
}

fn with_query(uri: &Uri, target: &str) -> String {
    uri.query().map_or_else(|| target.to_owned(), |query| format!("{target}?{query}"))
}
