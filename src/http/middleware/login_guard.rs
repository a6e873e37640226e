//! Checks access to a page before it is rendered. The server functions that the page calls check it again.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use huntaze_core::db::accounts::sessions::ActiveSession;
use huntaze_domain::{
    accounts::Role,
    error::ErrorCode,
    page::{Access, Page, login_page},
};

use super::session::ExpiredSession;
use crate::error::ApiError;

/// Redirects anonymous users from protected pages to the login page and signed-in users from guest-only pages to the home page. Answers 403
/// to non-admins on admin pages.
pub async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let session = request.extensions().get::<ActiveSession>();
    let is_admin = session.is_some_and(|current| current.user.role == Role::Admin);
    match (Access::of(path), session.is_some()) {
        (Access::Member | Access::Admin, false) => {
            let wanted = request.uri().path_and_query().map_or(path, |wanted| wanted.as_str());
            let has_ended = request.extensions().get::<ExpiredSession>().is_some();
            Redirect::to(&login_page(wanted, has_ended)).into_response()
        }
        (Access::Admin, true) if !is_admin => ApiError::from(ErrorCode::Forbidden).into_response(),
        (Access::Guest, true) => Redirect::to(Page::Home.path()).into_response(),
        _ => next.run(request).await,
    }
}
