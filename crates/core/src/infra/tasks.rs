//! Work that outlives the request or job that started it.

use std::future::Future;

use tokio::{task::JoinHandle, time::Instant};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// Tracks spawned tasks, so that the process can wait for them before it ends. A task keeps the span of the code that spawned it: what it
/// logs carries the same `request_id` or `subject`.
#[derive(Debug, Clone, Default)]
pub struct Tasks(TaskTracker);

impl Tasks {
    /// Spawns a task that is not cancelled when its caller is.
    pub fn spawn<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.0.spawn(work.in_current_span())
    }

    /// Waits until all tasks have ended, but not beyond the deadline. Returns how many have not.
    pub async fn drain(&self, deadline: Instant) -> usize {
        self.0.close();
        let _ = tokio::time::timeout_at(deadline, self.0.wait()).await;
        self.0.len()
    }
}
