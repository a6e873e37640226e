//! Answers in the shape of a schema: known already, or written; and kept together with what they come to.

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

/// Something to be written.
#[async_trait]
pub(super) trait Work: Sync {
    /// What it is, once it is written.
    type Answer: Send + Sync;

    /// Who writes it, and what for.
    fn who(&self) -> (AgentKind, Operation);

    /// What is asked for.
    fn prompt(&self) -> Prompt;

    /// Reads it out of an answer.
    ///
    /// # Errors
    /// It cannot be used; in words for the model.
    fn read(&self, answer: &str) -> Result<Self::Answer, String>;

    /// Keeps it under the number of its request.
    async fn store(&self, tx: &mut PgConnection, id: Uuid, answer: &Self::Answer) -> Result<(), DbError>;
}

/// Has a work written, or takes what is known already, unless it is to be written anew. Returns the number under which it is kept.
///
/// # Errors
/// No request left, or no answer; none of these counts.
pub(super) async fn write<W: Work>(core: &Core, user: &CurrentUser, work: &W, is_anew: bool) -> Result<Uuid, AiError> {
    let calls = Calls::new(core, user.id, is_anew)?;
    let ((agent, operation), prompt) = (work.who(), work.prompt());
    let known = calls.recall(agent, &prompt).await.and_then(|reply| work.read(&reply.text).ok());
    let (reservation, answer) = match known {
        // It costs nothing, so nothing has to be left of the month.
        Some(answer) => (quota::note(core, user, operation).await?, Ok(answer)),
        None => (quota::reserve(core, user, operation).await?, ask(&calls, agent, &prompt, work).await),
    };
    let id = reservation.id;
    let outcome = match answer {
        Ok(answer) => keep(core, &reservation, work, &answer, &calls).await,
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        // Not there or not kept, so it does not count; the calls were made all the same.
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
