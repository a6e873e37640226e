//! Checks access to a page before it is rendered. The server functions that the page calls check it again.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use huntaze_core::db::sessions::OpenSession;
use huntaze_domain::{
    account::Role,
    error::ErrorCode,
    navigation::{HOME, is_for_admins, is_for_members, is_for_visitors, login_path},
};

use super::session::EndedSession;
use crate::error::ApiError;

/// Redirects anonymous users from protected pages to the login page and signed-in users from guest-only pages to the home page. Answers 403
/// to non-admins on admin pages.
pub async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_member = request.extensions().get::<OpenSession>().is_some();
    if is_for_members(path) && !is_member {
        let wanted = request.uri().path_and_query().map_or(path, |wanted| wanted.as_str());
        let has_ended = request.extensions().get::<EndedSession>().is_some();
        return Redirect::to(&login_path(wanted, has_ended)).into_response();
    }
    let is_admin = request.extensions().get::<OpenSession>().is_some_and(|current| current.user.role == Role::Admin);
    if is_for_admins(path) && !is_admin {
        return ApiError::from(ErrorCode::Forbidden).into_response();
    }
    if is_for_visitors(path) && is_member {
        return Redirect::to(HOME).into_response();
    }
    next.run(request).await
}
