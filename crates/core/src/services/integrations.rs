//! Accounts at platforms: connecting them, reading them, letting go of them.

mod budget;
mod connect;
mod days;
mod disconnect;
mod posts;
mod renew;
mod rotate;
mod sync;
mod tokens;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{
    choice::Choice,
    integration::{ConnectFailure, FailureKind, IntegrationHistory, IntegrationView, IntegrationsStatus, KeptHistory, in_order_of_choice},
    platform::Platform,
};
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    Core,
    db::{self, DbError, integrations::Integration},
    error::{InternalError, internal_errors},
    infra::{clock::Clock, crypto::CryptoError, tasks::Tasks},
    providers::{OAuthProvider, lacks_permission},
};

pub use connect::{Callback, Connected, connect, finish, redirect_uri};
pub use days::HISTORY;
pub use disconnect::{disconnect, revoke_all};
pub use rotate::{Rotation, RotationError, rotate_keys};
pub use sync::{postpone, refresh, sync};

/// Who reads an account holds it so long at most; one who died lets go then.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// So many of the newest events are shown.
const MOST_EVENTS: i64 = 100;
/// An account that somebody has is waited for so long while its creator looks on.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum IntegrationError {
    /// Not built, or not configured here.
    #[error("{0:?} is not available")]
    NotAvailable(Platform),
    /// There is no such platform.
    #[error("unknown platform")]
    UnknownProvider,
    /// The creator has no such account.
    #[error("unknown account")]
    Unknown,
    /// Somebody else is reading it right now.
    #[error("busy")]
    Busy,
    /// The visit to the platform did not end with an account.
    #[error("not connected: {0:?}")]
    NotConnected(ConnectFailure),
    /// The account could not be read.
    #[error("not read: {0:?}")]
    NotRead(FailureKind),
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(IntegrationError: DbError, sqlx::Error, CryptoError, getrandom::Error, tokio::task::JoinError);

/// A platform by its word in an address.
///
/// # Errors
/// [`IntegrationError::UnknownProvider`].
pub fn platform(word: &str) -> Result<Platform, IntegrationError> {
    Platform::parse(word).ok_or(IntegrationError::UnknownProvider)
}

/// The creator's accounts, and the platforms there are.
///
/// # Errors
/// The database does not answer.
pub async fn status(core: &Core, user_id: Uuid) -> Result<IntegrationsStatus, IntegrationError> {
    let chosen = db::onboarding::find(&core.db, user_id).await?.platforms;
    let providers = in_order_of_choice(&chosen).into_iter().map(|platform| core.providers.view(platform)).collect();
    let (integrations, kept) = list(core, user_id).await?;
    Ok(IntegrationsStatus { integrations, kept, providers })
}

/// The creator's accounts, and those that were let go with their figures kept.
///
/// # Errors
/// The database does not answer.
pub async fn list(core: &Core, user_id: Uuid) -> Result<(Vec<IntegrationView>, Vec<KeptHistory>), DbError> {
    let now = core.clock.now();
    let (mut connected, mut kept) = (Vec::new(), Vec::new());
    for integration in db::integrations::list(&core.db, user_id).await? {
        match integration.disconnected_at {
            None => connected.push(view(integration, now)),
            Some(disconnected_at) => kept.push(KeptHistory {
                id: integration.id,
                provider: integration.provider,
                account_name: integration.account_name,
                disconnected_at,
            }),
        }
    }
    Ok((connected, kept))
}

/// What happened to one of the creator's accounts, the newest first.
///
/// # Errors
/// [`IntegrationError::Unknown`] also for somebody else's account.
pub async fn history(core: &Core, user_id: Uuid, id: &str) -> Result<IntegrationHistory, IntegrationError> {
    let found = find(core, user_id, None, id).await?;
    let events = db::integration_events::list(&core.db, user_id, found.id, MOST_EVENTS).await?;
    Ok(IntegrationHistory { provider: found.provider, account_name: found.account_name, events })
}

fn view(integration: Integration, now: DateTime<Utc>) -> IntegrationView {
    let (status, reason) = integration.facts.status(now);
    IntegrationView {
        id: integration.id,
        provider: integration.provider,
        account_id: integration.account_id,
        account_name: integration.account_name,
        status,
        reason,
        lacks_permission: lacks_permission(integration.provider, &integration.scopes),
        expires_at: integration.facts.expires_at,
        last_sync_at: integration.facts.last_ok_at,
        next_sync_at: integration.next_sync_at.filter(|_| !status.needs_reconnect(reason)),
        connected_at: integration.connected_at,
    }
}

/// Does what must not stop half-way because the browser has gone away: between a platform's answer and our row, it would be lost.
async fn to_the_end<T: Send + 'static>(
    tasks: &Tasks,
    work: impl Future<Output = Result<T, IntegrationError>> + Send + 'static,
) -> Result<T, IntegrationError> {
    tasks.spawn(work).await?
}

/// The creator's account behind the text of an id.
async fn find(core: &Core, user_id: Uuid, platform: Option<Platform>, id: &str) -> Result<Integration, IntegrationError> {
    let id = id.parse::<Uuid>().map_err(|_| IntegrationError::Unknown)?;
    let found = db::integrations::find(&core.db, user_id, id).await?;
    found.filter(|found| platform.is_none_or(|platform| platform == found.provider)).ok_or(IntegrationError::Unknown)
}

/// The same, where it must be connected.
async fn find_connected(core: &Core, user_id: Uuid, platform: Option<Platform>, id: &str) -> Result<Integration, IntegrationError> {
    let found = find(core, user_id, platform, id).await?;
    if found.disconnected_at.is_some() { Err(IntegrationError::Unknown) } else { Ok(found) }
}

/// Whose turn it is with an account.
enum Turn {
    /// Nobody else has it: this worker holds it.
    Mine(Box<Integration>),
    /// There is no need to: somebody else did what was wanted, and this is how it is now.
    Done(Box<Integration>),
    /// Somebody else had it all the time.
    Busy,
    /// There is no such account any more.
    Gone,
}

/// Takes an account, after somebody who has it lets go, unless it `is_done` by then. Waits for `patience`.
async fn hold_unless(
    db: &PgPool,
    clock: &dyn Clock,
    (user_id, id): (Uuid, Uuid),
    patience: Duration,
    is_done: impl Fn(&Integration) -> bool,
) -> Result<Turn, DbError> {
    let given_up = Instant::now() + patience;
    loop {
        let now = clock.now();
        if let Some(held) = db::integrations::claim(db, user_id, id, now, now + LEASE).await? {
            if !is_done(&held) {
                return Ok(Turn::Mine(Box::new(held)));
            }
            db::integrations::release(db, id).await?;
            return Ok(Turn::Done(Box::new(held)));
        }
        match db::integrations::find(db, user_id, id).await? {
            None => return Ok(Turn::Gone),
            Some(known) if is_done(&known) => return Ok(Turn::Done(Box::new(known))),
            Some(_) if Instant::now() >= given_up => return Ok(Turn::Busy),
            Some(_) => tokio::time::sleep(BETWEEN_LOOKS).await,
        }
    }
}

/// Takes the account, after a reading under way has ended: its creator should not have to try again.
async fn hold(core: &Core, user_id: Uuid, id: Uuid) -> Result<Integration, IntegrationError> {
    match hold_unless(&core.db, core.clock.as_ref(), (user_id, id), PATIENCE, |_| false).await? {
        Turn::Mine(held) => Ok(*held),
        Turn::Done(_) | Turn::Busy => Err(IntegrationError::Busy),
        Turn::Gone => Err(IntegrationError::Unknown),
    }
}

fn available(core: &Core, platform: Platform) -> Result<&dyn OAuthProvider, IntegrationError> {
    core.providers.get(platform).ok_or(IntegrationError::NotAvailable(platform))
}
