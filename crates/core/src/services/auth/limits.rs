//! How often one may try.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::client::ClientInfo;

use super::{AuthError, allowed};
use crate::{
    Core,
    infra::rate_limiter::{Decision, Rule},
};

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// Wrong passwords for one account from one address.
const FAILURES_HERE: Rule = Rule { name: "login-failures-here", limit: 10, window: TimeDelta::minutes(15) };
/// Wrong passwords for one account from anywhere. Beyond it one waits, but is not refused: nobody can lock somebody out.
const FAILURES_ANYWHERE: Rule = Rule { name: "login-failures", limit: 20, window: TimeDelta::hours(1) };
const DELAY: Duration = Duration::from_secs(2);
/// Mails of one kind to one address, so that nobody's mailbox can be filled. Each kind has its own budget: using up one keeps nobody from
/// another.
const MAILS: Rule = Rule { name: "", limit: 10, window: TimeDelta::hours(1) };
/// Estimates while one types, each after a pause.
const STRENGTH: Rule = Rule { name: "password-strength", limit: 60, window: MINUTE };

/// Counts a request to one of the endpoints that anybody can reach.
pub(super) async fn endpoint(core: &Core, client: &ClientInfo, name: &'static str) -> Result<(), AuthError> {
    let rule = Rule { name, limit: core.config.limits.auth, window: MINUTE };
    allowed(core.limiter.hit(rule, &client.network).await)
}

pub(super) async fn strength(core: &Core, client: &ClientInfo) -> Result<(), AuthError> {
    allowed(core.limiter.hit(STRENGTH, &client.network).await)
}

/// Refuses after many wrong passwords from here, and slows down after many from anywhere.
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

/// Whether one more mail of a kind may go to the address.
pub(super) async fn may_mail(core: &Core, kind: &'static str, email: &str) -> bool {
    core.limiter.hit(Rule { name: kind, ..MAILS }, email).await == Decision::Allowed
}

fn account_from(client: &ClientInfo, email: &str) -> String {
    format!("{email} {}", client.network)
}
