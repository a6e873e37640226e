//! Subcommands of the binary.

use std::{io::Write as _, net::SocketAddr, pin::pin, process::ExitCode, sync::Arc, time::Duration};

use huntaze_core::{
    Core,
    config::Config,
    db,
    infra::{
        clock::{Clock, SystemClock},
        crypto::Cipher,
        http,
        mailer::SmtpMailer,
    },
    jobs, services,
};
use huntaze_domain::{accounts::Plan, string_enum::StringEnum};
use leptos::config::{LeptosOptions, get_configuration};
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinSet,
    time::Instant,
};

use crate::{
    assets::Assets,
    http::{
        router::router,
        server::{self, ConnectionLimits},
        state::AppState,
    },
    logging,
};

const HELP: &str = "\
huntaze serve              run the application (default); migrates the database first
huntaze migrate            bring the database to this version's schema
huntaze admin grant EMAIL  make the owner of an account an administrator
huntaze admin set-plan EMAIL PLAN
                           give an account a plan: free, pro or premium
huntaze rotate-keys        encrypt all tokens with the newest of ENCRYPTION_KEYS; the application may serve meanwhile
huntaze healthcheck        exit 0 if the application on this machine is ready
";
/// Time that requests under way have to complete after the signal to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time from the signal until jobs and tasks are abandoned.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(17);
/// Limit of each of the last two steps: closing the database pool, and stopping the runtime.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
const HEALTHCHECK_TIMEOUT: Duration = Duration::from_secs(10);

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Runs the subcommand given by the command-line arguments; `serve` if there are none.
pub fn run() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(|runtime| {
        let outcome = runtime.block_on(dispatch(&arguments));
        // Blocking work that has begun cannot be cancelled: the process does not wait for it.
        runtime.shutdown_timeout(CLOSE_TIMEOUT);
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "huntaze: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(arguments: &[&str]) -> Outcome {
    match arguments {
        [] | ["serve"] => serve().await,
        ["migrate"] => migrate().await,
        ["admin", "grant", email] => grant_admin(email).await,
        ["admin", "set-plan", email, plan] => set_plan(email, plan).await,
        ["rotate-keys"] => rotate_keys().await,
        ["healthcheck"] => healthcheck().await,
        ["help" | "--help" | "-h"] => print(HELP),
        _ => Err(format!("unknown command\n{HELP}").into()),
    }
}

async fn serve() -> Outcome {
    let config = Config::from_env()?;
    logging::init(&config.app)?;
    let core = connect(config)?;
    db::migrate(&core.db).await?;
    let mailer = Arc::new(SmtpMailer::new(&core.config.mail)?);

    let (stop, shutdown) = watch::channel(false);
    let jobs = jobs::spawn(&core, mailer, &shutdown);
    let address = SocketAddr::new(core.config.app.host, core.config.app.port);
    let listener = TcpListener::bind(address).await.map_err(|error| format!("cannot listen on {address}: {error}"))?;
    tracing::info!(%address, url = %core.config.app.url, "listening");

    let options = leptos_options()?;
    let assets = Assets::find(&options).map_err(|error| format!("cannot read the hashes of the built files: {error}"))?;
    let limits = ConnectionLimits::new(core.config.limits.trusted_proxies.clone());
    let mut server = pin!(server::serve(listener, router(AppState::new(assets, core.clone())), limits, shutdown_signal(shutdown)));
    let signalled_at = tokio::select! {
        () = &mut server => return Ok(()),
        outcome = wait_for_signal() => outcome.map(|()| Instant::now())?,
    };
    tracing::info!("shutting down");
    stop.send_replace(true);
    let _ = tokio::time::timeout_at(signalled_at + DRAIN_TIMEOUT, server).await;
    shut_down(&core, jobs, signalled_at + SHUTDOWN_TIMEOUT).await;
    Ok(())
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

async fn shutdown_signal(mut shutdown: watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|stop| *stop).await;
}

async fn wait_for_signal() -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    Ok(())
}

fn connect(config: Config) -> Result<Core, Box<dyn std::error::Error>> {
    let db = db::connect(&config.database)?;
    Core::new(config, db, Arc::new(SystemClock), http::TIMEOUT)
}

fn leptos_options() -> Result<LeptosOptions, String> {
    Ok(get_configuration(Some("Leptos.toml")).map_err(|error| format!("Leptos.toml: {error}"))?.leptos_options)
}

async fn migrate() -> Outcome {
    let config = Config::from_env()?;
    db::migrate(&db::connect(&config.database)?).await?;
    print("The database has this version's schema.\n")
}

async fn grant_admin(email: &str) -> Outcome {
    let config = Config::from_env()?;
    let db = db::connect(&config.database)?;
    done(services::admin::grant(&db, email, SystemClock.now()).await?)
}

async fn set_plan(email: &str, plan: &str) -> Outcome {
    let plan = Plan::parse(&plan.to_uppercase()).ok_or("the plans are free, pro and premium")?;
    let config = Config::from_env()?;
    let db = db::connect(&config.database)?;
    done(services::admin::set_plan(&db, email, plan, SystemClock.now()).await?)
}

fn done(has_account: bool) -> Outcome {
    if has_account { print("Done.\n") } else { Err("there is no account with this address".into()) }
}

async fn rotate_keys() -> Outcome {
    let config = Config::from_env()?;
    logging::init(&config.app)?;
    let (db, cipher) = (db::connect(&config.database)?, Cipher::new(&config.app.encryption_keys));
    let rotation = services::integrations::rotate_keys(&db, &cipher, &SystemClock).await?;
    let [rotated, current, unreadable] = services::earnings::rotate_partner_keys(&db, &cipher).await?;
    let (rotated, current) = (rotated + rotation.rotated, current + rotation.current);
    let (unreadable, busy) = (unreadable + rotation.unreadable, rotation.busy);
    print(&format!("{rotated} accounts now have the newest key, {current} had it before.\n"))?;
    if unreadable + busy > 0 {
        return Err(format!("{unreadable} could not be decrypted, {busy} were in use: run it again before you remove a key").into());
    }
    Ok(())
}

async fn healthcheck() -> Outcome {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let config = Config::from_env()?;
    let check = async {
        let mut stream = TcpStream::connect((config.app.host, config.app.port)).await?;
        stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = tokio::time::timeout(HEALTHCHECK_TIMEOUT, check).await??;
    if answer.starts_with("HTTP/1.1 200") { Ok(()) } else { Err("not ready".into()) }
}

fn print(text: &str) -> Outcome {
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
