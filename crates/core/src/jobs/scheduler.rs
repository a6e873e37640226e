//! Puts what is due into the queue. Which work there is stands in the tables of those whose it is, written in the transaction that
//! causes it; so nothing is lost between them and the queue, and what is due is found by whichever process looks first.

use std::time::Duration;

use huntaze_domain::{choice::Choice, job::JobKind};
use tokio::sync::watch;

use super::{wake::Wakes, work::Work};
use crate::db::{self, DbError};

/// Between two looks, when nobody rings.
const PAUSE: Duration = Duration::from_secs(5);
/// So many subjects of a kind are put in at once.
const MOST: i64 = 100;
/// A job that ends in a fault of ours is tried so often; so is one whose workers die.
pub(super) const MOST_ATTEMPTS: i32 = 5;

pub(super) async fn run(work: Work, wakes: Wakes, mut shutdown: watch::Receiver<bool>) {
    loop {
        for kind in JobKind::ALL.iter().copied() {
            match schedule(&work, kind).await {
                Ok(0) => {}
                Ok(_) => wakes.wake(kind),
                Err(error) => tracing::error!(%error, kind = kind.as_str(), "what is due could not be put into the queue"),
            }
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = work.core.due_bell.notified() => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

async fn schedule(work: &Work, kind: JobKind) -> Result<u64, DbError> {
    let due = work.due(kind, MOST).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let db = &work.core.db;
    db::jobs::free_names(db, kind, &due).await?;
    db::jobs::push(db, kind, &due, MOST_ATTEMPTS).await
}
