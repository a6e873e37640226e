//! Platform accounts: connect, sync, refresh tokens, disconnect. Whoever syncs, disconnects or re-encrypts an account holds its lease.

mod budget;
mod connect;
mod daily_insights;
mod disconnect;
mod leased;
mod posts;
mod rotate;
mod sync;
mod token_refresh;
mod tokens;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use futures::try_join;
use huntaze_domain::{
    ids::{IntegrationId, Owned, UserId},
    integrations::{
        AccessHealth, ConnectFailure, DisconnectedIntegration, FailureKind, IntegrationEventKind, IntegrationEventLog, IntegrationView,
        IntegrationsStatus, sort_by_preference,
    },
    platform::Platform,
    string_enum::StringEnum,
};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use crate::{
    Core,
    db::{self, DbError, integrations::Integration},
    error::{InternalError, internal_errors},
    infra::{clock::Clock, crypto::CryptoError, data_cache::Entry, tasks::Tasks},
    providers::{OAuthProvider, is_missing_scope},
};

pub use connect::{Callback, Connected, complete, connect, redirect_uri};
pub use daily_insights::BACKFILL_DAYS;
pub use disconnect::{Disconnect, disconnect, revoke_all};
pub use rotate::{Rotation, RotationError, rotate_keys};
pub use sync::{postpone, sync, sync_now};

/// Lease on an integration; if the worker crashes, the row can be claimed again after this time.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Maximum number of events shown, newest first.
const MAX_EVENTS: i64 = 100;
/// Successful syncs within this time, such as those of a backfill, are one entry of the event log.
const RUN: TimeDelta = TimeDelta::minutes(10);
/// How long an interactive request waits for the lease on an integration.
const LEASE_WAIT: Duration = Duration::from_secs(5);
const POLL_INTERVAL: Duration = Duration::from_millis(200);

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
    NotFound,
    /// Another worker holds the lease, or the tokens changed concurrently.
    #[error("lease is held by another worker")]
    Busy,
    /// The OAuth flow did not complete.
    #[error("failed to connect: {0:?}")]
    ConnectFailed(ConnectFailure),
    /// The sync failed.
    #[error("sync failed: {0:?}")]
    SyncFailed(FailureKind),
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
pub async fn status(core: &Core, user_id: UserId) -> Result<IntegrationsStatus, IntegrationError> {
    let Stored { preferred, accounts } = read_stored(core, user_id).await?;
    let (integrations, disconnected) = by_connection(accounts, core.clock.now());
    let providers = sort_by_preference(&preferred).into_iter().map(|platform| core.providers.view(platform)).collect();
    Ok(IntegrationsStatus { integrations, disconnected, providers })
}

/// Returns the user's connected accounts, and the disconnected ones whose data was kept.
pub async fn list(core: &Core, user_id: UserId) -> Result<(Vec<IntegrationView>, Vec<DisconnectedIntegration>), DbError> {
    Ok(by_connection(read_stored(core, user_id).await?.accounts, core.clock.now()))
}

/// What is stored about a user's accounts, without tokens. The status of an account depends on the time, so it is not part of it.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// Platforms chosen in onboarding.
    preferred: Vec<Platform>,
    accounts: Vec<StoredAccount>,
}

#[derive(Serialize, Deserialize)]
struct StoredAccount {
    id: IntegrationId,
    provider: Platform,
    account_id: String,
    account_name: String,
    scopes: Vec<String>,
    health: AccessHealth,
    connected_at: DateTime<Utc>,
    disconnected_at: Option<DateTime<Utc>>,
    next_sync_at: Option<DateTime<Utc>>,
}

impl From<Integration> for StoredAccount {
    fn from(integration: Integration) -> Self {
        let Integration { id, provider, account_id, account_name, scopes, health, connected_at, disconnected_at, next_sync_at, .. } =
            integration;
        Self { id, provider, account_id, account_name, scopes, health, connected_at, disconnected_at, next_sync_at }
    }
}

async fn read_stored(core: &Core, user_id: UserId) -> Result<Stored, DbError> {
    let load = async {
        let (onboarding, accounts) = try_join!(db::onboarding::find(&core.db, user_id), db::integrations::list(&core.db, user_id))?;
        Ok(Stored { preferred: onboarding.platforms, accounts: accounts.into_iter().map(StoredAccount::from).collect() })
    };
    core.data_cache.get_or_load(Entry { user_id, name: "integrations", parameters: "" }, load).await
}

fn by_connection(accounts: Vec<StoredAccount>, now: DateTime<Utc>) -> (Vec<IntegrationView>, Vec<DisconnectedIntegration>) {
    let (mut connected, mut disconnected) = (Vec::new(), Vec::new());
    for account in accounts {
        match account.disconnected_at {
            None => connected.push(view(account, now)),
            Some(disconnected_at) => disconnected.push(DisconnectedIntegration {
                id: account.id,
                provider: account.provider,
                account_name: account.account_name,
                disconnected_at,
            }),
        }
    }
    (connected, disconnected)
}

/// Returns the event log of one of the user's accounts, newest first, at most `MAX_EVENTS` entries.
///
/// # Errors
/// Returns [`IntegrationError::NotFound`] if the account does not exist or belongs to another user.
pub async fn event_log(core: &Core, user_id: UserId, id: &str) -> Result<IntegrationEventLog, IntegrationError> {
    let found = find(core, user_id, None, id).await?;
    let mut events = db::integrations::events::list(&core.db, user_id, found.id, MAX_EVENTS).await?;
    // Newest first, so the last sync of a run stays.
    events.dedup_by(|older, newer| {
        [older.kind, newer.kind] == [IntegrationEventKind::Synced; 2] && newer.occurred_at - older.occurred_at < RUN
    });
    Ok(IntegrationEventLog { provider: found.provider, account_name: found.account_name, events })
}

fn view(account: impl Into<StoredAccount>, now: DateTime<Utc>) -> IntegrationView {
    let account = account.into();
    let (status, reason) = account.health.status(now);
    IntegrationView {
        id: account.id,
        provider: account.provider,
        account_id: account.account_id,
        account_name: account.account_name,
        status,
        reason,
        lacks_permission: is_missing_scope(account.provider, &account.scopes),
        expires_at: account.health.expires_at,
        last_sync_at: account.health.last_ok_at,
        next_sync_at: account.next_sync_at.filter(|_| !status.needs_reconnect(reason)),
        connected_at: account.connected_at,
    }
}

/// Spawns `work` on the task tracker so that it completes even if the client disconnects; a token response must not be lost before it is
/// stored.
async fn run_to_completion<T: Send + 'static>(
    tasks: &Tasks,
    work: impl Future<Output = Result<T, IntegrationError>> + Send + 'static,
) -> Result<T, IntegrationError> {
    tasks.spawn(work).await?
}

/// Finds one of the user's accounts, connected or not, by the text of its id; with `platform`, only if it is of that platform.
async fn find(core: &Core, user_id: UserId, platform: Option<Platform>, id: &str) -> Result<Integration, IntegrationError> {
    let id = id.parse().map_err(|_| IntegrationError::NotFound)?;
    let found = db::integrations::find(&core.db, user_id, id).await?;
    found.filter(|found| platform.is_none_or(|platform| platform == found.provider)).ok_or(IntegrationError::NotFound)
}

/// Finds like [`find`], but only an account that is connected.
async fn find_connected(core: &Core, user_id: UserId, platform: Option<Platform>, id: &str) -> Result<Integration, IntegrationError> {
    let found = find(core, user_id, platform, id).await?;
    if found.disconnected_at.is_some() { Err(IntegrationError::NotFound) } else { Ok(found) }
}

/// Outcome of an attempt to acquire the lease on an integration.
enum LeaseOutcome {
    /// This worker holds the lease.
    Acquired(Box<Integration>),
    /// Another worker did the work in the meantime; holds the current row, and no lease.
    AlreadyDone(Box<Integration>),
    /// Another worker held the lease for the whole wait.
    Busy,
    /// The account no longer exists.
    NotFound,
}

/// How to wait for a lease that another worker holds.
struct LeaseWait<F> {
    max: Duration,
    /// Whether the other worker has done the work; then the wait ends without a lease.
    is_done: F,
}

/// Acquires the lease, polling while another worker holds it.
async fn acquire_lease_unless(
    db: &PgPool,
    clock: &dyn Clock,
    account: Owned<IntegrationId>,
    LeaseWait { max, is_done }: LeaseWait<impl Fn(&Integration) -> bool>,
) -> Result<LeaseOutcome, DbError> {
    let deadline = Instant::now() + max;
    loop {
        let now = clock.now();
        if let Some(held) = db::integrations::claim(db, account, now, now + LEASE).await? {
            if !is_done(&held) {
                return Ok(LeaseOutcome::Acquired(Box::new(held)));
            }
            db::integrations::release(db, account.id).await?;
            return Ok(LeaseOutcome::AlreadyDone(Box::new(held)));
        }
        match db::integrations::find(db, account.user_id, account.id).await? {
            None => return Ok(LeaseOutcome::NotFound),
            Some(known) if is_done(&known) => return Ok(LeaseOutcome::AlreadyDone(Box::new(known))),
            Some(_) if Instant::now() >= deadline => return Ok(LeaseOutcome::Busy),
            Some(_) => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
}

/// Acquires the lease, waiting up to [`LEASE_WAIT`] for a running sync to end, so that the user does not have to retry.
async fn acquire_lease(core: &Core, user_id: UserId, id: IntegrationId) -> Result<Integration, IntegrationError> {
    let wait = LeaseWait { max: LEASE_WAIT, is_done: |_: &_| false };
    match acquire_lease_unless(&core.db, core.clock.as_ref(), Owned { user_id, id }, wait).await? {
        LeaseOutcome::Acquired(held) => Ok(*held),
        LeaseOutcome::AlreadyDone(_) | LeaseOutcome::Busy => Err(IntegrationError::Busy),
        LeaseOutcome::NotFound => Err(IntegrationError::NotFound),
    }
}

fn available(core: &Core, platform: Platform) -> Result<&dyn OAuthProvider, IntegrationError> {
    core.providers.get(platform).ok_or(IntegrationError::NotAvailable(platform))
}
