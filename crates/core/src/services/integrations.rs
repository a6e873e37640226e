//! Platform accounts: connect, sync, refresh tokens, disconnect. Whoever syncs, disconnects or re-encrypts an account holds its lease.

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

/// Lease on an integration; if the worker crashes, the row can be claimed again after this time.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Maximum number of events shown, newest first.
const MOST_EVENTS: i64 = 100;
/// How long an interactive request waits for the lease on an integration.
const PATIENCE: Duration = Duration::from_secs(5);
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// Errors of integration operations.
#[derive(Debug, thiserror::Error)]
pub enum IntegrationError {
    /// The platform is not implemented, or not configured in this deployment.
    #[error("{0:?} is not available")]
    NotAvailable(Platform),
    /// The path names no known platform.
    #[error("unknown platform")]
    UnknownProvider,
    /// The user has no such account.
    #[error("unknown account")]
    Unknown,
    /// Another worker holds the lease, or the tokens changed concurrently.
    #[error("lease is held by another worker")]
    Busy,
    /// The OAuth flow did not complete.
    #[error("failed to connect: {0:?}")]
    NotConnected(ConnectFailure),
    /// The sync failed.
    #[error("sync failed: {0:?}")]
    NotRead(FailureKind),
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(IntegrationError: DbError, sqlx::Error, CryptoError, getrandom::Error, tokio::task::JoinError);

/// Parses a platform from its path segment.
///
/// # Errors
/// [`IntegrationError::UnknownProvider`].
pub fn platform(word: &str) -> Result<Platform, IntegrationError> {
    Platform::parse(word).ok_or(IntegrationError::UnknownProvider)
}

/// Returns the user's connected and disconnected accounts, and all platforms, those chosen in onboarding first.
pub async fn status(core: &Core, user_id: Uuid) -> Result<IntegrationsStatus, IntegrationError> {
    let chosen = db::onboarding::find(&core.db, user_id).await?.platforms;
    let providers = in_order_of_choice(&chosen).into_iter().map(|platform| core.providers.view(platform)).collect();
    let (integrations, kept) = list(core, user_id).await?;
    Ok(IntegrationsStatus { integrations, kept, providers })
}

/// Returns the user's connected accounts, and the disconnected ones whose data was kept.
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

/// Returns the event log of one of the user's accounts, newest first, at most `MOST_EVENTS` entries.
///
/// # Errors
/// Returns [`IntegrationError::Unknown`] if the account does not exist or belongs to another user.
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

/// Spawns `work` on the task tracker so that it completes even if the client disconnects; a token response must not be lost before it is
/// stored.
async fn to_the_end<T: Send + 'static>(
    tasks: &Tasks,
    work: impl Future<Output = Result<T, IntegrationError>> + Send + 'static,
) -> Result<T, IntegrationError> {
    tasks.spawn(work).await?
}

/// Finds one of the user's accounts, connected or not, by the text of its id; with `platform`, only if it is of that platform.
async fn find(core: &Core, user_id: Uuid, platform: Option<Platform>, id: &str) -> Result<Integration, IntegrationError> {
    let id = id.parse::<Uuid>().map_err(|_| IntegrationError::Unknown)?;
    let found = db::integrations::find(&core.db, user_id, id).await?;
    found.filter(|found| platform.is_none_or(|platform| platform == found.provider)).ok_or(IntegrationError::Unknown)
}

/// Finds like [`find`], but only an account that is connected.
async fn find_connected(core: &Core, user_id: Uuid, platform: Option<Platform>, id: &str) -> Result<Integration, IntegrationError> {
    let found = find(core, user_id, platform, id).await?;
    if found.disconnected_at.is_some() { Err(IntegrationError::Unknown) } else { Ok(found) }
}

/// Outcome of an attempt to acquire the lease on an integration.
enum Turn {
    /// This worker holds the lease.
    Mine(Box<Integration>),
    /// Another worker did the work in the meantime; holds the current row, and no lease.
    Done(Box<Integration>),
    /// Another worker held the lease for the whole wait.
    Busy,
    /// The account no longer exists.
    Gone,
}

/// Acquires the lease, polling for up to `patience` while another worker holds it. Stops without a lease as soon as `is_done` holds for the
/// row.
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

/// Acquires the lease, waiting up to [`PATIENCE`] for a running sync to end, so that the user does not have to retry.
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
