//! Rate limits of authentication.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::client::ClientInfo;

use super::{AccountError, allowed};
use crate::{Core, db, infra::rate_limiter::RateLimit};

const MINUTE: TimeDelta = TimeDelta::minutes(1);
const HOUR: TimeDelta = TimeDelta::hours(1);

/// How many times the quota of a minute an hour has.
const HOURLY_FACTOR: u32 = 4;

/// Failed logins for one account from one client network; further attempts are rejected.
const LOGIN_FAILURES_PER_IP: RateLimit = RateLimit::new("login-failures-per-ip", 10, TimeDelta::minutes(15));
/// Login attempts at one account from all networks. Further ones wait for each other, so that many addresses guess no faster than one every two
/// seconds; but not those from a network where the user has signed in before, so that nobody can lock out a user.
const LOGIN_ATTEMPTS_PER_ACCOUNT: RateLimit = RateLimit::new("login-attempts-per-account", 20, HOUR);
/// Turns of the attempts that wait, and how long one waits for its turn.
const ATTEMPT_TURNS: RateLimit = RateLimit::new("login-turns", 1, TimeDelta::seconds(2));
const MAX_ATTEMPT_WAIT: Duration = Duration::from_secs(20);
/// When an attempt that had no turn may be repeated, in seconds.
const RETRY_AFTER_SECONDS: u32 = 60;
/// Mails of one kind to one address, so that nobody can flood a mailbox. Each kind has its own limit.
const MAILS_PER_ADDRESS: RateLimit = RateLimit::new("", 10, HOUR);
/// Strength estimates, which the form requests while the user types.
const STRENGTH_CHECKS: RateLimit = RateLimit::new("password-strength", 60, MINUTE);

/// Applies the rate limit for public authentication endpoints.
pub(super) async fn endpoint(core: &Core, client: &ClientInfo, name: &'static str) -> Result<(), AccountError> {
    let limit = core.config.limits.auth;
    let rate_limit = RateLimit::new(name, limit, MINUTE).and(limit.saturating_mul(HOURLY_FACTOR), HOUR);
    allowed(core.rate_limiter.hit(rate_limit, &client.network).await)
}

pub(super) async fn strength(core: &Core, client: &ClientInfo) -> Result<(), AccountError> {
    allowed(core.rate_limiter.hit(STRENGTH_CHECKS, &client.network).await)
}

/// Rejects the attempt after too many failures from this network.
pub(super) async fn check_failures(core: &Core, client: &ClientInfo, email: &str) -> Result<(), AccountError> {
    allowed(core.rate_limiter.check(LOGIN_FAILURES_PER_IP, &account_from(client, email)).await)
}

/// Like [`check_failures`], and lets the attempt wait for its turn after too many from all networks.
pub(super) async fn check_login_attempts(core: &Core, client: &ClientInfo, email: &str) -> Result<(), AccountError> {
    check_failures(core, client, email).await?;
    if core.rate_limiter.hit(LOGIN_ATTEMPTS_PER_ACCOUNT, email).await.is_allowed()
        || db::accounts::audit::has_signed_in(&core.db, email, &client.network).await?
    {
        return Ok(());
    }
    let wait = core.rate_limiter.reserve(ATTEMPT_TURNS, email, MAX_ATTEMPT_WAIT).await;
    tokio::time::sleep(wait.ok_or(AccountError::RateLimited(RETRY_AFTER_SECONDS))?).await;
    Ok(())
}

pub(super) async fn record_login_failure(core: &Core, client: &ClientInfo, email: &str) {
    core.rate_limiter.hit(LOGIN_FAILURES_PER_IP, &account_from(client, email)).await;
}

/// Returns whether another mail of this kind may be sent to the address, and counts it.
pub(super) async fn allow_mail(core: &Core, kind: &'static str, email: &str) -> bool {
    core.rate_limiter.hit(RateLimit { name: kind, ..MAILS_PER_ADDRESS }, email).await.is_allowed()
}

fn account_from(client: &ClientInfo, email: &str) -> String {
    format!("{email} {}", client.network)
}
