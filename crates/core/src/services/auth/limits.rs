//! Rate limits of authentication.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::client::ClientInfo;

use super::{AuthError, allowed};
use crate::{
    Core,
    infra::rate_limiter::{Decision, Rule},
};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// Failed logins for one account from one client network; further attempts are rejected.
const FAILURES_HERE: Rule = Rule { name: "login-failures-here", limit: 10, window: TimeDelta::minutes(15) };
/// Failed logins for one account from all networks. Further attempts are delayed but not rejected, so that nobody can lock out a user.
const FAILURES_ANYWHERE: Rule = Rule { name: "login-failures", limit: 20, window: TimeDelta::hours(1) };
const DELAY: Duration = Duration::from_secs(2);
/// Mails of one kind to one address, so that nobody can flood a mailbox. Each kind has its own limit.
const MAILS: Rule = Rule { name: "", limit: 10, window: TimeDelta::hours(1) };
/// Strength estimates, which the form requests while the user types.
const STRENGTH: Rule = Rule { name: "password-strength", limit: 60, window: MINUTE };

/// Applies the rate limit for public authentication endpoints.
pub(super) async fn endpoint(core: &Core, client: &ClientInfo, name: &'static str) -> Result<(), AuthError> {
    let rule = Rule { name, limit: core.config.limits.auth, window: MINUTE };
    allowed(core.limiter.hit(rule, &client.network).await)
}

pub(super) async fn strength(core: &Core, client: &ClientInfo) -> Result<(), AuthError> {
    allowed(core.limiter.hit(STRENGTH, &client.network).await)
}

/// Rejects the attempt after too many failures from this network, and delays it after too many from all networks.
pub(super) async fn before_password(core: &Core, client: &ClientInfo, email: &str) -> Result<(), AuthError> {
    allowed(core.limiter.check(FAILURES_HERE, &account_from(client, email)).await)?;
    if core.limiter.check(FAILURES_ANYWHERE, email).await != Decision::Allowed {
        tokio::time::sleep(DELAY).await;
    }
    Ok(())
}

pub(super) async fn after_wrong_password(core: &Core, client: &ClientInfo, email: &str) {
    core.limiter.hit(FAILURES_HERE, &account_from(client, email)).await;
    core.limiter.hit(FAILURES_ANYWHERE, email).await;
}

/// Returns whether another mail of this kind may be sent to the address, and counts it.
pub(super) async fn may_mail(core: &Core, kind: &'static str, email: &str) -> bool {
    core.limiter.hit(Rule { name: kind, ..MAILS }, email).await == Decision::Allowed
}

fn account_from(client: &ClientInfo, email: &str) -> String {
    format!("{email} {}", client.network)
}
