//! Account endpoints that cannot be server functions.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use huntaze_core::{Core, services::accounts};

use crate::{
    error::ApiError,
    http::extract::{Client, Member},
};

/// `GET /api/account/export`: returns all data stored about the user as a JSON file.
///
/// # Errors
/// 401 without a session; 500 if the database fails.
pub async fn export(State(core): State<Core>, Member(current): Member, Client(client): Client) -> Result<Response, ApiError> {
    let export = accounts::export(&core, &client, &current).await?;
    let mut response = Json(export).into_response();
    let name = HeaderValue::from_static("attachment; filename=\"huntaze-export.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `DELETE /api/auth/sessions/{id}`: ends a session of the user.
///
/// # Errors
/// 401 without a session; 404 if the session does not exist or belongs to another user.
pub async fn delete_session(
    State(core): State<Core>,
    Member(current): Member,
    Path(id): Path<String>,
    Client(client): Client,
) -> Result<StatusCode, ApiError> {
    accounts::revoke_session(&core, &client, &current, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
