//! Texts that a creator keeps to publish later.

use huntaze_domain::{
    draft::{DRAFTS_MAX, Draft, KeepInput, SaveInput},
    validation::FieldErrors,
};
use uuid::Uuid;

use crate::{
    Core,
    db::{self, DbError},
    error::{InternalError, internal_errors},
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
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(DraftError: DbError, sqlx::Error);

/// All drafts of a creator, the one that was changed last first.
///
/// # Errors
/// The database does not answer.
pub async fn drafts(core: &Core, user_id: Uuid) -> Result<Vec<Draft>, DraftError> {
    Ok(db::drafts::list(&core.db, user_id, None).await?)
}

/// Keeps a variant of captions, in place of what was kept of it before.
///
/// # Errors
/// Invalid, somebody else's captions, or too many.
pub async fn keep(core: &Core, user_id: Uuid, input: &KeepInput) -> Result<Draft, DraftError> {
    let request = input.parse().map_err(DraftError::Invalid)?;
    let mut tx = db::begin(&core.db).await?;
    // One after the other: each counts those before it.
    db::drafts::lock(&mut *tx, user_id).await?;
    let kept = db::drafts::keep(&mut *tx, user_id, &request, DRAFTS_MAX, core.clock.now()).await?;
    tx.commit().await?;
    if let Some(id) = kept {
        return find(core, user_id, id).await;
    }
    let has_captions = !db::ai_captions::list(&core.db, user_id, Some(request.captions_id)).await?.is_empty();
    Err(if has_captions { DraftError::TooMany } else { DraftError::Unknown })
}

/// Lets a draft say something else. From then on it is no longer the variant that it was: to keep that again makes another draft.
///
/// # Errors
/// Invalid, or somebody else's.
pub async fn save(core: &Core, user_id: Uuid, input: &SaveInput) -> Result<Draft, DraftError> {
    let text = input.parse().map_err(DraftError::Invalid)?;
    let id = parse(&input.id)?;
    if !db::drafts::save(&core.db, user_id, id, &text, core.clock.now()).await? {
        return Err(DraftError::Unknown);
    }
    find(core, user_id, id).await
}

/// Deletes a draft. Returns which one is gone.
///
/// # Errors
/// Unknown, also where it is somebody else's.
pub async fn delete(core: &Core, user_id: Uuid, id: &str) -> Result<Uuid, DraftError> {
    let id = parse(id)?;
    if db::drafts::delete(&core.db, user_id, id).await? { Ok(id) } else { Err(DraftError::Unknown) }
}

async fn find(core: &Core, user_id: Uuid, id: Uuid) -> Result<Draft, DraftError> {
    db::drafts::list(&core.db, user_id, Some(id)).await?.pop().ok_or(DraftError::Unknown)
}

fn parse(id: &str) -> Result<Uuid, DraftError> {
    id.parse().map_err(|_| DraftError::Unknown)
}
