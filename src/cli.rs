//! Subcommands of the binary.

mod backup;
mod doctor;
mod serve;

use std::{error::Error, io::Write as _, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::{Parser, Subcommand, ValueEnum};
use huntaze_core::{
    Core,
    config::{Config, ConfigError},
    db,
    infra::{clock::SystemClock, crypto::Cipher, http},
    services,
};
use huntaze_domain::accounts::Plan;
use tokio::net::TcpStream;

use crate::logging;

const HEALTHCHECK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long Redis may take to be connected.
const REDIS_TIMEOUT: Duration = Duration::from_secs(3);
/// Blocking work that has begun cannot be cancelled: the process waits this long for it.
const RUNTIME_TIMEOUT: Duration = Duration::from_secs(1);
/// Exit code if the settings are invalid, as for invalid arguments.
const INVALID_SETTINGS: u8 = 2;

type Outcome = Result<(), Box<dyn Error>>;

/// A dashboard with audience metrics and earnings for content creators.
#[derive(Parser)]
#[command(name = "huntaze", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the application (default); migrates the database first
    Serve {
        /// Leave background jobs to other processes
        #[arg(long)]
        no_jobs: bool,
    },
    /// Run background jobs without serving requests
    Worker,
    /// Bring the database to this version's schema
    Migrate,
    /// Change an account
    #[command(subcommand)]
    Admin(Admin),
    /// Encrypt all tokens with the newest of `ENCRYPTION_KEYS`; the application may serve meanwhile
    RotateKeys,
    /// Check the settings, without using the network; exits with 2 if any is invalid
    Check,
    /// Check the settings and all services that they name; exits with 1 if one does not work
    Doctor,
    /// Write the database to a file, and a manifest beside it; needs `pg_dump`
    Backup {
        /// File to write; must not exist
        file: PathBuf,
    },
    /// Restore a backup of the same version into an empty database; needs `pg_restore`
    Restore {
        /// File written by `huntaze backup`
        file: PathBuf,
    },
    /// Exit with 0 if the application on this machine is ready
    Healthcheck,
}

#[derive(Subcommand)]
enum Admin {
    /// Make the owner of an account an administrator
    Grant {
        /// E-mail address of the account
        email: String,
    },
    /// Give an account a plan
    SetPlan {
        /// E-mail address of the account
        email: String,
        #[arg(ignore_case = true)]
        plan: PlanArgument,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum PlanArgument {
    Free,
    Pro,
    Premium,
}

impl From<PlanArgument> for Plan {
    fn from(argument: PlanArgument) -> Self {
        match argument {
            PlanArgument::Free => Self::Free,
            PlanArgument::Pro => Self::Pro,
            PlanArgument::Premium => Self::Premium,
        }
    }
}

/// Runs the subcommand given by the command-line arguments; `serve` if there is none.
pub fn run() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or(Command::Serve { no_jobs: false });
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(|runtime| {
        let outcome = runtime.block_on(dispatch(command));
        runtime.shutdown_timeout(RUNTIME_TIMEOUT);
        outcome
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "huntaze: {error}");
            if error.is::<ConfigError>() { ExitCode::from(INVALID_SETTINGS) } else { ExitCode::FAILURE }
        }
    }
}

async fn dispatch(command: Command) -> Outcome {
    match command {
        Command::Serve { no_jobs } => serve::serve(!no_jobs).await,
        Command::Worker => serve::work().await,
        Command::Migrate => migrate().await,
        Command::Admin(Admin::Grant { email }) => grant_admin(&email).await,
        Command::Admin(Admin::SetPlan { email, plan }) => set_plan(&email, plan.into()).await,
        Command::RotateKeys => rotate_keys().await,
        Command::Check => check(),
        Command::Doctor => doctor::examine().await,
        Command::Backup { file } => backup::backup(&file).await,
        Command::Restore { file } => backup::restore(&file).await,
        Command::Healthcheck => healthcheck().await,
    }
}

fn connect(config: Config) -> Result<Core, Box<dyn Error>> {
    let db = db::connect(&config.database)?;
    Core::new(config, db, Arc::new(SystemClock), http::TIMEOUT)
}

/// Like [`connect`], and waits until Redis is connected, if there is one and it can be reached.
async fn connect_all(config: Config) -> Result<Core, Box<dyn Error>> {
    let core = connect(config)?;
    if let Some(redis) = &core.redis {
        redis.wait(REDIS_TIMEOUT).await;
    }
    Ok(core)
}

async fn migrate() -> Outcome {
    let config = Config::from_env()?;
    db::migrate(&db::connect(&config.database)?).await?;
    print("The database has this version's schema.\n")
}

fn check() -> Outcome {
    Config::from_env()?;
    print("The settings are valid.\n")
}

async fn grant_admin(email: &str) -> Outcome {
    let core = connect_all(Config::from_env()?).await?;
    done(services::admin::grant(&core, email).await?)
}

async fn set_plan(email: &str, plan: Plan) -> Outcome {
    let core = connect_all(Config::from_env()?).await?;
    done(services::admin::set_plan(&core, email, plan).await?)
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
