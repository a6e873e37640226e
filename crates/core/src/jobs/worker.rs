//! Takes jobs from the queue and does them. The queue is that of apalis: it hands each job to one worker, and a job whose process died to
//! another one.

use std::time::Duration;

use apalis::prelude::{AbortError, Attempt, BackendExt, BoxDynError, Strategy, TaskId, WorkerBuilder, WorkerBuilderExt, WorkerError};
use apalis_postgres::{Config, PostgresStorage};
use futures::{FutureExt, future::BoxFuture};
use huntaze_domain::{choice::Choice, job::JobKind};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    scheduler::MOST_ATTEMPTS,
    wake::Wakes,
    work::{self, JobError, Work},
};
use crate::db;

/// Between two looks, when nobody wakes the worker; after a fault of the database, too.
const PAUSE: Duration = Duration::from_secs(5);
/// Between two signs of life.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// What a job says about itself in the queue.
#[derive(Deserialize)]
struct Arguments {
    subject: Uuid,
}

/// Does the jobs of a kind until it is time to stop; those under way are ended first.
pub(super) async fn run(work: Work, kind: JobKind, wakes: Wakes, mut shutdown: watch::Receiver<bool>) {
    while !*shutdown.borrow() {
        if let Err(error) = take(&work, kind, &wakes, shutdown.clone()).await {
            tracing::error!(%error, kind = kind.as_str(), "the queue could not be read");
        }
        let _ = tokio::time::timeout(PAUSE, shutdown.wait_for(|stop| *stop)).await;
    }
}

fn take(work: &Work, kind: JobKind, wakes: &Wakes, mut shutdown: watch::Receiver<bool>) -> BoxFuture<'static, Result<(), WorkerError>> {
    // One at a time: what this worker has taken and not begun, nobody else would do.
    let config =
        Config::default().queue(kind.as_str()).batch_size(1).heartbeat_interval(HEARTBEAT).missed_heartbeats(work::missed_heartbeats(kind));
    let queue = PostgresStorage::<Value>::new(&work.queue)
        .with_config(config)
        .poll_with_strategy(Strategy::new().stream(wakes.stream(kind)).interval(PAUSE));
    let (work, wakes) = (work.clone(), wakes.clone());
    // A name of its own, or the jobs of a dead one would be taken for its own.
    let worker = WorkerBuilder::new(format!("{}-{}", kind.as_str(), Uuid::now_v7())).backend(queue).concurrency(work::workers(kind)).build(
        move |arguments: Value, attempt: Attempt, id: TaskId| {
            let (work, wakes) = (work.clone(), wakes.clone());
            async move {
                let outcome = attend(work, kind, arguments, attempt.current(), &id.to_string()).await;
                // The queue learns of it when the worker looks next.
                wakes.wake(kind);
                outcome
            }
        },
    );
    let is_over = async move {
        let _ = shutdown.wait_for(|stop| *stop).await;
        Ok::<_, WorkerError>(())
    };
    worker.run_until(is_over).boxed()
}

/// Does one job, within its deadline. What cannot be done in the end leaves a trace with its subject.
async fn attend(work: Work, kind: JobKind, arguments: Value, attempt: usize, id: &str) -> Result<(), BoxDynError> {
    let attempt = i32::try_from(attempt).unwrap_or(i32::MAX);
    let Arguments { subject } = serde_json::from_value(arguments).map_err(AbortError::new)?;
    let error = match do_it(&work, kind, subject, attempt).await {
        Ok(()) => {
            // There may be more to do about it.
            db::jobs::free_name(&work.core.db, id).await?;
            work.core.due_bell.notify_one();
            return Ok(());
        }
        Err(JobError::GivenUp(reason)) => return Err(AbortError::new(reason).into()),
        Err(error) => error,
    };
    let is_final = attempt >= MOST_ATTEMPTS;
    tracing::error!(kind = kind.as_str(), %subject, attempt, is_final, %error, "a job ended in a fault of ours");
    if is_final {
        work.give_up(kind, subject).await?;
        return Err(AbortError::new(error.to_string()).into());
    }
    // Or the next attempt would find it in somebody's hands.
    work.let_go(kind, subject).await?;
    db::jobs::postpone(&work.core.db, id, Work::pause_after(attempt)).await?;
    Err(error.to_string().into())
}

async fn do_it(work: &Work, kind: JobKind, subject: Uuid, attempt: i32) -> Result<(), JobError> {
    if attempt > MOST_ATTEMPTS {
        return Err(JobError::Fault("the processes that did it died".to_owned()));
    }
    let (worker, deadline) = (work.clone(), work::deadline(kind));
    // A task of its own: a panic in it is an error here, and it goes on to its end should the worker lose the queue.
    let task = work.core.tasks.spawn(async move { tokio::time::timeout(deadline, worker.run(kind, subject)).await });
    match task.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(JobError::Fault(format!("not done within {deadline:?}"))),
        Err(_) => Err(JobError::Fault("it panicked; the log says where".to_owned())),
    }
}
