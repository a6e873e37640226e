//! How often one may try.

use std::time::Duration;

use chrono::TimeDelta;

use super::{AuthError, allowed};
use crate::server::{
    context::ClientInfo,
    infra::rate_limiter::{Decision, Rule},
    state::AppState,
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
pub(super) async fn endpoint(state: &AppState, client: &ClientInfo, name: &'static str) -> Result<(), AuthError> {
    let rule = Rule { name, limit: state.config.limits.auth, window: MINUTE };
    allowed(state.limiter.hit(rule, &client.network).await)
}

pub(super) async fn strength(state: &AppState, client: &ClientInfo) -> Result<(), AuthError> {
    allowed(state.limiter.hit(STRENGTH, &client.network).await)
}

/// Refuses after many wrong passwords from here, and slows down after many from anywhere.
pub(super) async fn before_password(state: &AppState, client: &ClientInfo, email: &str) -> Result<(), AuthError> {
    allowed(state.limiter.check(FAILURES_HERE, &account_from(client, email)).await)?;
    if state.limiter.check(FAILURES_ANYWHERE, email).await != Decision::Allowed {
        tokio::time::sleep(DELAY).await;
    }
    Ok(())
}

pub(super) async fn after_wrong_password(state: &AppState, client: &ClientInfo, email: &str) {
    state.limiter.hit(FAILURES_HERE, &account_from(client, email)).await;
    state.limiter.hit(FAILURES_ANYWHERE, email).await;
}

/// Whether one more mail of a kind may go to the address.
pub(super) async fn may_mail(state: &AppState, kind: &'static str, email: &str) -> bool {
    state.limiter.hit(Rule { name: kind, ..MAILS }, email).await == Decision::Allowed
}

fn account_from(client: &ClientInfo, email: &str) -> String {
    format!("{email} {}", client.network)
}
