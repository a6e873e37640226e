//! Drafts: captions that a user keeps to publish later.

use huntaze_domain::{
    content::drafts::{CreateDraftInput, Draft, UpdateDraftInput},
    ids::{DraftId, Owned, UserId},
    validation::FieldErrors,
};

use crate::{
    Core,
    db::{self, DbError},
    error::{InternalError, internal_errors},
};

/// Errors of draft operations.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The input failed validation; holds the errors by field name.
    #[error("invalid input")]
    InvalidInput(FieldErrors),
    /// The user has no such draft or captions.
    #[error("not found")]
    NotFound,
    /// The user already has [`MAX_DRAFTS`](huntaze_domain::content::drafts::MAX_DRAFTS) drafts.
    #[error("too many drafts")]
    TooMany,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(DraftError: DbError, sqlx::Error);

/// Returns all drafts of the user, most recently changed first.
pub async fn drafts(core: &Core, user_id: UserId) -> Result<Vec<Draft>, DraftError> {
    Ok(db::content::drafts::list(&core.db, user_id, None).await?)
}

/// Creates a draft from a caption variant; replaces an existing draft of the same variant.
///
/// # Errors
/// Returns an error if the input is invalid, the captions do not exist or belong to another user, or the user has too many drafts.
pub async fn create(core: &Core, user_id: UserId, input: &CreateDraftInput) -> Result<Draft, DraftError> {
    let request = input.parse().map_err(DraftError::InvalidInput)?;
    let mut tx = db::begin(&core.db).await?;
    // Serializes inserts of the user, so that each count includes the earlier ones.
    db::content::drafts::lock(&mut *tx, user_id).await?;
    let kept = db::content::drafts::upsert(&mut *tx, user_id, &request, core.clock.now()).await?;
    tx.commit().await?;
    if let Some(id) = kept {
        return find(core, user_id, id).await;
    }
    let has_captions = !db::content::captions::list(&core.db, user_id, Some(request.captions_id)).await?.is_empty();
    Err(if has_captions { DraftError::TooMany } else { DraftError::NotFound })
}

/// Changes the text of a draft and unlinks it from its caption variant; keeping that variant again creates another draft.
///
/// # Errors
/// Returns [`DraftError::InvalidInput`], or [`DraftError::NotFound`] if the draft does not exist or belongs to another user.
pub async fn update(core: &Core, user_id: UserId, input: &UpdateDraftInput) -> Result<Draft, DraftError> {
    let text = input.parse().map_err(DraftError::InvalidInput)?;
    let id = parse(&input.id)?;
    if !db::content::drafts::update(&core.db, Owned { user_id, id }, &text, core.clock.now()).await? {
        return Err(DraftError::NotFound);
    }
    find(core, user_id, id).await
}

/// Deletes a draft. Returns its id.
///
/// # Errors
/// Returns [`DraftError::NotFound`] if the draft does not exist or belongs to another user.
pub async fn delete(core: &Core, user_id: UserId, id: &str) -> Result<DraftId, DraftError> {
    let id = parse(id)?;
    if db::content::drafts::delete(&core.db, user_id, id).await? { Ok(id) } else { Err(DraftError::NotFound) }
}

async fn find(core: &Core, user_id: UserId, id: DraftId) -> Result<Draft, DraftError> {
    db::content::drafts::list(&core.db, user_id, Some(id)).await?.pop().ok_or(DraftError::NotFound)
}

fn parse(id: &str) -> Result<DraftId, DraftError> {
    id.parse().map_err(|_| DraftError::NotFound)
}
