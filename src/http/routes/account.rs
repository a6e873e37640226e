//! The owner's account, where a server function does not fit.

use axum::{
    Extension, Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use huntaze_core::{
    Core,
    db::sessions::OpenSession,
    services::{account, auth},
};
use huntaze_domain::error::ErrorCode;

use crate::{error::ApiError, http::context::client_of};

/// `GET /api/account/export`: all that is stored of the owner, as a file.
///
/// # Errors
/// 401 without a session; the database does not answer.
pub async fn export(State(core): State<Core>, session: Option<Extension<OpenSession>>) -> Result<Response, ApiError> {
    let current = signed_in(session)?;
    let export = account::export(&core, &current).await?;
    let mut response = Json(export).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"huntaze-export.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `DELETE /api/auth/sessions/{id}`: signs a device out.
///
/// # Errors
/// 401 without a session; 404 for a device that is not the owner's.
pub async fn delete_session(
    State(core): State<Core>,
    session: Option<Extension<OpenSession>>,
    Path(id): Path<String>,
    extensions: http::Extensions,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let current = signed_in(session)?;
    auth::revoke_session(&core, &client_of(&extensions, &headers), &current, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn signed_in(session: Option<Extension<OpenSession>>) -> Result<OpenSession, ApiError> {
    session.map(|session| session.0).ok_or_else(|| ErrorCode::Unauthenticated.into())
}
