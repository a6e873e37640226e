//! Checks the services that the settings name, for operators.

use std::time::Instant;

use chrono::TimeDelta;
use huntaze_core::{
    Core,
    config::Config,
    db,
    error::chain,
    infra::{
        clock::{Clock, SystemClock},
        mailer::SmtpMailer,
    },
    services::integrations::redirect_uri,
};
use huntaze_domain::{platform::Platform, string_enum::StringEnum};

use super::{Outcome, REDIS_TIMEOUT, connect, print};

/// Largest difference to the clock of the database.
const MAX_CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// Prints a line for each check.
///
/// # Errors
/// The settings are invalid, or a check failed.
pub(super) async fn examine() -> Outcome {
    let core = connect(Config::from_env()?)?;
    let checks = [
        ("settings", Ok("valid".to_owned())),
        ("database", database(&core).await),
        ("schema", schema(&core).await),
        ("clock", clock(&core).await),
        ("redis", redis(&core).await),
        ("mail", mail(&core).await),
    ];
    let mut failed = 0;
    for (name, outcome) in checks {
        match outcome {
            Ok(finding) => print(&format!("ok      {name}: {finding}\n"))?,
            Err(reason) => {
                failed += 1;
                print(&format!("failed  {name}: {reason}\n"))?;
            }
        }
    }
    for platform in Platform::ALL.iter().copied().filter(|platform| core.providers.get(*platform).is_some()) {
        print(&format!("check   {}: its app must allow the redirect to {}\n", platform.as_str(), redirect_uri(&core, platform)))?;
    }
    if failed > 0 { Err(format!("{failed} of the checks failed").into()) } else { Ok(()) }
}

type Finding = Result<String, String>;

async fn database(core: &Core) -> Finding {
    let begun = Instant::now();
    let version = db::server_version(&core.db).await.map_err(|error| chain(&error))?;
    Ok(format!("PostgreSQL {version}, {} ms", begun.elapsed().as_millis()))
}

async fn schema(core: &Core) -> Finding {
    match db::is_ready(&core.db).await {
        Ok(true) => Ok("that of this version".to_owned()),
        Ok(false) => Err("another version's; run huntaze migrate".to_owned()),
        Err(error) => Err(chain(&error)),
    }
}

async fn clock(core: &Core) -> Finding {
    let theirs = db::now(&core.db).await.map_err(|error| chain(&error))?;
    let skew = (SystemClock.now() - theirs).abs();
    let text = format!("{} ms from that of the database", skew.num_milliseconds());
    if skew <= MAX_CLOCK_SKEW { Ok(text) } else { Err(text) }
}

async fn redis(core: &Core) -> Finding {
    let Some(redis) = &core.redis else { return Ok("not configured: use a single process".to_owned()) };
    if redis.wait(REDIS_TIMEOUT).await {
        Ok("connected".to_owned())
    } else {
        Err(redis.last_failure().unwrap_or_else(|| "cannot be reached".to_owned()))
    }
}

async fn mail(core: &Core) -> Finding {
    let mailer = SmtpMailer::new(&core.config.mail).map_err(|error| chain(&error))?;
    mailer.test_connection().await.map_err(|error| chain(&error))?;
    Ok("the server accepts connections".to_owned())
}
