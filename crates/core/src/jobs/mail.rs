//! Mail job: delivers the mails of the outbox.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::{admin::jobs::JobKind, ids::MailId};

use super::{Job, JobContext, JobError};
use crate::{
    Core,
    db::{self, DbError, mail_outbox::MailFailure},
    error::chain,
    infra::{
        mail::OutboxMail,
        mailer::{Mailer, MailerError},
    },
};

/// Lease on a mail that is being sent; longer than one delivery can take.
const HIDDEN: TimeDelta = TimeDelta::minutes(2);
/// Backoff after the first failed attempt, doubled after each further one: 30 s, 1 min, 2 min, … about one hour in total.
const FIRST_DELAY: TimeDelta = TimeDelta::seconds(30);
const MAX_ATTEMPTS: i32 = 8;

pub(super) struct MailJob;

impl Job for MailJob {
    type Subject = MailId;

    const KIND: JobKind = JobKind::Mail;
    const CONCURRENCY: usize = 2;
    const DEADLINE: Duration = Duration::from_mins(1);
    const LEASE: Duration = Duration::from_mins(2);

    async fn list_due(context: &JobContext, limit: i64) -> Result<Vec<MailId>, DbError> {
        db::mail_outbox::list_due(&context.core.db, context.core.clock.now(), limit).await
    }

    async fn run(context: &JobContext, mail_id: MailId) -> Result<(), JobError> {
        let delivery = deliver(&context.core, context.mailer.as_ref(), mail_id).await?;
        delivery.map_err(|error| JobError::Permanent(error.to_string()))
    }

    async fn release(context: &JobContext, mail_id: MailId) -> Result<(), DbError> {
        db::mail_outbox::release(&context.core.db, mail_id, context.core.clock.now()).await
    }

    /// Marks the mail as failed.
    async fn exhausted(context: &JobContext, mail_id: MailId) -> Result<(), DbError> {
        let core = &context.core;
        let failure = MailFailure { error: "delivery failed: internal error", retry_at: None, now: core.clock.now() };
        db::mail_outbox::record_failure(&core.db, mail_id, failure).await
    }
}

/// Sends a mail if it is due and not leased by another worker.
///
/// # Errors
/// The outer error is a database error. The inner error is a permanent delivery failure; a failed attempt that will be retried returns
/// `Ok(Ok(()))`.
pub async fn deliver(core: &Core, mailer: &dyn Mailer, id: MailId) -> Result<Result<(), MailerError>, DbError> {
    let now = core.clock.now();
    let Some(mail) = db::mail_outbox::claim(&core.db, id, now, now + HIDDEN).await? else { return Ok(Ok(())) };
    match mailer.send(&mail).await {
        Ok(()) => {
            db::mail_outbox::delete(&core.db, id).await?;
            Ok(Ok(()))
        }
        Err(error) => note_failure(core, &mail, error).await,
    }
}

async fn note_failure(core: &Core, mail: &OutboxMail, error: MailerError) -> Result<Result<(), MailerError>, DbError> {
    let now = core.clock.now();
    let is_final = matches!(error, MailerError::Permanent(_)) || mail.attempts >= MAX_ATTEMPTS;
    let retry_at = (!is_final).then(|| now + FIRST_DELAY * (1 << (mail.attempts - 1).clamp(0, 16)));
    tracing::warn!(mail_id = %mail.id, attempt = mail.attempts, is_final, error = chain(&error), "failed to send mail");
    db::mail_outbox::record_failure(&core.db, mail.id, MailFailure { error: &error.to_string(), retry_at, now }).await?;
    Ok(if is_final { Err(error) } else { Ok(()) })
}
