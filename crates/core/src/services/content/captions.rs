//! AI captions for posts.

use async_trait::async_trait;
use huntaze_domain::{
    accounts::CurrentUser,
    ai::{AgentKind, Operation},
    assistant::{grounding, settings::Voice},
    content::captions::{CaptionInput, CaptionRequest, CaptionVariant, Captions},
    ids::{AiRequestId, CaptionsId},
};
use sqlx::PgConnection;

use crate::{
    Core,
    ai::{Prompt, agents::content},
    db::{
        self, DbError,
        content::captions::{NewCaptions, StoredCaptions},
    },
    services::{
        ai::{
            model,
            structured::{self, StructuredTask},
        },
        ai_error::AiError,
        billing::quota,
    },
};

/// Generates captions. Returns the id under which they are stored.
///
/// # Errors
/// Returns an error if the input is invalid, no model is configured, a limit is reached, or the model fails. Failed requests do not count.
pub async fn generate_captions(core: &Core, user: &CurrentUser, input: &CaptionInput) -> Result<CaptionsId, AiError> {
    let request = input.parse().map_err(AiError::InvalidInput)?;
    let is_sandbox = model(core)?.is_sandbox();
    let (worker, user, wants_regeneration) = (core.clone(), user.clone(), input.wants_regeneration());
    // Runs to completion even if the client disconnects, because the model call is billed anyway.
    let work = async move {
        quota::check_rate_limit(&worker, &user).await?;
        let voice = db::assistant::settings::find(&worker.db, user.id).await?.voice;
        structured::generate(&worker, &user, &CaptionTask { request, voice, is_sandbox }, wants_regeneration).await
    };
    Ok(core.tasks.spawn(work).await??.into())
}

/// Task to generate captions.
struct CaptionTask {
    request: CaptionRequest,
    voice: Voice,
    is_sandbox: bool,
}

#[async_trait]
impl StructuredTask for CaptionTask {
    type Answer = Vec<CaptionVariant>;

    fn agent_and_operation(&self) -> (AgentKind, Operation) {
        (AgentKind::Content, Operation::Caption)
    }

    fn prompt(&self) -> Prompt {
        content::caption_prompt(&self.request, &self.voice)
    }

    fn parse(&self, answer: &str) -> Result<Self::Answer, String> {
        content::read_captions(&self.request, &self.voice, answer)
    }

    async fn store(&self, tx: &mut PgConnection, id: AiRequestId, variants: &Self::Answer) -> Result<(), DbError> {
        let captions = NewCaptions { id: id.into(), request: &self.request, variants, is_sandbox: self.is_sandbox };
        db::content::captions::insert(tx, &captions).await
    }
}

/// Returns the captions with this id, or without an id the user's newest ones, if any.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the captions do not exist or belong to another user.
pub async fn captions(core: &Core, user: &CurrentUser, id: Option<&str>) -> Result<Option<Captions>, AiError> {
    let id = match id {
        Some(text) => Some(text.parse().map_err(|_| AiError::NotFound)?),
        None => db::content::captions::newest(&core.db, user.id).await?,
    };
    let Some(id) = id else { return Ok(None) };
    let found = db::content::captions::list(&core.db, user.id, Some(id)).await?.pop().ok_or(AiError::NotFound)?;
    let usage = db::billing::ledger::usage(&core.db, id.request_id()).await?;
    let StoredCaptions { id, request, variants, is_sandbox, created_at } = found;
    let texts: Vec<_> = variants.iter().map(|variant| format!("{}\n{}", variant.text(), variant.rationale)).collect();
    let given = grounding::numbers(&format!("{}\n{}", request.description, request.keywords.join("\n")));
    let unverified_numbers = grounding::find_unverified(&texts.join("\n"), &given, &[]);
    Ok(Some(Captions { id, request, variants, unverified_numbers, usage, is_sandbox, created_at }))
}
