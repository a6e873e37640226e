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
            settings::Voice,
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
    let outcome = match write_variants(&calls, request, &voice).await {
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

/// Asks, and once more where the answer cannot be used.
async fn write_variants(calls: &Calls<'_>, request: &CaptionRequest, voice: &Voice) -> Result<Vec<CaptionVariant>, AiError> {
    let answer = calls.ask(AgentKind::Content, &content::caption_prompt(request, voice)).await?.text;
    let fault = match content::read_captions(request, voice, &answer) {
        Ok(variants) => return Ok(variants),
        Err(fault) => fault,
    };
    tracing::warn!(fault, "captions could not be used");
    let answer = calls.ask(AgentKind::Content, &content::repair_prompt(request, voice, &fault)).await?.text;
    content::read_captions(request, voice, &answer).map_err(|fault| {
        tracing::error!(fault, "nor could those that were to mend it");
        AiError::NoAnswer
    })
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
