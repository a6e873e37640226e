//! Runs the jobs of a queue. apalis hands each job to one worker, and the job of a process that died to another.

use apalis::prelude::{AbortError, Attempt, BackendExt, BoxDynError, Strategy, TaskId, WorkerBuilder, WorkerBuilderExt, WorkerError};
use chrono::TimeDelta;
use futures::{FutureExt, future::BoxFuture};
use huntaze_domain::string_enum::StringEnum;
use serde_json::Value;
use tokio::sync::watch;
use tracing::{
    Instrument, Span,
    field::{Empty, display},
};
use uuid::Uuid;

use super::{
    Job, JobContext, JobError,
    queue::{self, Arguments},
};
use crate::{
    db::{self, DbError},
    error::{InternalError, chain},
};

/// Runs the jobs of a kind until `shutdown`; running jobs complete first.
pub(super) async fn run<J: Job>(context: JobContext, mut shutdown: watch::Receiver<bool>) {
    while !*shutdown.borrow() {
        if let Err(error) = work::<J>(&context, shutdown.clone()).await {
            tracing::error!(job.kind = J::KIND.as_str(), error = chain(&error), "job queue failed; restarting worker");
        }
        let _ = tokio::time::timeout(queue::POLL_INTERVAL, shutdown.wait_for(|stop| *stop)).await;
    }
}

/// Boxed: the compiler cannot prove that apalis' own future is `Send` for every lifetime.
fn work<J: Job>(context: &JobContext, mut shutdown: watch::Receiver<bool>) -> BoxFuture<'static, Result<(), WorkerError>> {
    let context = context.clone();
    let poll = Strategy::new().stream(queue::wake_ups(context.clone(), J::KIND)).interval(queue::POLL_INTERVAL);
    let queue = queue::open::<J>(&context).poll_with_strategy(poll);
    // A unique name: apalis takes the unfinished jobs of a worker with the same name for its own.
    let name = format!("{}-{}", J::KIND.as_str(), Uuid::now_v7());
    let worker =
        WorkerBuilder::new(name).backend(queue).concurrency(J::CONCURRENCY).build(move |arguments: Value, attempt: Attempt, id: TaskId| {
            let context = context.clone();
            async move {
                let outcome = handle::<J>(&context, arguments, attempt.current(), &id.to_string()).await;
                // The queue learns of the outcome at the next fetch.
                context.signals.of(J::KIND).enqueued.notify_one();
                outcome
            }
        });
    let stop = async move {
        let _ = shutdown.wait_for(|stop| *stop).await;
        Ok::<_, WorkerError>(())
    };
    worker.run_until(stop).boxed()
}

/// Runs one attempt in a span of its own, at the level `error` so that no filter removes its fields.
async fn handle<J: Job>(context: &JobContext, arguments: Value, attempt: usize, id: &str) -> Result<(), BoxDynError> {
    let attempt = i32::try_from(attempt).unwrap_or(i32::MAX);
    let span = tracing::error_span!("job", job.id = id, job.kind = J::KIND.as_str(), subject_id = Empty, attempt);
    let attempt = async {
        let Arguments { subject } = serde_json::from_value(arguments).map_err(|error| {
            tracing::error!(error = chain(&error), "invalid arguments of job");
            AbortError::new(error)
        })?;
        Span::current().record("subject_id", display(subject));
        handle_attempt::<J>(context, subject, attempt, id).await
    };
    attempt.instrument(span).await
}

async fn handle_attempt<J: Job>(context: &JobContext, subject_id: Uuid, attempt: i32, id: &str) -> Result<(), BoxDynError> {
    let db = &context.core.db;
    let error = match run_attempt::<J>(context, subject_id, attempt).await {
        Ok(()) => {
            // Free the idempotency key first, so that a follow-up job can be enqueued. Otherwise the scheduler does so.
            logged("failed to clear idempotency key", db::jobs::clear_idempotency_key(db, id).await);
            context.signals.of(J::KIND).due.notify_one();
            return Ok(());
        }
        Err(JobError::Permanent(reason)) => return Err(AbortError::new(reason).into()),
        Err(JobError::Transient(error)) => error,
    };
    let is_final = attempt >= J::MAX_ATTEMPTS;
    tracing::error!(is_final, error = chain(&error), "job failed");
    if is_final {
        logged("failed to record exhausted job", J::exhausted(context, subject_id.into()).await);
        return Err(AbortError::new(error.to_string()).into());
    }
    // Release the claim, or the retry could not claim the row.
    logged("failed to release subject of job", J::release(context, subject_id.into()).await);
    logged("failed to defer job", db::jobs::defer(db, id, backoff(attempt)).await);
    Err(error.to_string().into())
}

/// Logs what could not be recorded of an attempt. The attempt's own outcome stays what it is.
fn logged(message: &'static str, outcome: Result<(), DbError>) {
    if let Err(error) = outcome {
        tracing::error!(error = chain(&error), "{message}");
    }
}

/// Runs the handler within its deadline, in a task of its own: a panic becomes an error, and the handler completes even if the worker loses the
/// connection to its queue.
async fn run_attempt<J: Job>(context: &JobContext, subject_id: Uuid, attempt: i32) -> Result<(), JobError> {
    if attempt > J::MAX_ATTEMPTS {
        return Err(InternalError::new("worker crashed repeatedly").into());
    }
    let task = context.core.tasks.spawn({
        let context = context.clone();
        async move { tokio::time::timeout(J::DEADLINE, J::run(&context, subject_id.into())).await }
    });
    match task.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(InternalError::new(format!("timed out after {:?}", J::DEADLINE)).into()),
        Err(_) => Err(InternalError::new("job handler panicked").into()),
    }
}

/// Returns the delay after an attempt, counted from 1: 10 s, 20 s, 40 s, …
fn backoff(attempt: i32) -> TimeDelta {
    TimeDelta::seconds(10) * (1 << (attempt - 1).clamp(0, 8))
}
