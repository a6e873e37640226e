//! Enqueues what is due. A subject becomes due in the transaction that causes it, so nothing is lost between its table and the queue, and
//! whichever process looks first enqueues it.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::{admin::jobs::JobKind, string_enum::StringEnum};
use tokio::sync::watch;
use uuid::Uuid;

use super::{Job, JobContext};
use crate::{
    db::{self, DbError},
    error::chain,
};

/// Time between two looks without a notification: subjects also become due by the clock.
const POLL_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum number of subjects that are enqueued at once.
const BATCH_SIZE: i64 = 100;

pub(super) async fn run<J: Job>(context: JobContext, mut shutdown: watch::Receiver<bool>) {
    let signal = context.signals.of(J::KIND);
    loop {
        match enqueue_due::<J>(&context).await {
            Ok(0) => {}
            Ok(_) => signal.enqueued.notify_one(),
            Err(error) => tracing::error!(job.kind = J::KIND.as_str(), error = chain(&error), "failed to enqueue due jobs"),
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_INTERVAL) => {}
            () = signal.due.notified() => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// Returns the number of jobs that were enqueued.
async fn enqueue_due<J: Job>(context: &JobContext) -> Result<u64, DbError> {
    let due: Vec<Uuid> = J::list_due(context, BATCH_SIZE).await?.into_iter().map(Into::into).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let db = &context.core.db;
    db::jobs::clear_idempotency_keys(db, J::KIND, &due).await?;
    db::jobs::enqueue(db, J::KIND, &due, J::MAX_ATTEMPTS).await
}

/// Subjects of a job that runs once an hour over all processes. It is about no row: its subject is the nil id.
pub(super) async fn hourly(context: &JobContext, kind: JobKind) -> Result<Vec<Uuid>, DbError> {
    let has_recent = db::jobs::has_recent(&context.core.db, kind, TimeDelta::hours(1)).await?;
    Ok(if has_recent { Vec::new() } else { vec![Uuid::nil()] })
}
