//! Admin view of background jobs; retrying and dismissing failed ones.

use huntaze_domain::{
    admin::jobs::{FAILED_JOBS_PER_PAGE, JobKind, JobsOverview, QueueStats},
    client::ClientInfo,
    ids::{IntegrationId, MailId, PartnerConnectionId, StatementId, UserId},
    string_enum::StringEnum,
};
use sqlx::PgConnection;

use crate::{
    Core,
    db::{self, DbError, accounts::audit::AuditKind},
    error::{InternalError, internal_errors},
    services::{
        accounts::Audit,
        paging::{self, Page},
    },
};

/// Errors of job operations.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// There is no failed job with this id, or it was already retried or dismissed.
    #[error("not found")]
    NotFound,
    /// The subject of the job no longer exists or no longer needs it.
    #[error("subject no longer exists or needs no retry")]
    Gone,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(JobsError: DbError, sqlx::Error);

/// Returns the queue statistics and a page of failed jobs; a page beyond the last one is replaced by the last.
pub async fn report(core: &Core, page: u32) -> Result<JobsOverview, JobsError> {
    let found = db::jobs::queue_stats(&core.db).await?;
    let of_kind = |kind: &JobKind| {
        let empty = QueueStats { kind: *kind, pending: 0, running: 0, oldest_pending_at: None };
        found.iter().find(|queue| queue.kind == *kind).copied().unwrap_or(empty)
    };
    let read = async |slice| {
        let failed = db::jobs::failed(&core.db, slice).await?;
        Ok::<_, DbError>((failed, db::jobs::count_failed(&core.db).await?))
    };
    let Page { items: failed, number: page, pages, total: failed_total } = paging::page(page, FAILED_JOBS_PER_PAGE, read).await?;
    Ok(JobsOverview { queues: JobKind::ALL.iter().map(of_kind).collect(), failed, failed_total, page, pages })
}

/// Makes the subject of a failed job due again, and removes the job from the list.
///
/// # Errors
/// Returns [`JobsError::NotFound`], or [`JobsError::Gone`] if there is nothing to retry.
pub async fn retry(core: &Core, admin: Actor<'_>, id: &str) -> Result<(), JobsError> {
    let mut tx = db::begin(&core.db).await?;
    let (kind, subject) = db::jobs::delete_failed(&mut *tx, id).await?.ok_or(JobsError::NotFound)?;
    let now = core.clock.now();
    let is_due = match kind {
        JobKind::Mail => db::mail_outbox::requeue(&mut *tx, MailId::from(subject), now).await?,
        JobKind::Sync => db::integrations::reschedule(&mut *tx, IntegrationId::from(subject), now).await?,
        JobKind::Import => db::earnings::imports::requeue(&mut *tx, StatementId::from(subject), now).await?,
        JobKind::PartnerSync => db::earnings::partner::reschedule(&mut *tx, PartnerConnectionId::from(subject), now).await?,
        // The scheduler enqueues these again once the failed job is deleted.
        JobKind::AiCharges | JobKind::Cleanup => true,
    };
    if !is_due {
        return Err(JobsError::Gone);
    }
    db::jobs::notify_due(&mut *tx, kind).await?;
    admin.record(core, &mut tx, (AuditKind::JobRetried, kind)).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a failed job from the list without retrying it.
///
/// # Errors
/// Returns [`JobsError::NotFound`].
pub async fn dismiss(core: &Core, admin: Actor<'_>, id: &str) -> Result<(), JobsError> {
    let mut tx = db::begin(&core.db).await?;
    let (kind, _) = db::jobs::delete_failed(&mut *tx, id).await?.ok_or(JobsError::NotFound)?;
    admin.record(core, &mut tx, (AuditKind::JobDismissed, kind)).await?;
    tx.commit().await?;
    Ok(())
}

/// The admin who does something, for the audit log.
#[derive(Clone, Copy)]
pub struct Actor<'a> {
    /// Id of the admin.
    pub user_id: UserId,
    /// Client of the request.
    pub client: &'a ClientInfo,
}

impl Actor<'_> {
    async fn record(&self, core: &Core, tx: &mut PgConnection, (action, job): (AuditKind, JobKind)) -> Result<(), DbError> {
        let audit = Audit { core, client: self.client };
        audit.record_about(tx, Some(self.user_id), (action, Some(job.as_str()))).await
    }
}
