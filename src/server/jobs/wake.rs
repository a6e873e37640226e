//! Wakes the workers of this process when there is work; those of others look by themselves.

use std::sync::Arc;

use futures::{Stream, stream};
use tokio::sync::Notify;

use crate::domain::{choice::Choice, job::JobKind};

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

    /// Each time the worker of a kind is woken.
    pub fn stream(&self, kind: JobKind) -> impl Stream<Item = ()> + Unpin + Send + Sync + 'static {
        Box::pin(stream::unfold(self.of(kind), |bell| async move {
            bell.notified().await;
            Some(((), bell))
        }))
    }

    fn of(&self, kind: JobKind) -> Arc<Notify> {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, bell)| Arc::clone(bell)).unwrap_or_default()
    }
}
