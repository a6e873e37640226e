//! Sends a mail of the outbox.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::server::{
    db::{self, DbError, outbox::OutboxMail},
    infra::mailer::{Mailer, MailerError},
    state::AppState,
};

/// A mail in hand is hidden from other workers for longer than one hand-over can take.
const HIDDEN: TimeDelta = TimeDelta::minutes(2);
/// 30 s, 1 min, 2 min, … about an hour in all; then it is given up.
const FIRST_DELAY: TimeDelta = TimeDelta::seconds(30);
const MOST_ATTEMPTS: i32 = 8;

/// Sends a mail, if it is due and nobody else has it in hand.
///
/// # Errors
/// The database does not answer. A mail that is given up is none.
pub async fn deliver(state: &AppState, mailer: &dyn Mailer, id: Uuid) -> Result<Result<(), MailerError>, DbError> {
    let now = state.clock.now();
    let Some(mail) = db::outbox::claim(&state.db, id, now, now + HIDDEN).await? else { return Ok(Ok(())) };
    match mailer.send(&mail).await {
        Ok(()) => {
            db::outbox::delete(&state.db, id).await?;
            Ok(Ok(()))
        }
        Err(error) => note_failure(state, &mail, error).await,
    }
}

async fn note_failure(state: &AppState, mail: &OutboxMail, error: MailerError) -> Result<Result<(), MailerError>, DbError> {
    let now = state.clock.now();
    let is_final = matches!(error, MailerError::Invalid(_)) || mail.attempts >= MOST_ATTEMPTS;
    let retry_at = (!is_final).then(|| now + FIRST_DELAY * (1 << (mail.attempts - 1).clamp(0, 16)));
    tracing::warn!(mail = %mail.id, attempts = mail.attempts, is_final, %error, "a mail did not leave");
    db::outbox::set_failure(&state.db, mail.id, &error.to_string(), retry_at, now).await?;
    Ok(if is_final { Err(error) } else { Ok(()) })
}

/// Notes that a mail is not tried again, because of a fault of ours.
///
/// # Errors
/// The database does not answer.
pub(super) async fn give_up(state: &AppState, id: Uuid) -> Result<(), DbError> {
    db::outbox::set_failure(&state.db, id, "handing it over ended in a fault of ours", None, state.clock.now()).await
}
