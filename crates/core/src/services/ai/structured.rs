//! Structured completions (captions, reports): taken from the cache or generated, then stored together with their usage.

use async_trait::async_trait;
use huntaze_domain::{
    account::CurrentUser,
    ai::{AgentKind, Operation},
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    AiError,
    calls::Calls,
    quota::{self, LONGEST_ANSWER, Reservation},
};
use crate::{
    Core,
    ai::Prompt,
    db::{self, DbError},
};

/// A structured completion that can be generated.
#[async_trait]
pub(super) trait Work: Sync {
    /// The parsed completion.
    type Answer: Send + Sync;

    /// Returns the agent that generates it, and the operation it is recorded as.
    fn who(&self) -> (AgentKind, Operation);

    /// Returns the prompt.
    fn prompt(&self) -> Prompt;

    /// Parses and validates a completion.
    ///
    /// # Errors
    /// Returns what is wrong, phrased for the model.
    fn read(&self, answer: &str) -> Result<Self::Answer, String>;

    /// Stores it under the id of its request.
    async fn store(&self, tx: &mut PgConnection, id: Uuid, answer: &Self::Answer) -> Result<(), DbError>;
}

/// Generates `work`, or takes it from the cache unless `is_anew` is set, and stores it. Returns the id of the request, under which it is
/// stored.
///
/// # Errors
/// Returns an error if a limit is reached or the model fails. Failed requests do not count.
pub(super) async fn write<W: Work>(core: &Core, user: &CurrentUser, work: &W, is_anew: bool) -> Result<Uuid, AiError> {
    let calls = Calls::new(core, user.id, is_anew)?;
    let ((agent, operation), prompt) = (work.who(), work.prompt());
    let known = calls.recall(agent, &prompt).await.and_then(|reply| work.read(&reply.text).ok());
    let (reservation, answer) = match known {
        // A cache hit is free, so no quota is needed.
        Some(answer) => (quota::note(core, user, operation).await?, Ok(answer)),
        None => (quota::reserve(core, user, operation).await?, ask(&calls, agent, &prompt, work).await),
    };
    let id = reservation.id;
    let outcome = match answer {
        Ok(answer) => keep(core, &reservation, work, &answer, &calls).await,
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        // Not generated or not stored, so it does not count; its model calls are still recorded.
        reservation.release(core, &calls.list()).await?;
    }
    outcome.map(|()| id)
}

async fn ask<W: Work>(calls: &Calls<'_>, agent: AgentKind, prompt: &Prompt, work: &W) -> Result<W::Answer, AiError> {
    let asked = calls.ask_for(agent, prompt, |answer| work.read(answer));
    tokio::time::timeout(LONGEST_ANSWER, asked).await.unwrap_or(Err(AiError::NoAnswer))
}

async fn keep<W: Work>(core: &Core, reservation: &Reservation, work: &W, answer: &W::Answer, calls: &Calls<'_>) -> Result<(), AiError> {
    let mut tx = db::begin(&core.db).await?;
    reservation.settle(&mut tx, &calls.list(), core).await?;
    work.store(&mut tx, reservation.id, answer).await?;
    tx.commit().await?;
    Ok(())
}
