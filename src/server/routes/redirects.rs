//! Addresses that lead elsewhere.

use axum::response::Redirect;
use http::Uri;

use crate::{domain::navigation::HOME, server::db::sessions::OpenSession};

/// The addresses of the first Huntaze, and where they are now.
pub const MOVED: [(&str, &str); 4] = [
    ("/auth/login", "/login"),
    ("/auth/register", "/register"),
    ("/auth/verify", "/verify-email"),
    ("/auth/forgot-password", "/forgot-password"),
];

/// `GET /`: home for members, the landing page for everybody else.
pub async fn root(session: Option<axum::Extension<OpenSession>>) -> Redirect {
    Redirect::to(if session.is_some() { HOME } else { "/beta" })
}

/// Sends an old address on, with its query.
pub fn moved(uri: &Uri, target: &str) -> Redirect {
    match uri.query() {
        Some(query) => Redirect::permanent(&format!("{target}?{query}")),
        None => Redirect::permanent(target),
    }
}
