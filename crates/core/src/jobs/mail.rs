//! Sends a mail of the outbox.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::{
    Core,
    db::{self, DbError, outbox::OutboxMail},
    infra::mailer::{Mailer, MailerError},
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
pub async fn deliver(core: &Core, mailer: &dyn Mailer, id: Uuid) -> Result<Result<(), MailerError>, DbError> {
    let now = core.clock.now();
    let Some(mail) = db::outbox::claim(&core.db, id, now, now + HIDDEN).await? else { return Ok(Ok(())) };
    match mailer.send(&mail).await {
        Ok(()) => {
            db::outbox::delete(&core.db, id).await?;
            Ok(Ok(()))
        }
        Err(error) => note_failure(core, &mail, error).await,
    }
}

async fn note_failure(core: &Core, mail: &OutboxMail, error: MailerError) -> Result<Result<(), MailerError>, DbError> {
    let now = core.clock.now();
    let is_final = matches!(error, MailerError::Invalid(_)) || mail.attempts >= MOST_ATTEMPTS;
    let retry_at = (!is_final).then(|| now + FIRST_DELAY * (1 << (mail.attempts - 1).clamp(0, 16)));
    tracing::warn!(mail = %mail.id, attempts = mail.attempts, is_final, %error, "a mail did not leave");
    db::outbox::set_failure(&core.db, mail.id, &error.to_string(), retry_at, now).await?;
    Ok(if is_final { Err(error) } else { Ok(()) })
}

/// Notes that a mail is not tried again, because of a fault of ours.
///
/// # Errors
/// The database does not answer.
pub(super) async fn give_up(core: &Core, id: Uuid) -> Result<(), DbError> {
    db::outbox::set_failure(&core.db, id, "handing it over ended in a fault of ours", None, core.clock.now()).await
}
