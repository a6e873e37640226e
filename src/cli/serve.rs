//! The application, and its background jobs alone; start and shutdown of both.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use huntaze_core::{Core, config::Config, db, infra::mailer::SmtpMailer, jobs};
use leptos::config::{LeptosOptions, get_configuration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
    time::Instant,
};

use super::{Outcome, connect};
use crate::{
    assets::Assets,
    http::{
        router::router,
        server::{self, ConnectionLimits},
        state::AppState,
    },
    logging, metrics,
};

/// Time that requests under way have to complete after the process has stopped listening.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time from then until jobs and tasks are abandoned.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(17);
/// Limit of closing the database pool.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves requests until the process is told to stop; with background jobs, unless other processes have them.
pub(super) async fn serve(with_jobs: bool) -> Outcome {
    let core = start().await?;
    db::migrate(&core.db).await?;
    let (stop, shutdown) = watch::channel(false);
    begin_metrics(&core, &shutdown).await?;
    let jobs = if with_jobs { jobs::spawn(&core, Arc::new(SmtpMailer::new(&core.config.mail)?), &shutdown) } else { JoinSet::new() };
    let address = SocketAddr::new(core.config.app.host, core.config.app.port);
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    tracing::info!(%address, url = %core.config.app.url, with_jobs, "listening");

    let options = leptos_options()?;
    let assets = Assets::find(&options).map_err(|error| format!("cannot read the hashes of the built files: {error}"))?;
    let limits = ConnectionLimits::new(core.config.limits.trusted_proxies.clone());
    let mut server = pin!(server::serve(listener, router(AppState::new(assets, core.clone())), limits, stopped(shutdown)));
    tokio::select! {
        () = &mut server => return Ok(()),
        outcome = wait_for_signal() => outcome?,
    }
    let delay = core.config.app.shutdown_delay;
    tracing::info!(delay_s = delay.as_secs(), "shutting down");
    // Not ready from now on; but load balancers send requests until they have noticed.
    core.drain.cancel();
    let _ = tokio::time::timeout(delay, &mut server).await;
    let begun = Instant::now();
    stop.send_replace(true);
    let _ = tokio::time::timeout_at(begun + DRAIN_TIMEOUT, server).await;
    shut_down(&core, jobs, begun + SHUTDOWN_TIMEOUT).await;
    Ok(())
}

/// Runs background jobs until the process is told to stop.
pub(super) async fn work() -> Outcome {
    let core = start().await?;
    if !db::is_ready(&core.db).await? {
        return Err("the database has another schema: run huntaze migrate".into());
    }
    let (stop, shutdown) = watch::channel(false);
    begin_metrics(&core, &shutdown).await?;
    let jobs = jobs::spawn(&core, Arc::new(SmtpMailer::new(&core.config.mail)?), &shutdown);
    tracing::info!("running jobs");
    wait_for_signal().await?;
    tracing::info!("shutting down");
    stop.send_replace(true);
    shut_down(&core, jobs, Instant::now() + SHUTDOWN_TIMEOUT).await;
    Ok(())
}

async fn start() -> Result<Core, Box<dyn std::error::Error>> {
    let config = Config::from_env()?;
    logging::init(&config.app)?;
    connect(config)
}

async fn begin_metrics(core: &Core, shutdown: &watch::Receiver<bool>) -> Outcome {
    match core.config.metrics.address {
        Some(address) => metrics::spawn(core, address, stopped(shutdown.clone())).await,
        None => Ok(()),
    }
}

/// Lets answers, jobs and tasks end, but not beyond the deadline: the process must be gone before an orchestrator kills it.
async fn shut_down(core: &Core, mut jobs: JoinSet<()>, deadline: Instant) {
    core.generations.shut_down();
    let _ = tokio::time::timeout_at(deadline, async { while jobs.join_next().await.is_some() {} }).await;
    // After the jobs, which spawn tasks.
    let unfinished_tasks = core.tasks.drain(deadline).await;
    if unfinished_tasks + jobs.len() > 0 {
        tracing::error!(unfinished_tasks, unfinished_workers = jobs.len(), "shutdown timed out");
    }
    // Waits for connections that are in use, which may be forever.
    if tokio::time::timeout(CLOSE_TIMEOUT, core.db.close()).await.is_err() {
        tracing::warn!("database connections were still in use at shutdown");
    }
}

async fn stopped(mut shutdown: watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}

async fn wait_for_signal() -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    Ok(())
}

fn leptos_options() -> Result<LeptosOptions, String> {
    Ok(get_configuration(Some("Leptos.toml")).map_err(|error| format!("Leptos.toml: {error}"))?.leptos_options)
}
