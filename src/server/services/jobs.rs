//! What operators see of the jobs, and do about those that failed.

use crate::{
    domain::{
        choice::Choice,
        job::{FAILED_ON_PAGE, JobKind, JobsReport, QueueReport},
    },
    error::{ApiError, ErrorCode},
    server::{
        db::{self, DbError},
        services::paging::{self, Page},
        state::AppState,
    },
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
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for JobsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Unknown => Self::new(ErrorCode::NotFound, "This job is not on the list any more."),
            JobsError::Gone => Self::new(ErrorCode::Conflict, "What it was about is gone, or was mended. There is nothing to try again."),
            JobsError::Db(error) => {
                tracing::error!(%error, "a request about jobs failed");
                ErrorCode::Internal.into()
            }
        }
    }
}

/// What waits, and a page of what failed; a page beyond the last is the last.
///
/// # Errors
/// The database does not answer.
pub async fn report(state: &AppState, page: u32) -> Result<JobsReport, JobsError> {
    let found = db::jobs::queues(&state.db).await?;
    let of_kind = |kind: &JobKind| {
        let empty = QueueReport { kind: *kind, waiting: 0, running: 0, waiting_since: None };
        found.iter().find(|queue| queue.kind == *kind).copied().unwrap_or(empty)
    };
    let read = async |limit, offset| {
        let failed = db::jobs::failed(&state.db, limit, offset).await?;
        Ok::<_, DbError>((failed, db::jobs::count_failed(&state.db).await?))
    };
    let Page { items: failed, number: page, pages, total: failed_in_all } = paging::page(page, FAILED_ON_PAGE, read).await?;
    Ok(JobsReport { queues: JobKind::ALL.iter().map(of_kind).collect(), failed, failed_in_all, page, pages })
}

/// Has what a failed job was about done after all, and takes the job off the list.
///
/// # Errors
/// Unknown, or there is nothing left to do.
pub async fn retry(state: &AppState, id: &str) -> Result<(), JobsError> {
    let mut tx = db::begin(&state.db).await?;
    let (kind, subject) = db::jobs::delete_failed(&mut *tx, id).await?.ok_or(JobsError::Unknown)?;
    let now = state.clock.now();
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
    state.due_bell.notify_one();
    Ok(())
}

/// Takes a failed job off the list.
///
/// # Errors
/// Unknown.
pub async fn dismiss(state: &AppState, id: &str) -> Result<(), JobsError> {
    db::jobs::delete_failed(&state.db, id).await?.map(|_| ()).ok_or(JobsError::Unknown)
}
