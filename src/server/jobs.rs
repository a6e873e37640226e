//! Work that nobody waits for.

mod cleanup;
mod imports;
mod outbox;
mod sync;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet};

use super::{infra::mailer::Mailer, state::AppState};

pub use outbox::deliver_due;

/// Starts all jobs; each ends when `shutdown` turns true.
pub fn spawn(state: &AppState, mailer: Arc<dyn Mailer>, shutdown: &watch::Receiver<bool>) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(outbox::run(state.clone(), mailer, shutdown.clone()));
    for _ in 0..sync::WORKERS {
        jobs.spawn(sync::run(state.clone(), shutdown.clone()));
    }
    jobs.spawn(imports::run(state.clone(), shutdown.clone()));
    jobs.spawn(cleanup::run(state.clone(), shutdown.clone()));
    jobs
}

/// Waits until `pause` is over, something rings, or it is time to stop: then `false`.
async fn rest(pause: Duration, bell: impl Future<Output = ()>, shutdown: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => true,
        () = bell => true,
        _ = shutdown.wait_for(|stop| *stop) => false,
    }
}
