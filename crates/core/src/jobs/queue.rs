//! What apalis-postgres 1.0 needs from us, in one place. The rest of `jobs` knows a stream of jobs and nothing of its queue.
//!
//! - Its notification stream is not used: each worker would hold a connection of its own for `LISTEN`. [`super::listener`] has one for all
//!   kinds and receives the same notifications, which a trigger on `apalis.jobs` sends.
//! - A wake-up that arrives while a fetch is in progress is forgotten (`apalis_core::backend::poll_strategy`), so each is delivered twice.
//! - A dropped worker drops futures that are beginning a transaction (transact-rs/sqlx#4393): hence the pool of [`crate::db::queue_pool`].
//! - Its transaction that marks a job as running is not used: a worker that is told to stop waits for its jobs without going on with that
//!   transaction (`apalis_core::worker::call_all`), and a job that then changes its own row waits for it forever. So a running job is `Queued`.
//! - A job keeps its idempotency key after it has ended: see `db::jobs::clear_idempotency_key`.
//! - `run_at` of a failed job is set by us, for its retry policy has no backoff that a restarted process would keep: see `db::jobs::defer`.

use std::time::Duration;

use apalis_postgres::{Config, PostgresStorage};
use futures::{Stream, StreamExt, stream};
use huntaze_domain::{admin::jobs::JobKind, string_enum::StringEnum};
use serde::Deserialize;
use serde_json::Value;

use super::{Job, JobContext};

/// Notifications of the trigger on `apalis.jobs` (migration `20251018165121_notify_run_at`).
pub(super) const ENQUEUED_CHANNEL: &str = "apalis::job::insert";
/// Time between two fetches without a wake-up; also the delay after a database error.
pub(super) const POLL_INTERVAL: Duration = Duration::from_secs(5);
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(10);
/// Longer than a fetch takes.
const REPEAT_DELAY: Duration = Duration::from_millis(100);

/// Payload of a job.
#[derive(Deserialize)]
pub(super) struct Arguments {
    /// Row that the job is about.
    pub subject: uuid::Uuid,
}

/// Returns the kind of job that a notification on [`ENQUEUED_CHANNEL`] is about.
pub(super) fn enqueued_kind(payload: &str) -> Option<JobKind> {
    #[derive(Deserialize)]
    struct Enqueued {
        job_type: String,
    }
    JobKind::parse(&serde_json::from_str::<Enqueued>(payload).ok()?.job_type)
}

/// Returns the queue of a kind. It hands out one job at a time: what a worker has fetched and not begun, no other process would run.
pub(super) fn open<J: Job>(context: &JobContext) -> PostgresStorage<Value> {
    let missed_heartbeats = usize::try_from(J::LEASE.as_secs() / HEARTBEAT_INTERVAL.as_secs() + 1).unwrap_or(usize::MAX);
    let config = Config::default()
        .queue(J::KIND.as_str())
        .batch_size(1)
        .lock_tasks(false)
        .heartbeat_interval(HEARTBEAT_INTERVAL)
        .missed_heartbeats(missed_heartbeats);
    PostgresStorage::<Value>::new(&context.queue).with_config(config)
}

/// Yields whenever the worker of a kind is to fetch, twice for each signal.
pub(super) fn wake_ups(context: JobContext, kind: JobKind) -> impl Stream<Item = ()> + Unpin + Send + Sync + 'static {
    let mut signals = Box::pin(stream::unfold((context, false), move |(context, is_repeat)| async move {
        if is_repeat {
            tokio::time::sleep(REPEAT_DELAY).await;
        } else {
            context.signals.of(kind).enqueued.notified().await;
        }
        Some(((), (context, !is_repeat)))
    }));
    // After an item, apalis' strategy does not poll again before something else wakes it: then nothing would wait for the next signal.
    stream::poll_fn(move |task| {
        let item = signals.poll_next_unpin(task);
        if item.is_ready() {
            task.waker().wake_by_ref();
        }
        item
    })
}
