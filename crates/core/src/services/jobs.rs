//! What operators see of the jobs, and do about those that failed.

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

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// No job of this number has failed, or it was taken off the list.
    #[error("unknown")]
    Unknown,
    /// What it was about is gone, or has been mended.
    #[error("gone")]
    Gone,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(JobsError: DbError, sqlx::Error);

/// What waits, and a page of what failed; a page beyond the last is the last.
///
/// # Errors
/// The database does not answer.
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

/// Has what a failed job was about done after all, and takes the job off the list.
///
/// # Errors
/// Unknown, or there is nothing left to do.
pub async fn retry(core: &Core, id: &str) -> Result<(), JobsError> {
    let mut tx = db::begin(&core.db).await?;
    let (kind, subject) = db::jobs::delete_failed(&mut *tx, id).await?.ok_or(JobsError::Unknown)?;
    let now = core.clock.now();
    let is_due = match kind {
        JobKind::Mail => db::outbox::revive(&mut *tx, subject, now).await?,
        JobKind::Sync => db::integrations::set_due(&mut *tx, subject, now).await?,
        JobKind::Import => db::statements::requeue(&mut *tx, subject, now).await?,
        JobKind::Partner => db::partner::set_due(&mut *tx, subject, now).await?,
        // Due by itself, once the job that failed is gone.
        JobKind::Charge | JobKind::CleanUp => true,
    };
    if !is_due {
        return Err(JobsError::Gone);
    }
    tx.commit().await?;
    core.due_bell.notify_one();
    Ok(())
}

/// Takes a failed job off the list.
///
/// # Errors
/// Unknown.
pub async fn dismiss(core: &Core, id: &str) -> Result<(), JobsError> {
    db::jobs::delete_failed(&core.db, id).await?.map(|_| ()).ok_or(JobsError::Unknown)
}
