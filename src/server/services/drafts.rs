//! Texts that a creator keeps to publish later.

use uuid::Uuid;

use crate::{
    domain::{
        draft::{DRAFTS_MAX, Draft, KeepInput, SaveInput},
        validation::FieldErrors,
    },
    error::{ApiError, ErrorCode},
    server::{
        db::{self, DbError},
        state::AppState,
    },
};

/// Why a draft is not kept.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// What was entered.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// The creator has no such thing.
    #[error("unknown")]
    Unknown,
    /// There are as many as may be.
    #[error("too many drafts")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for DraftError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<DraftError> for ApiError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Invalid(fields) => Self::invalid(fields),
            DraftError::Unknown => ErrorCode::NotFound.into(),
            DraftError::TooMany => Self::new(ErrorCode::Conflict, format!("You keep {DRAFTS_MAX} drafts. Delete one first.")),
            DraftError::Db(error) => {
                tracing::error!(%error, "a request for drafts failed");
                ErrorCode::Internal.into()
            }
        }
    }
}

/// All drafts of a creator, the one that was changed last first.
///
/// # Errors
/// The database does not answer.
pub async fn drafts(state: &AppState, user_id: Uuid) -> Result<Vec<Draft>, DraftError> {
    Ok(db::drafts::list(&state.db, user_id, None).await?)
}

/// Keeps a variant of captions, in place of what was kept of it before.
///
/// # Errors
/// Invalid, somebody else's captions, or too many.
pub async fn keep(state: &AppState, user_id: Uuid, input: &KeepInput) -> Result<Draft, DraftError> {
    let request = input.parse().map_err(DraftError::Invalid)?;
    let mut tx = db::begin(&state.db).await?;
    // One after the other: each counts those before it.
    db::drafts::lock(&mut *tx, user_id).await?;
    let kept = db::drafts::keep(&mut *tx, user_id, &request, DRAFTS_MAX, state.clock.now()).await?;
    tx.commit().await?;
    if let Some(id) = kept {
        return find(state, user_id, id).await;
    }
    let has_captions = !db::ai_captions::list(&state.db, user_id, Some(request.captions_id)).await?.is_empty();
    Err(if has_captions { DraftError::TooMany } else { DraftError::Unknown })
}

/// Lets a draft say something else. From then on it is no longer the variant that it was: to keep that again makes another draft.
///
/// # Errors
/// Invalid, or somebody else's.
pub async fn save(state: &AppState, user_id: Uuid, input: &SaveInput) -> Result<Draft, DraftError> {
    let text = input.parse().map_err(DraftError::Invalid)?;
    let id = parse(&input.id)?;
    if !db::drafts::save(&state.db, user_id, id, &text, state.clock.now()).await? {
        return Err(DraftError::Unknown);
    }
    find(state, user_id, id).await
}

/// Deletes a draft. Returns which one is gone.
///
/// # Errors
/// Unknown, also where it is somebody else's.
pub async fn delete(state: &AppState, user_id: Uuid, id: &str) -> Result<Uuid, DraftError> {
    let id = parse(id)?;
    if db::drafts::delete(&state.db, user_id, id).await? { Ok(id) } else { Err(DraftError::Unknown) }
}

async fn find(state: &AppState, user_id: Uuid, id: Uuid) -> Result<Draft, DraftError> {
    db::drafts::list(&state.db, user_id, Some(id)).await?.pop().ok_or(DraftError::Unknown)
}

fn parse(id: &str) -> Result<Uuid, DraftError> {
    id.parse().map_err(|_| DraftError::Unknown)
}
