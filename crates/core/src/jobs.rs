//! Work that nobody waits for. The scheduler puts what is due into the queue; workers take it from there, in this and all other processes.

mod clean_up;
mod mail;
mod scheduler;
mod wake;
mod work;
mod worker;

use std::sync::Arc;

use huntaze_domain::{choice::Choice, job::JobKind};
use tokio::{sync::watch, task::JoinSet};

use self::{wake::Wakes, work::Work};
use super::{Core, db, infra::mailer::Mailer};

pub use mail::deliver;

/// Starts the scheduler and a worker for each kind; each ends when `shutdown` turns true, after the jobs it has in hand.
pub fn spawn(core: &Core, mailer: Arc<dyn Mailer>, shutdown: &watch::Receiver<bool>) -> JoinSet<()> {
    let (work, wakes) = (Work { core: core.clone(), mailer, queue: db::queue_pool(&core.db) }, Wakes::default());
    let mut jobs = JoinSet::new();
    for kind in JobKind::ALL.iter().copied() {
        jobs.spawn(worker::run(work.clone(), kind, wakes.clone(), shutdown.clone()));
    }
    jobs.spawn(scheduler::run(work, wakes, shutdown.clone()));
    jobs
}
