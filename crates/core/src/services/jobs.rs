//! Admin view of background jobs; retrying and dismissing failed ones.

use huntaze_domain::{
    choice::Choice,
    job::{FAILED_ON_PAGE, JobKind, JobsReport, QueueReport},
};

use crate::{
    Core,
    db::{self, DbError},
    error::{InternalError, internal_errors},
    services::paging::{self, Page},
};

/// Errors of job operations.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// There is no failed job with this id, or it was already retried or dismissed.
    #[error("not found")]
    Unknown,
    /// The subject of the job no longer exists or no longer needs it.
    #[error("subject no longer exists or needs no retry")]
    Gone,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(JobsError: DbError, sqlx::Error);

/// Returns the queue statistics and a page of failed jobs; a page beyond the last one is replaced by the last.
pub async fn report(core: &Core, page: u32) -> Result<JobsReport, JobsError> {
    let found = db::jobs::queues(&core.db).await?;
    let of_kind = |kind: &JobKind| {
        let empty = QueueReport { kind: *kind, waiting: 0, running: 0, waiting_since: None };
        found.iter().find(|queue| queue.kind == *kind).copied().unwrap_or(empty)
    };
    let read = async |limit, offset| {
        let failed = db::jobs::failed(&core.db, limit, offset).await?;
        Ok::<_, DbError>((failed, db::jobs::count_failed(&core.db).await?))
    };
    let Page { items: failed, number: page, pages, total: failed_in_all } = paging::page(page, FAILED_ON_PAGE, read).await?;
    Ok(JobsReport { queues: JobKind::ALL.iter().map(of_kind).collect(), failed, failed_in_all, page, pages })
}

/// Makes the subject of a failed job due again, and removes the job from the list.
///
/// # Errors
/// Returns [`JobsError::Unknown`], or [`JobsError::Gone`] if there is nothing to retry.
pub async fn retry(core: &Core, id: &str) -> Result<(), JobsError> {
    let mut tx = db::begin(&core.db).await?;
    let (kind, subject) = db::jobs::delete_failed(&mut *tx, id).await?.ok_or(JobsError::Unknown)?;
    let now = core.clock.now();
    let is_due = match kind {
        JobKind::Mail => db::outbox::revive(&mut *tx, subject, now).await?,
        JobKind::Sync => db::integrations::set_due(&mut *tx, subject, now).await?,
        JobKind::Import => db::statements::requeue(&mut *tx, subject, now).await?,
        JobKind::Partner => db::partner::set_due(&mut *tx, subject, now).await?,
        // The scheduler enqueues these again once the failed job is deleted.
        JobKind::Charge | JobKind::CleanUp => true,
    };
    if !is_due {
        return Err(JobsError::Gone);
    }
    db::jobs::notify_due(&mut *tx, kind).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes a failed job from the list without retrying it.
///
/// # Errors
/// Returns [`JobsError::Unknown`].
pub async fn dismiss(core: &Core, id: &str) -> Result<(), JobsError> {
    db::jobs::delete_failed(&core.db, id).await?.map(|_| ()).ok_or(JobsError::Unknown)
}
