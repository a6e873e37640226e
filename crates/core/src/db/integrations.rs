//! Integrations: connected platform accounts. Functions that store the outcome of a request to the platform take the access token that the
//! request was made with and do nothing if it has been replaced, as by a reconnect in the meantime.

pub mod events;
pub mod oauth_states;
pub mod spending;

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    ids::{IntegrationId, Owned, UserId},
    integrations::{AccessHealth, FailureKind},
    platform::Platform,
    string_enum::StringEnum,
};
use sqlx::PgExecutor;

use super::DbError;

/// An integration, as stored. Its tokens are encrypted.
#[derive(Debug, Clone)]
pub struct Integration {
    /// `UUIDv7`.
    pub id: IntegrationId,
    /// User that connected it.
    pub user_id: UserId,
    /// Platform of the account.
    pub provider: Platform,
    /// Id of the account at the platform.
    pub account_id: String,
    /// Display name of the account at the platform.
    pub account_name: String,
    /// OAuth scopes that the user granted.
    pub scopes: Vec<String>,
    /// Encrypted tokens; `None` if it is disconnected.
    pub access: Option<SealedTokens>,
    /// Time at which the user disconnected it and kept its data; `None` while it is connected.
    pub disconnected_at: Option<DateTime<Utc>>,
    /// Facts from which the status is derived; the status itself is not stored.
    pub health: AccessHealth,
    /// Time of the last connect or reconnect.
    pub connected_at: DateTime<Utc>,
    /// Number of consecutive failed syncs.
    pub consecutive_failures: i32,
    /// Number of consecutive scheduled syncs that missed a day. Manual syncs do not increment it.
    pub incomplete_syncs: i32,
    /// Number of syncs so far, failed ones included. Waiters compare it to detect that a running sync has ended.
    pub sync_attempts: i64,
    /// Time of the next sync; `None` while the user must act first or it is disconnected.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// Days whose metrics have been requested.
    pub synced_range: SyncedRange,
}

/// Half-open range of days whose metrics have been requested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncedRange {
    /// First day; `None` before the first sync.
    pub from: Option<NaiveDate>,
    /// Day after the last one, which is the day of the newest sync; `None` before the first sync.
    pub until: Option<NaiveDate>,
}

/// OAuth tokens, encrypted.
#[derive(Debug, Clone)]
pub struct SealedTokens {
    /// Access token, sent with every request.
    pub access: Vec<u8>,
    /// Refresh token; `None` if the platform issues none.
    pub refresh: Option<Vec<u8>>,
    /// Time of issue.
    pub issued_at: DateTime<Utc>,
    /// Expiry of the access token; `None` if the platform does not state it.
    pub expires_at: Option<DateTime<Utc>>,
    /// Expiry of the refresh token; `None` if the platform does not state it.
    pub refresh_expires_at: Option<DateTime<Utc>>,
}

impl SealedTokens {
    /// Returns the time after which the access cannot be refreshed any more: the expiry of the refresh token if there is one, otherwise of
    /// the access token. `None` if unknown.
    pub const fn access_expires_at(&self) -> Option<DateTime<Utc>> {
        if self.refresh.is_some() { self.refresh_expires_at } else { self.expires_at }
    }
}

struct IntegrationRow {
    id: IntegrationId,
    user_id: UserId,
    provider: String,
    provider_account_id: String,
    account_name: String,
    scopes: Vec<String>,
    access_token: Option<Vec<u8>>,
    refresh_token: Option<Vec<u8>>,
    token_issued_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    refresh_expires_at: Option<DateTime<Utc>>,
    disconnected_at: Option<DateTime<Utc>>,
    connected_at: DateTime<Utc>,
    last_ok_at: Option<DateTime<Utc>>,
    last_error_kind: Option<String>,
    consecutive_failures: i32,
    incomplete_syncs: i32,
    sync_attempts: i64,
    next_sync_at: Option<DateTime<Utc>>,
    synced_from: Option<NaiveDate>,
    synced_until: Option<NaiveDate>,
}

/// A query that returns [`IntegrationRow`]s: the text before and after the list of columns, then the parameters.
macro_rules! integration_rows {
    ($before:tt, $after:tt, $($parameter:expr),+ $(,)?) => {
        sqlx::query_as!(
            IntegrationRow,
            $before
                + " id, user_id, provider, provider_account_id, account_name, scopes, access_token, refresh_token, token_issued_at, expires_at,
                    refresh_expires_at, disconnected_at, connected_at, last_ok_at, last_error_kind, consecutive_failures, incomplete_syncs,
                    sync_attempts, next_sync_at, synced_from, synced_until "
                + $after,
            $($parameter),+
        )
    };
}

impl TryFrom<IntegrationRow> for Integration {
    type Error = DbError;

    fn try_from(row: IntegrationRow) -> Result<Self, DbError> {
        let last_error_kind =
            row.last_error_kind.map(|word| FailureKind::parse(&word).ok_or_else(|| inconsistent("last_error_kind"))).transpose()?;
        let access = row.access_token.map(|access| SealedTokens {
            access,
            refresh: row.refresh_token,
            issued_at: row.token_issued_at,
            expires_at: row.expires_at,
            refresh_expires_at: row.refresh_expires_at,
        });
        let expires_at = access.as_ref().and_then(SealedTokens::access_expires_at);
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            provider: Platform::parse(&row.provider).ok_or_else(|| inconsistent("provider"))?,
            account_id: row.provider_account_id,
            account_name: row.account_name,
            scopes: row.scopes,
            access,
            disconnected_at: row.disconnected_at,
            health: AccessHealth { expires_at, last_ok_at: row.last_ok_at, last_error_kind },
            connected_at: row.connected_at,
            consecutive_failures: row.consecutive_failures,
            incomplete_syncs: row.incomplete_syncs,
            sync_attempts: row.sync_attempts,
            next_sync_at: row.next_sync_at,
            synced_range: SyncedRange { from: row.synced_from, until: row.synced_until },
        })
    }
}

const fn inconsistent(column: &'static str) -> DbError {
    DbError::Inconsistent { table: "integrations", column }
}

/// Lists a user's integrations, disconnected ones included, in the order in which they were first connected.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<Integration>, DbError> {
    let rows = integration_rows!("SELECT", "FROM integrations WHERE user_id = $1 ORDER BY id", user_id.uuid());
    rows.fetch_all(db).await?.into_iter().map(TryInto::try_into).collect()
}

/// Counts the connected integrations of all users; those that have the same status at `now` may be counted in several parts.
pub async fn count_by_health(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> Result<Vec<(AccessHealth, i64)>, DbError> {
    // Which side of each bound of `AccessHealth::status` an integration is on; the times are those of any of them.
    let rows = sqlx::query!(
        r#"WITH known AS (SELECT CASE WHEN refresh_token IS NULL THEN expires_at ELSE refresh_expires_at END AS expires_at, last_ok_at, last_error_kind
                            FROM integrations WHERE access_token IS NOT NULL)
           SELECT last_error_kind, min(expires_at) AS expires_at, min(last_ok_at) AS last_ok_at, count(*) AS "count!" FROM known
            GROUP BY last_error_kind, expires_at <= $1, expires_at <= $1 + interval '7 days', last_ok_at > $1 - interval '24 hours'"#,
        now
    );
    let counted = rows.fetch_all(db).await?.into_iter().map(|row| {
        let last_error_kind =
            row.last_error_kind.map(|word| FailureKind::parse(&word).ok_or_else(|| inconsistent("last_error_kind"))).transpose()?;
        Ok((AccessHealth { expires_at: row.expires_at, last_ok_at: row.last_ok_at, last_error_kind }, row.count))
    });
    counted.collect()
}

/// Lists the connected integrations with ids greater than `after` as pairs of integration id and user id, ordered by id, at most `limit`
/// (keyset pagination).
pub async fn connected_after(db: impl PgExecutor<'_>, after: IntegrationId, limit: i64) -> Result<Vec<(IntegrationId, UserId)>, DbError> {
    let rows = sqlx::query!(
        "SELECT id, user_id FROM integrations WHERE id > $1 AND access_token IS NOT NULL ORDER BY id LIMIT $2",
        after.uuid(),
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id.into(), row.user_id.into())).collect())
}

/// Returns an integration of a user, if there is one.
pub async fn find(db: impl PgExecutor<'_>, user_id: UserId, id: IntegrationId) -> Result<Option<Integration>, DbError> {
    let row = integration_rows!("SELECT", "FROM integrations WHERE id = $1 AND user_id = $2", id.uuid(), user_id.uuid());
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Returns the id and the user of the integration with this platform account: the connected one, whichever user it belongs to, or else this user's
/// disconnected one. Locks the row until the transaction ends.
pub async fn lock_account(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    provider: Platform,
    provider_account_id: &str,
) -> Result<Option<(IntegrationId, UserId)>, DbError> {
    let row = sqlx::query!(
        "SELECT id, user_id FROM integrations
          WHERE provider = $2 AND provider_account_id = $3 AND (disconnected_at IS NULL OR user_id = $1)
          ORDER BY disconnected_at NULLS FIRST
          LIMIT 1 FOR UPDATE",
        user_id.uuid(),
        provider.as_str(),
        provider_account_id
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.id.into(), row.user_id.into())))
}

/// An integration to be inserted or reconnected.
pub struct NewIntegration<'a> {
    /// `UUIDv7`; for a reconnect, the id of the existing row.
    pub id: IntegrationId,
    /// User that connects it.
    pub user_id: UserId,
    /// Platform of the account.
    pub provider: Platform,
    /// Id of the account at the platform.
    pub account_id: &'a str,
    /// Display name of the account at the platform.
    pub account_name: &'a str,
    /// OAuth scopes that the user granted.
    pub scopes: &'a [String],
    /// Encrypted tokens.
    pub access: &'a SealedTokens,
    /// Time of the connect.
    pub now: DateTime<Utc>,
}

/// Inserts an integration; its first sync is due at once. Returns `false` if the account was connected concurrently.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewIntegration<'_>) -> Result<bool, DbError> {
    let inserted = sqlx::query!(
        "INSERT INTO integrations (id, user_id, provider, provider_account_id, account_name, scopes, access_token, refresh_token,
                                   token_issued_at, expires_at, refresh_expires_at, connected_at, last_ok_at, next_sync_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $11, $11, $11)
         ON CONFLICT DO NOTHING",
        new.id.uuid(),
        new.user_id.uuid(),
        new.provider.as_str(),
        new.account_id,
        new.account_name,
        new.scopes,
        new.access.access,
        new.access.refresh,
        new.access.issued_at,
        new.access.expires_at,
        new.now,
        new.access.refresh_expires_at
    );
    Ok(inserted.execute(db).await?.rows_affected() == 1)
}

/// Replaces the tokens of an integration, resets its errors and makes it due at once; id and data stay. Returns `false` if it was
/// disconnected and another user has connected the account, or if it has been deleted.
pub async fn reconnect(db: impl PgExecutor<'_>, new: &NewIntegration<'_>) -> Result<bool, DbError> {
    let reconnected = sqlx::query!(
        "UPDATE integrations
            SET account_name = $2, scopes = $3, access_token = $4, refresh_token = $5, token_issued_at = $6, expires_at = $7,
                connected_at = $8, last_ok_at = $8, last_error_kind = NULL, consecutive_failures = 0, incomplete_syncs = 0,
                next_sync_at = $8, leased_until = NULL, refresh_expires_at = $9, disconnected_at = NULL
          WHERE id = $1",
        new.id.uuid(),
        new.account_name,
        new.scopes,
        new.access.access,
        new.access.refresh,
        new.access.issued_at,
        new.access.expires_at,
        new.now,
        new.access.refresh_expires_at
    );
    match reconnected.execute(db).await {
        Ok(done) => Ok(done.rows_affected() == 1),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Lists the connected integrations that are due and not leased, longest overdue first, at most `limit`.
pub async fn list_due(db: impl PgExecutor<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<IntegrationId>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM integrations
          WHERE next_sync_at <= $1 AND disconnected_at IS NULL AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY next_sync_at, id LIMIT $2",
        now,
        limit
    );
    Ok(due.fetch_all(db).await?.into_iter().map(Into::into).collect())
}

/// Claims an integration until `until`; if this worker dies, it is due again at that time. Returns `None` if it is not due, is
/// disconnected, leased or deleted.
pub async fn claim_due(
    db: impl PgExecutor<'_>,
    id: IntegrationId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Integration>, DbError> {
    let row = integration_rows!(
        "UPDATE integrations SET leased_until = $3
          WHERE id = $1 AND next_sync_at <= $2 AND disconnected_at IS NULL AND (leased_until IS NULL OR leased_until <= $2)
         RETURNING",
        "",
        id.uuid(),
        now,
        until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Claims an integration of a user until `until`, whether or not a sync is due. Returns `None` if it is leased or does not exist.
pub async fn claim(
    db: impl PgExecutor<'_>,
    account: Owned<IntegrationId>,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Integration>, DbError> {
    let row = integration_rows!(
        "UPDATE integrations SET leased_until = $4
          WHERE id = $1 AND user_id = $2 AND (leased_until IS NULL OR leased_until <= $3)
         RETURNING",
        "",
        account.id.uuid(),
        account.user_id.uuid(),
        now,
        until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Stores refreshed tokens if the access token is still `old`. Returns `false` if it has been replaced in the meantime.
pub async fn replace_tokens(db: impl PgExecutor<'_>, id: IntegrationId, old: &[u8], new: &SealedTokens) -> Result<bool, DbError> {
    let replaced = sqlx::query!(
        "UPDATE integrations SET access_token = $3, refresh_token = $4, token_issued_at = $5, expires_at = $6, refresh_expires_at = $7
          WHERE id = $1 AND access_token = $2",
        id.uuid(),
        old,
        new.access,
        new.refresh,
        new.issued_at,
        new.expires_at,
        new.refresh_expires_at
    );
    Ok(replaced.execute(db).await?.rows_affected() == 1)
}

/// Result of a successful sync.
pub struct SyncSuccess<'a> {
    /// Id of the integration.
    pub id: IntegrationId,
    /// Access token (encrypted) that the sync used.
    pub access_token: &'a [u8],
    /// Display name of the account, which may have changed.
    pub account_name: &'a str,
    /// Granted scopes without those that the platform has since rejected.
    pub scopes: &'a [String],
    /// Days whose metrics have been requested, this sync included.
    pub synced_range: SyncedRange,
    /// Why a day is missing for the moment; `None` if the sync is complete.
    pub failure: Option<FailureKind>,
    /// New number of consecutive scheduled syncs that missed a day.
    pub incomplete_syncs: i32,
    /// Time of the sync.
    pub now: DateTime<Utc>,
    /// Time of the next sync.
    pub next_sync_at: DateTime<Utc>,
}

/// Records a successful sync and releases the lease. Returns `false` if the integration was reconnected in the meantime.
pub async fn record_success(db: impl PgExecutor<'_>, success: &SyncSuccess<'_>) -> Result<bool, DbError> {
    let noted = sqlx::query!(
        "UPDATE integrations
            SET account_name = $3, scopes = $4, synced_from = $5, synced_until = $6, last_ok_at = $7, last_error_kind = $8,
                consecutive_failures = 0, incomplete_syncs = $9, sync_attempts = sync_attempts + 1, next_sync_at = $10, leased_until = NULL
          WHERE id = $1 AND access_token = $2",
        success.id.uuid(),
        success.access_token,
        success.account_name,
        success.scopes,
        success.synced_range.from,
        success.synced_range.until,
        success.now,
        success.failure.map(StringEnum::as_str),
        success.incomplete_syncs,
        success.next_sync_at
    );
    Ok(noted.execute(db).await?.rows_affected() == 1)
}

/// Result of a failed sync.
pub struct SyncFailure<'a> {
    /// Id of the integration.
    pub id: IntegrationId,
    /// Access token (encrypted) that the sync used.
    pub access_token: &'a [u8],
    /// Why it failed.
    pub kind: FailureKind,
    /// Time of the next attempt; `None` if a retry cannot help.
    pub next_sync_at: Option<DateTime<Utc>>,
}

/// Records a failed sync and releases the lease. Returns `false` if the integration was reconnected in the meantime.
pub async fn record_failure(db: impl PgExecutor<'_>, failure: &SyncFailure<'_>) -> Result<bool, DbError> {
    let noted = sqlx::query!(
        "UPDATE integrations
            SET last_error_kind = $3, consecutive_failures = consecutive_failures + 1, sync_attempts = sync_attempts + 1, next_sync_at = $4,
                leased_until = NULL
          WHERE id = $1 AND access_token = $2",
        failure.id.uuid(),
        failure.access_token,
        failure.kind.as_str(),
        failure.next_sync_at
    );
    Ok(noted.execute(db).await?.rows_affected() == 1)
}

/// Defers the next sync until `until` after an internal error and releases the lease. Returns `false` if there is no such integration or no
/// sync is scheduled.
pub async fn defer(db: impl PgExecutor<'_>, id: IntegrationId, until: DateTime<Utc>) -> Result<Option<UserId>, DbError> {
    let deferred = sqlx::query_scalar!(
        "UPDATE integrations SET last_error_kind = $3, next_sync_at = $2, leased_until = NULL WHERE id = $1 AND next_sync_at IS NOT NULL
         RETURNING user_id",
        id.uuid(),
        until,
        FailureKind::Transient.as_str()
    );
    Ok(deferred.fetch_optional(db).await?.map(UserId::from))
}

/// Reschedules the next sync. Returns `false` if there is no such integration or no sync is scheduled.
pub async fn reschedule(db: impl PgExecutor<'_>, id: IntegrationId, next_sync_at: DateTime<Utc>) -> Result<bool, DbError> {
    let moved =
        sqlx::query!("UPDATE integrations SET next_sync_at = $2 WHERE id = $1 AND next_sync_at IS NOT NULL", id.uuid(), next_sync_at);
    Ok(moved.execute(db).await?.rows_affected() == 1)
}

/// Deletes an integration with its data, if its access token is still `access_token`; `None` stands for a disconnected one. Returns `false`
/// if it was reconnected in the meantime or does not exist.
pub async fn delete(db: impl PgExecutor<'_>, id: IntegrationId, access_token: Option<&[u8]>) -> Result<bool, DbError> {
    let deleted = sqlx::query!("DELETE FROM integrations WHERE id = $1 AND access_token IS NOT DISTINCT FROM $2", id.uuid(), access_token);
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// Disconnects an integration: clears its tokens and errors and keeps its data. Returns `false` if it was reconnected in the meantime.
pub async fn clear_tokens(db: impl PgExecutor<'_>, id: IntegrationId, access_token: &[u8], now: DateTime<Utc>) -> Result<bool, DbError> {
    let cleared = sqlx::query!(
        "UPDATE integrations
            SET access_token = NULL, refresh_token = NULL, expires_at = NULL, refresh_expires_at = NULL, disconnected_at = $3,
                next_sync_at = NULL, leased_until = NULL, last_error_kind = NULL, consecutive_failures = 0, incomplete_syncs = 0
          WHERE id = $1 AND access_token = $2",
        id.uuid(),
        access_token,
        now
    );
    Ok(cleared.execute(db).await?.rows_affected() == 1)
}

/// Releases the lease without recording an outcome.
pub async fn release(db: impl PgExecutor<'_>, id: IntegrationId) -> Result<(), DbError> {
    sqlx::query!("UPDATE integrations SET leased_until = NULL WHERE id = $1", id.uuid()).execute(db).await?;
    Ok(())
}
