//! Structured completions (captions, reports): taken from the cache or generated, then stored together with their usage.

use async_trait::async_trait;
use huntaze_domain::{
    accounts::CurrentUser,
    ai::{AgentKind, Operation},
    ids::AiRequestId,
};
use sqlx::PgConnection;

use super::model_calls::ModelCalls;
use crate::{
    Core,
    ai::Prompt,
    db::{self, DbError},
    error::chain,
    services::{
        ai_error::AiError,
        billing::quota::{self, ANSWER_TIMEOUT, Reservation},
    },
};

/// A structured completion that can be generated.
#[async_trait]
pub(in crate::services) trait StructuredTask: Sync {
    /// The parsed completion.
    type Answer: Send + Sync;

    /// Returns the agent that generates it, and the operation it is recorded as.
    fn agent_and_operation(&self) -> (AgentKind, Operation);

    /// Returns the prompt.
    fn prompt(&self) -> Prompt;

    /// Parses and validates a completion.
    ///
    /// # Errors
    /// Returns what is wrong, phrased for the model.
    fn parse(&self, answer: &str) -> Result<Self::Answer, String>;

    /// Stores it under the id of its request.
    async fn store(&self, tx: &mut PgConnection, id: AiRequestId, answer: &Self::Answer) -> Result<(), DbError>;
}

/// Generates `task`, or takes it from the cache unless `wants_regeneration` is set, and stores it. Returns the id of the request, under which it is
/// stored.
///
/// # Errors
/// Returns an error if a limit is reached or the model fails. Failed requests do not count.
pub(in crate::services) async fn generate<T: StructuredTask>(
    core: &Core,
    user: &CurrentUser,
    task: &T,
    wants_regeneration: bool,
) -> Result<AiRequestId, AiError> {
    let calls = ModelCalls::new(core, user.id, wants_regeneration)?;
    let ((agent, operation), prompt) = (task.agent_and_operation(), task.prompt());
    let known = calls.get_cached(agent, &prompt).await.and_then(|completion| task.parse(&completion.text).ok());
    let (reservation, answer) = match known {
        // A cache hit is free, so no quota is needed.
        Some(answer) => (quota::record_cache_hit(core, user, operation).await?, Ok(answer)),
        None => (quota::reserve(core, user, operation).await?, complete(&calls, agent, &prompt, task).await),
    };
    let id = reservation.id;
    let outcome = match answer {
        Ok(answer) => store(&reservation, task, &answer, &calls).await,
        Err(error) => Err(error),
    };
    if outcome.is_err()
        // Not generated or not stored, so it does not count; its model calls are still recorded.
        && let Err(error) = reservation.release(core, &calls.recorded()).await
    {
        tracing::error!(error = chain(&error), "failed to release reservation");
    }
    outcome.map(|()| id)
}

async fn complete<T: StructuredTask>(calls: &ModelCalls<'_>, agent: AgentKind, prompt: &Prompt, task: &T) -> Result<T::Answer, AiError> {
    let completion = calls.complete_structured(agent, prompt, |answer| task.parse(answer));
    tokio::time::timeout(ANSWER_TIMEOUT, completion).await.unwrap_or(Err(AiError::InvalidResponse))
}

async fn store<T: StructuredTask>(reservation: &Reservation, task: &T, answer: &T::Answer, calls: &ModelCalls<'_>) -> Result<(), AiError> {
    let core = calls.core();
    let mut tx = db::begin(&core.db).await?;
    reservation.settle(&mut tx, &calls.recorded(), core).await?;
    task.store(&mut tx, reservation.id, answer).await?;
    tx.commit().await?;
    Ok(())
}
