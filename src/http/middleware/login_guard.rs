//! Checks access to a page before it is rendered. The server functions that the page calls check it again.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use huntaze_core::db::sessions::ActiveSession;
use huntaze_domain::{
    account::Role,
    error::ErrorCode,
    navigation::{HOME, is_guest_only, login_path, requires_admin, requires_session},
};

use super::session::ExpiredSession;
use crate::error::ApiError;

/// Redirects anonymous users from protected pages to the login page and signed-in users from guest-only pages to the home page. Answers 403
/// to non-admins on admin pages.
pub async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_member = request.extensions().get::<ActiveSession>().is_some();
    if requires_session(path) && !is_member {
        let wanted = request.uri().path_and_query().map_or(path, |wanted| wanted.as_str());
        let has_ended = request.extensions().get::<ExpiredSession>().is_some();
        return Redirect::to(&login_path(wanted, has_ended)).into_response();
    }
    let is_admin = request.extensions().get::<ActiveSession>().is_some_and(|current| current.user.role == Role::Admin);
    if requires_admin(path) && !is_admin {
        return ApiError::from(ErrorCode::Forbidden).into_response();
    }
    if is_guest_only(path) && is_member {
        return Redirect::to(HOME).into_response();
    }
    next.run(request).await
}
