//! Background jobs. Each table says which of its rows are due; a scheduler for each kind of job enqueues it, and workers run it, in this
//! and in all other processes ([ADR 9](../../../docs/adr/0009-database-driven-scheduling-with-apalis.md)).

mod ai_charges;
mod cleanup;
mod import;
mod listener;
mod mail;
mod partner_sync;
mod queue;
mod scheduler;
mod signals;
mod sync;
mod worker;

use std::{future::Future, sync::Arc, time::Duration};

use huntaze_domain::admin::jobs::JobKind;
use sqlx::PgPool;
use tokio::{sync::watch, task::JoinSet};
use uuid::Uuid;

use self::signals::Signals;
use crate::{
    Core,
    db::{self, DbError},
    error::InternalError,
    infra::mailer::Mailer,
};

pub use mail::deliver;

/// A kind of job. There is at most one unfinished job of a kind for each subject.
trait Job: Send + 'static {
    /// Id of the row that a job is about.
    type Subject: Copy + From<Uuid> + Into<Uuid> + Send;
    /// Name of the queue.
    const KIND: JobKind;
    /// Number of jobs that a process runs at the same time.
    const CONCURRENCY: usize = 1;
    /// Time after which a running job is cancelled.
    const DEADLINE: Duration;
    /// Longest time for which a job claims its subject. When a worker dies, its jobs are given to another after this time.
    const LEASE: Duration = Duration::from_mins(1);
    /// Number of attempts, counting those that ended with the death of the process.
    const MAX_ATTEMPTS: i32 = 5;

    /// Returns at most `limit` subjects that need a job, longest due first.
    fn list_due(context: &JobContext, limit: i64) -> impl Future<Output = Result<Vec<Self::Subject>, DbError>> + Send;

    /// Runs a job. Must be idempotent, and safe to run twice at the same time.
    fn run(context: &JobContext, subject_id: Self::Subject) -> impl Future<Output = Result<(), JobError>> + Send;

    /// Releases the claim on a subject after a failed attempt, so that the next one can claim it.
    fn release(_: &JobContext, _subject_id: Self::Subject) -> impl Future<Output = Result<(), DbError>> + Send {
        async { Ok(()) }
    }

    /// Records on the subject that no attempt is left: the failure becomes visible, or the next run is deferred.
    fn exhausted(_: &JobContext, _subject_id: Self::Subject) -> impl Future<Output = Result<(), DbError>> + Send {
        async { Ok(()) }
    }
}

/// What jobs work with.
#[derive(Clone)]
struct JobContext {
    core: Core,
    mailer: Arc<dyn Mailer>,
    /// Connections of the queue alone; see [`db::queue_pool`].
    queue: PgPool,
    signals: Signals,
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
enum JobError {
    /// Will fail again. The subject says so already, and the cause has been logged.
    #[error("{0}")]
    Permanent(String),
    /// May succeed when it is retried.
    #[error(transparent)]
    Transient(#[from] InternalError),
}

impl From<DbError> for JobError {
    fn from(error: DbError) -> Self {
        Self::Transient(InternalError::new(error))
    }
}

/// Starts the schedulers and workers. Each ends when `shutdown` becomes true, after the jobs it is running.
pub fn spawn(core: &Core, mailer: Arc<dyn Mailer>, shutdown: &watch::Receiver<bool>) -> JoinSet<()> {
    let context = JobContext { core: core.clone(), mailer, queue: db::queue_pool(&core.db), signals: Signals::default() };
    let mut running = JoinSet::new();
    start::<mail::MailJob>(&mut running, &context, shutdown);
    start::<sync::SyncJob>(&mut running, &context, shutdown);
    start::<import::ImportJob>(&mut running, &context, shutdown);
    start::<partner_sync::PartnerSyncJob>(&mut running, &context, shutdown);
    start::<ai_charges::AiChargesJob>(&mut running, &context, shutdown);
    start::<cleanup::CleanupJob>(&mut running, &context, shutdown);
    running.spawn(listener::run(context, shutdown.clone()));
    running
}

fn start<J: Job>(running: &mut JoinSet<()>, context: &JobContext, shutdown: &watch::Receiver<bool>) {
    running.spawn(scheduler::run::<J>(context.clone(), shutdown.clone()));
    running.spawn(worker::run::<J>(context.clone(), shutdown.clone()));
}
