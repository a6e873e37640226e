//! Runs what Leptos spawns while it draws a page in the span of the request, so that its log lines carry the request's id.

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use tracing::Instrument;

struct InSpan;

impl CustomExecutor for InSpan {
    fn spawn(&self, work: PinnedFuture<()>) {
        tokio::spawn(work.in_current_span());
    }

    fn spawn_local(&self, work: PinnedLocalFuture<()>) {
        tokio::task::spawn_local(work.in_current_span());
    }

    fn poll_local(&self) {}
}

/// Must be called before Leptos sets its own executor, which it does when the routes are generated.
pub fn init() {
    // An error says that it was called before.
    let _ = Executor::init_custom_executor(InSpan);
}
