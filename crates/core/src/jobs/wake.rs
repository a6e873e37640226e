//! Wakes the workers of this process when there is work; those of others look by themselves.

use std::{sync::Arc, time::Duration};

use futures::{Stream, stream};
use huntaze_domain::{choice::Choice, job::JobKind};
use tokio::sync::Notify;

/// Longer than a look into the queue takes.
const AGAIN: Duration = Duration::from_millis(100);

/// A bell for each kind of job.
#[derive(Clone)]
pub(super) struct Wakes(Vec<(JobKind, Arc<Notify>)>);

impl Default for Wakes {
    fn default() -> Self {
        Self(JobKind::ALL.iter().map(|kind| (*kind, Arc::default())).collect())
    }
}

impl Wakes {
    /// Wakes the worker of a kind; one that is busy looks again afterwards.
    pub fn wake(&self, kind: JobKind) {
        self.of(kind).notify_one();
    }

    /// Each time the worker of a kind is woken, twice: the queue forgets what rings while it looks.
    pub fn stream(&self, kind: JobKind) -> impl Stream<Item = ()> + Unpin + Send + Sync + 'static {
        Box::pin(stream::unfold((self.of(kind), false), |(bell, has_rung)| async move {
            if has_rung {
                tokio::time::sleep(AGAIN).await;
            } else {
                bell.notified().await;
            }
            Some(((), (bell, !has_rung)))
        }))
    }

    fn of(&self, kind: JobKind) -> Arc<Notify> {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, bell)| Arc::clone(bell)).unwrap_or_default()
    }
}
