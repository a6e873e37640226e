//! Upload of earnings statements, whose bodies are too large for a server function. The other endpoints are in `api::earnings`.

use std::time::{Duration, Instant};

use axum::{
    Json,
    extract::{
        Multipart, State,
        multipart::{Field, MultipartRejection},
    },
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use huntaze_core::{
    Core,
    services::{
        accounts,
        earnings::{EarningsError, Upload},
    },
};
use huntaze_domain::{
    earnings::StatementFileError,
    error::ErrorCode,
    ids::{StatementId, UserId},
    page::statement_page,
};
use serde_json::json;

use crate::{
    error::ApiError,
    http::extract::{Client, Member},
};

/// Timeout for each chunk of the upload.
const PATIENCE: Duration = Duration::from_secs(15);
/// Timeout for the whole file.
const DEADLINE: Duration = Duration::from_mins(10);

/// `POST /api/earnings/statements`: stores the `file` of a `multipart/form-data` body. Answers 201 with `{"id"}` and the statement's page
/// as `Location`.
///
/// # Errors
/// 400 if the file is incomplete or not a table; 401 without a session; 409 if too many statements are pending; 413 if the file is too
/// large.
pub async fn upload(
    State(core): State<Core>,
    (Member(current), Client(client)): (Member, Client),
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let user_id = current.user.id;
    let form = form.map_err(|_| ErrorCode::InvalidInput)?;
    let worker = core.clone();
    // Run to completion even if the client disconnects, so that an incomplete upload is removed.
    let received = core.tasks.spawn(async move {
        let outcome = receive(&worker, user_id, form).await;
        if let Err(EarningsError::InvalidFile(_) | EarningsError::TooLarge) = &outcome {
            accounts::note_refused_upload(&worker, &client, user_id).await;
        }
        outcome
    });
    let id = received.await.map_err(EarningsError::from)??;
    let location = HeaderValue::try_from(statement_page(&id.to_string())).map_err(|_| ErrorCode::Internal)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(json!({ "id": id }))).into_response())
}

async fn receive(core: &Core, user_id: UserId, mut form: Multipart) -> Result<StatementId, EarningsError> {
    loop {
        let next = tokio::time::timeout(PATIENCE, form.next_field()).await.map_err(|_| not_whole())?;
        let Some(field) = next.map_err(|error| broken(&error))? else {
            return Err(EarningsError::InvalidFile(StatementFileError::Missing));
        };
        if field.name() != Some("file") {
            continue;
        }
        let mut upload = Upload::begin(core, user_id, field.file_name().unwrap_or_default()).await?;
        return match copy(field, &mut upload).await {
            Ok(()) => upload.finish().await,
            Err(error) => {
                upload.abort().await;
                Err(error)
            }
        };
    }
}

async fn copy(mut field: Field<'_>, upload: &mut Upload) -> Result<(), EarningsError> {
    let deadline = Instant::now() + DEADLINE;
    while Instant::now() < deadline {
        let next = tokio::time::timeout(PATIENCE, field.chunk()).await.map_err(|_| not_whole())?;
        match next.map_err(|error| broken(&error))? {
            Some(bytes) => upload.push(&bytes).await?,
            None => return Ok(()),
        }
    }
    Err(not_whole())
}

fn broken(error: &axum::extract::multipart::MultipartError) -> EarningsError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { EarningsError::TooLarge } else { not_whole() }
}

const fn not_whole() -> EarningsError {
    EarningsError::InvalidFile(StatementFileError::Incomplete)
}
