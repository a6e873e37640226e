//! Captions for a post.

use uuid::Uuid;

use super::{
    AiError,
    calls::Calls,
    model,
    quota::{self, Reservation},
};
use crate::{
    domain::{
        account::CurrentUser,
        ai::{
            AgentKind, Operation,
            caption::{CaptionInput, CaptionRequest, CaptionVariant, Captions},
        },
    },
    server::{
        ai::agents::content,
        db::{self, ai_captions::StoredCaptions},
        state::AppState,
    },
};

/// Has captions written. Returns the number under which they are kept.
///
/// # Errors
/// Invalid, not set up, no request left, or no answer; none of these counts.
pub async fn generate_captions(state: &AppState, user: &CurrentUser, input: &CaptionInput) -> Result<Uuid, AiError> {
    let request = input.parse().map_err(AiError::Invalid)?;
    model(state)?;
    let (worker, user) = (state.clone(), user.clone());
    // To the end, also when the creator does not wait for it: what was paid for is kept.
    state.tasks.spawn(async move { write(&worker, &user, &request).await }).await?
}

async fn write(state: &AppState, user: &CurrentUser, request: &CaptionRequest) -> Result<Uuid, AiError> {
    let model = model(state)?;
    let voice = db::ai_settings::find(&state.db, user.id).await?.voice;
    let reservation = quota::reserve(state, user, Operation::Caption).await?;
    let id = reservation.id;
    let calls = Calls::new(model);
    let prompt = content::caption_prompt(request, &voice);
    let variants = calls.ask_for(AgentKind::Content, prompt, |answer| content::read_captions(request, &voice, answer)).await;
    let outcome = match variants {
        Ok(variants) => store(state, &reservation, request, &variants, model.is_sandbox(), &calls).await,
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        // Not there or not kept, so it does not count; the calls were made all the same.
        reservation.release(state, &calls.list()).await?;
    }
    outcome.map(|()| id)
}

async fn store(
    state: &AppState,
    reservation: &Reservation,
    request: &CaptionRequest,
    variants: &[CaptionVariant],
    is_sandbox: bool,
    calls: &Calls<'_>,
) -> Result<(), AiError> {
    let mut tx = state.db.begin().await?;
    reservation.settle(&mut tx, &calls.list(), state).await?;
    db::ai_captions::insert(&mut *tx, reservation.id, request, variants, is_sandbox).await?;
    tx.commit().await?;
    Ok(())
}

/// Captions that were written for a creator, or the newest there are.
///
/// # Errors
/// Unknown, also where they are somebody else's.
pub async fn captions(state: &AppState, user: &CurrentUser, id: Option<&str>) -> Result<Option<Captions>, AiError> {
    let id = match id {
        Some(text) => Some(text.parse().map_err(|_| AiError::Unknown)?),
        None => db::ai_captions::newest(&state.db, user.id).await?,
    };
    let Some(id) = id else { return Ok(None) };
    let found = db::ai_captions::list(&state.db, user.id, Some(id)).await?.pop().ok_or(AiError::Unknown)?;
    let cost = db::ai_ledger::cost(&state.db, id).await?;
    let StoredCaptions { id, request, variants, is_sandbox, created_at } = found;
    Ok(Some(Captions { id, request, variants, cost, is_sandbox, created_at }))
}
