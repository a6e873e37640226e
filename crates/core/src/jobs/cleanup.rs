//! Cleanup job: deletes expired rows.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::admin::jobs::JobKind;
use uuid::Uuid;

use super::{Job, JobContext, JobError, scheduler};
use crate::{
    Core,
    db::{self, DbError},
    services::{assistant, earnings},
};

/// Retention of expired email links; until then the link page can say that the link has expired and offer a new one.
const EMAIL_TOKEN_RETENTION: TimeDelta = TimeDelta::days(7);
/// Retention of mails that could not be sent, so that admins can see the error.
const FAILED_MAIL_RETENTION: TimeDelta = TimeDelta::days(7);
/// Retention of uploaded statements that were not imported.
const STATEMENT_RETENTION: TimeDelta = TimeDelta::days(30);
/// Retention of expired OAuth states; until then a late callback gets a specific error.
const OAUTH_STATE_RETENTION: TimeDelta = TimeDelta::days(1);
/// Retention of the answers to requests with an idempotency key; see `http::middleware::idempotency`.
const IDEMPOTENCY_KEY_RETENTION: TimeDelta = TimeDelta::days(1);
/// Retention of the event logs of integrations.
const INTEGRATION_EVENT_RETENTION: TimeDelta = TimeDelta::days(90);
/// Retention of completed jobs; failed jobs are kept longer, so that admins can investigate them.
const JOB_RETENTION: TimeDelta = TimeDelta::days(1);
const FAILED_JOB_RETENTION: TimeDelta = TimeDelta::days(30);
/// Retention of audit events: long enough for investigations, but limited.
const AUDIT_RETENTION: TimeDelta = TimeDelta::days(365);

pub(super) struct CleanupJob;

impl Job for CleanupJob {
    type Subject = Uuid;

    const KIND: JobKind = JobKind::Cleanup;
    const DEADLINE: Duration = Duration::from_mins(15);

    async fn list_due(context: &JobContext, _: i64) -> Result<Vec<Uuid>, DbError> {
        scheduler::hourly(context, Self::KIND).await
    }

    async fn run(context: &JobContext, _: Uuid) -> Result<(), JobError> {
        Ok(clean_up(&context.core).await?)
    }
}

/// Deletes everything past its retention, and marks answers with an expired lease as failed.
///
/// # Errors
/// The first query that fails; later deletions are skipped.
async fn clean_up(core: &Core) -> Result<(), DbError> {
    let now = core.clock.now();
    let sessions = db::accounts::sessions::delete_expired(&core.db, now).await?;
    let email_tokens = db::accounts::email_tokens::delete_expired(&core.db, now - EMAIL_TOKEN_RETENTION).await?;
    let mails = db::mail_outbox::delete_failed(&core.db, now - FAILED_MAIL_RETENTION).await?;
    let audit_events = db::accounts::audit::delete_old(&core.db, now - AUDIT_RETENTION).await?;
    let known_devices = db::accounts::incidents::delete_old(&core.db, now - AUDIT_RETENTION).await?;
    let oauth_states = db::integrations::oauth_states::delete_expired(&core.db, now - OAUTH_STATE_RETENTION).await?;
    let idempotency_keys = db::idempotency_keys::delete_old(&core.db, now - IDEMPOTENCY_KEY_RETENTION).await?;
    let integration_events = db::integrations::events::delete_old(&core.db, now - INTEGRATION_EVENT_RETENTION).await?;
    let statements =
        db::earnings::statements::delete_abandoned(&core.db, now - earnings::UPLOAD_TIMEOUT, now - STATEMENT_RETENTION).await?;
    let jobs = db::jobs::delete_old(&core.db, now - JOB_RETENTION, now - FAILED_JOB_RETENTION).await?;
    let answers = assistant::fail_abandoned_answers(core, now).await?;
    tracing::info!(
        sessions,
        email_tokens,
        mails,
        audit_events,
        known_devices,
        oauth_states,
        idempotency_keys,
        integration_events,
        statements,
        jobs,
        answers,
        "cleanup finished"
    );
    Ok(())
}
