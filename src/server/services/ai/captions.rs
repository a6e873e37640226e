//! Captions for a post.

use uuid::Uuid;

use super::{AiError, model, quota};
use crate::{
    domain::{
        account::CurrentUser,
        ai::{
            AgentKind, Operation,
            caption::{CaptionInput, CaptionRequest, CaptionVariant, Captions},
        },
    },
    server::{
        ai::{LanguageModel, ModelFailure, Prompt, agents::content},
        db::{self, ai_captions::StoredCaptions, ai_ledger::Call},
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
    let reservation = quota::reserve(state, user, Operation::Caption).await?;
    let mut calls = Vec::new();
    let variants = match write_variants(model, request, &mut calls).await {
        Ok(variants) => variants,
        Err(error) => {
            reservation.release(state, &calls).await?;
            return Err(error);
        }
    };
    let id = reservation.id;
    if let Err(error) = store(state, id, request, &variants, model.is_sandbox(), &calls).await {
        // Not kept, so it does not count; the calls were made all the same.
        reservation.release(state, &calls).await?;
        return Err(error);
    }
    Ok(id)
}

async fn store(
    state: &AppState,
    id: Uuid,
    request: &CaptionRequest,
    variants: &[CaptionVariant],
    is_sandbox: bool,
    calls: &[Call],
) -> Result<(), AiError> {
    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    db::ai_ledger::end(&mut *tx, id, true).await?;
    db::ai_ledger::insert_calls(&mut *tx, id, calls, now).await?;
    db::ai_captions::insert(&mut *tx, id, request, variants, is_sandbox).await?;
    tx.commit().await?;
    Ok(())
}

/// Asks, and once more where the answer cannot be used.
async fn write_variants(
    model: &dyn LanguageModel,
    request: &CaptionRequest,
    calls: &mut Vec<Call>,
) -> Result<Vec<CaptionVariant>, AiError> {
    let answer = ask(model, &content::caption_prompt(request), calls).await?;
    let fault = match content::read_captions(request, &answer) {
        Ok(variants) => return Ok(variants),
        Err(fault) => fault,
    };
    tracing::warn!(fault, "captions could not be used");
    let answer = ask(model, &content::repair_prompt(request, &fault), calls).await?;
    content::read_captions(request, &answer).map_err(|fault| {
        tracing::error!(fault, "nor could those that were to mend it");
        AiError::NoAnswer
    })
}

/// Asks a model, and notes what that costs, answer or none.
async fn ask(model: &dyn LanguageModel, prompt: &Prompt, calls: &mut Vec<Call>) -> Result<String, AiError> {
    let mut note = |name: String, tokens| {
        let cost_micro = model.cost(&name, tokens);
        calls.push(Call { agent: AgentKind::Content, model: name, tokens, cost_micro });
    };
    match model.answer(prompt).await {
        Ok(reply) => {
            note(reply.model, reply.tokens);
            Ok(reply.text)
        }
        Err(ModelFailure { error, billed }) => {
            tracing::warn!(%error, "the model gave no answer");
            if let Some((name, tokens)) = billed {
                note(name, tokens);
            }
            Err(error.into())
        }
    }
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
