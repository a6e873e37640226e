//! Earnings synced from a partner service, with the user's own API key.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    admin::jobs::JobKind,
    earnings::{EarningsConflict, PartnerConnectionView, PartnerInput, PartnerView},
    ids::{PartnerConnectionId, UserId},
    integrations::FailureKind,
    validation::{self, FieldError, field_error},
};
use sqlx::PgPool;
use tokio::time::error::Elapsed;
use uuid::Uuid;

use super::EarningsError;
use crate::{
    Core,
    db::{
        self, DbError,
        earnings::partner::{NewConnection, PartnerConnection, PartnerSyncSuccess},
    },
    error::chain,
    infra::crypto::{AssociatedData, Cipher, CryptoError},
    providers::{
        ProviderError,
        partner::{Partner, TransactionQuery},
    },
};

/// Number of days that the first sync goes back.
const BACKFILL_DAYS: Days = Days::new(90);
/// Number of days during which a transaction may still change, because it is pending first; these are refetched.
const PENDING_WINDOW: Days = Days::new(8);
/// Maximum number of pages per sync; each costs the user a credit.
const MAX_PAGES: usize = 200;
const SYNC_INTERVAL: TimeDelta = TimeDelta::hours(12);
/// Backoff after failures: 15 min, 30 min, 1 h, …, at most the regular interval.
const MIN_BACKOFF: TimeDelta = TimeDelta::minutes(15);
/// Lease on a partner connection; longer than the timeout of a sync.
const LEASE: TimeDelta = TimeDelta::minutes(6);
const SYNC_TIMEOUT: Duration = Duration::from_mins(5);

const fn associated_data(id: PartnerConnectionId) -> AssociatedData {
    AssociatedData { table: "partner_connections", row: id.uuid(), column: "api_key" }
}

/// Returns the state of the user's partner connection; `None` if the partner is not configured here.
pub(super) async fn view(core: &Core, user_id: UserId) -> Result<Option<PartnerView>, DbError> {
    if core.providers.partner().is_none() {
        return Ok(None);
    }
    let link = db::earnings::partner::find(&core.db, user_id).await?.map(|link| PartnerConnectionView {
        account: link.account,
        last_sync_at: link.last_ok_at,
        reason: link.last_error_kind,
        next_sync_at: link.next_sync_at,
        first_day: link.first_day,
        last_day: link.last_day,
    });
    Ok(Some(PartnerView { is_sandbox: core.config.partner.is_sandbox(), connection: link }))
}

/// Connects an account at the partner, after checking the key with one request. An existing connection is replaced and its earnings are
/// deleted.
///
/// # Errors
/// Returns [`EarningsError::InvalidInput`] if the input, key or account is rejected, or [`EarningsError::Conflict`] if the partner is not
/// configured or not available.
pub async fn connect_partner(core: &Core, user_id: UserId, input: &PartnerInput) -> Result<(), EarningsError> {
    validation::validate(input).map_err(EarningsError::InvalidInput)?;
    let partner = core.providers.partner().ok_or(EarningsError::Conflict(EarningsConflict::PartnerNotOffered))?;
    let now = core.clock.now();
    if let Err(error) =
        partner.transactions(&input.api_key, &TransactionQuery { account: &input.account, since: now.date_naive(), marker: None }).await
    {
        return Err(refusal(&error));
    }
    let id = PartnerConnectionId::from(Uuid::now_v7());
    let api_key = core.cipher.seal(&input.api_key, associated_data(id))?;
    let mut tx = db::begin(&core.db).await?;
    db::earnings::lock(&mut *tx, user_id).await?;
    db::earnings::partner::delete(&mut *tx, user_id).await?;
    db::earnings::partner::delete_earnings(&mut *tx, user_id).await?;
    let new = NewConnection { id, user_id, account: &input.account, api_key: &api_key };
    db::earnings::partner::insert(&mut *tx, &new, now).await?;
    db::jobs::notify_due(&mut *tx, JobKind::PartnerSync).await?;
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    Ok(())
}

fn refusal(error: &ProviderError) -> EarningsError {
    let field = |name, error| EarningsError::InvalidInput(field_error(name, error));
    match error {
        ProviderError::Revoked(_) | ProviderError::InsufficientScope(_) => field("apiKey", FieldError::PartnerKeyRefused),
        ProviderError::NoAccount => field("account", FieldError::PartnerAccountUnknown),
        ProviderError::RateLimited { .. } => EarningsError::Conflict(EarningsConflict::PartnerRateLimited),
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => {
            tracing::warn!(error = chain(&error), "partner request failed");
            EarningsError::Conflict(EarningsConflict::PartnerUnavailable)
        }
    }
}

/// Disconnects the account; deletes the key and the earnings from it.
///
/// # Errors
/// Returns [`EarningsError::NotFound`] if no account is connected.
pub async fn disconnect_partner(core: &Core, user_id: UserId) -> Result<(), EarningsError> {
    let mut tx = db::begin(&core.db).await?;
    let was_there = db::earnings::partner::delete(&mut *tx, user_id).await?;
    db::earnings::partner::delete_earnings(&mut *tx, user_id).await?;
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    if was_there { Ok(()) } else { Err(EarningsError::NotFound) }
}

/// Syncs an account if it is due and its lease is free.
///
/// # Errors
/// Returns an error if a database query fails. A failed sync is not an error; it is recorded in the row.
pub async fn sync_partner(core: &Core, id: PartnerConnectionId) -> Result<(), DbError> {
    let Some(partner) = core.providers.partner() else { return Ok(()) };
    let now = core.clock.now();
    let Some(link) = db::earnings::partner::claim_due(&core.db, id, now, now + LEASE).await? else { return Ok(()) };
    let change = core.data_cache.change(link.user_id);
    let outcome = tokio::time::timeout(SYNC_TIMEOUT, fetch(core, partner, &link)).await;
    let outcome = record(core, &link, outcome).await;
    change.done().await;
    outcome
}

/// Records the outcome of a sync.
async fn record(
    core: &Core,
    link: &PartnerConnection,
    outcome: Result<Result<(NaiveDate, NaiveDate), Failure>, Elapsed>,
) -> Result<(), DbError> {
    match outcome.unwrap_or_else(|_| Err(Failure::Partner(ProviderError::Transient(format!("sync timed out after {SYNC_TIMEOUT:?}"))))) {
        Ok(days) => {
            let now = core.clock.now();
            let success = PartnerSyncSuccess { days, now, next_sync_at: now + SYNC_INTERVAL };
            db::earnings::partner::record_success(&core.db, link.id, &success).await?;
        }
        Err(Failure::Db(error)) => return Err(error),
        Err(failure) => {
            tracing::warn!(connection_id = %link.id, error = %failure, "partner sync failed");
            let (kind, retry_at) = failure.classify(link, core.clock.now());
            db::earnings::partner::record_failure(&core.db, link.id, kind, retry_at).await?;
        }
    }
    Ok(())
}

/// Defers the next sync of an account by the regular interval, because its job has failed permanently with an internal error.
pub async fn postpone_partner(core: &Core, id: PartnerConnectionId) -> Result<(), DbError> {
    db::earnings::partner::defer(&core.db, id, core.clock.now() + SYNC_INTERVAL).await
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Partner(#[from] ProviderError),
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Failure {
    /// Returns the kind of the failure and the time of the next attempt; `None` if the user must act first.
    fn classify(&self, link: &PartnerConnection, now: DateTime<Utc>) -> (FailureKind, Option<DateTime<Utc>>) {
        let later = now + (MIN_BACKOFF * (1 << link.consecutive_failures.clamp(0, 10))).min(SYNC_INTERVAL);
        match self {
            Self::Crypto(_) => (FailureKind::DecryptionFailed, None),
            Self::Partner(ProviderError::RateLimited { retry_after: Some(pause) }) => {
                (FailureKind::RateLimited, Some((now + *pause).max(later)))
            }
            Self::Partner(error @ (ProviderError::Revoked(_) | ProviderError::NoAccount | ProviderError::InsufficientScope(_))) => {
                (error.kind(), None)
            }
            Self::Partner(error) => (error.kind(), Some(later)),
            Self::Db(_) => (FailureKind::Transient, Some(later)),
        }
    }
}

/// Fetches new transactions and those that may have changed. Returns the first and last day that are complete now, inclusive.
async fn fetch(core: &Core, partner: &Partner, link: &PartnerConnection) -> Result<(NaiveDate, NaiveDate), Failure> {
    let key = core.cipher.open(&link.api_key, associated_data(link.id))?;
    let today = core.clock.now().date_naive();
    let since = link.last_day.map_or(today - BACKFILL_DAYS, |until| until - PENDING_WINDOW);
    let (mut marker, mut first) = (None, since);
    for page in 1..=MAX_PAGES {
        let found = partner.transactions(&key, &TransactionQuery { account: &link.account, since, marker }).await?;
        db::earnings::partner::save(&core.db, link, &found.entries).await?;
        // A cursor that does not advance would cause an endless loop.
        marker = found.next.filter(|next| marker.is_none_or(|before| *next < before));
        if marker.is_none() {
            break;
        }
        if page == MAX_PAGES {
            // Older transactions are not fetched, so their days stay unknown.
            first = found.oldest.map_or(today, |oldest| oldest.date_naive() + Days::new(1));
        }
    }
    Ok((first, today - Days::new(1)))
}

/// Re-encrypts all API keys with the newest key. Returns the numbers of re-encrypted, already current and unreadable keys.
///
/// # Errors
/// Returns an error if a database query or the random number generator fails.
pub async fn rotate_partner_keys(db: &PgPool, cipher: &Cipher) -> Result<[u64; 3], EarningsError> {
    let [mut rotated, mut current, mut unreadable] = [0; 3];
    for (id, sealed) in db::earnings::partner::keys(db).await? {
        if cipher.is_current(&sealed) {
            current += 1;
            continue;
        }
        match cipher.open(&sealed, associated_data(id)) {
            Ok(key) => {
                // If the row was deleted or replaced in the meantime, nothing is updated.
                db::earnings::partner::replace_key(db, id, &sealed, &cipher.seal(&key, associated_data(id))?).await?;
                rotated += 1;
            }
            Err(error) => {
                tracing::warn!(error = chain(&error), connection_id = %id, "failed to decrypt partner API key");
                unreadable += 1;
            }
        }
    }
    Ok([rotated, current, unreadable])
}
