//! Connections to the partner service, which returns a user's OnlyFans earnings for the user's own API key.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    earnings::statement::Entry,
    ids::{PartnerConnectionId, UserId},
    integrations::FailureKind,
    string_enum::StringEnum,
};
use sqlx::PgExecutor;

use crate::db::DbError;

/// A connection to an account at the partner service.
#[derive(Debug, Clone)]
pub struct PartnerConnection {
    /// `UUIDv7`; a new id is generated when the user connects again with another key.
    pub id: PartnerConnectionId,
    /// User of the connection; a user has at most one.
    pub user_id: UserId,
    /// Id of the account at the partner service.
    pub account: String,
    /// API key, encrypted with the id of this row as associated data.
    pub api_key: Vec<u8>,
    /// Time of the last successful sync; `None` before the first.
    pub last_ok_at: Option<DateTime<Utc>>,
    /// Error of the last sync; `None` if it succeeded.
    pub last_error_kind: Option<FailureKind>,
    /// Number of consecutive failed syncs.
    pub consecutive_failures: i32,
    /// Time of the next sync; `None` if the user must act first.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// First day for which earnings were synced; `None` before the first sync.
    pub first_day: Option<NaiveDate>,
    /// Last day for which earnings were synced, inclusive; `None` before the first sync.
    pub last_day: Option<NaiveDate>,
}

struct Row {
    id: PartnerConnectionId,
    user_id: UserId,
    account: String,
    api_key: Vec<u8>,
    last_ok_at: Option<DateTime<Utc>>,
    last_error_kind: Option<String>,
    consecutive_failures: i32,
    next_sync_at: Option<DateTime<Utc>>,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
}

impl TryFrom<Row> for PartnerConnection {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let failure = |word: String| {
            FailureKind::parse(&word).ok_or(DbError::Inconsistent { table: "partner_connections", column: "last_error_kind" })
        };
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            account: row.account,
            api_key: row.api_key,
            last_ok_at: row.last_ok_at,
            last_error_kind: row.last_error_kind.map(failure).transpose()?,
            consecutive_failures: row.consecutive_failures,
            next_sync_at: row.next_sync_at,
            first_day: row.first_day,
            last_day: row.last_day,
        })
    }
}

/// Returns the partner connection of a user, if there is one.
pub async fn find(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Option<PartnerConnection>, DbError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, user_id, account, api_key, last_ok_at, last_error_kind, consecutive_failures, next_sync_at, first_day, last_day
           FROM partner_connections WHERE user_id = $1",
        user_id.uuid()
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// A connection to be inserted.
#[derive(Debug)]
pub struct NewConnection<'a> {
    /// Id of the connection.
    pub id: PartnerConnectionId,
    /// Owner.
    pub user_id: UserId,
    /// Account id at the partner.
    pub account: &'a str,
    /// Encrypted API key.
    pub api_key: &'a [u8],
}

/// Inserts a connection; its first sync is due at once.
///
/// # Errors
/// [`DbError`], a unique violation included: the user already has a connection.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewConnection<'_>, now: DateTime<Utc>) -> Result<(), DbError> {
    let &NewConnection { id, user_id, account, api_key } = new;
    sqlx::query!(
        "INSERT INTO partner_connections (id, user_id, account, api_key, next_sync_at) VALUES ($1, $2, $3, $4, $5)",
        id.uuid(),
        user_id.uuid(),
        account,
        api_key,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes the connection of a user. Returns `false` if there is none.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId) -> Result<bool, DbError> {
    Ok(sqlx::query!("DELETE FROM partner_connections WHERE user_id = $1", user_id.uuid()).execute(db).await?.rows_affected() == 1)
}

/// Deletes all earnings of a user that came from the partner service.
pub async fn delete_earnings(db: impl PgExecutor<'_>, user_id: UserId) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM partner_earnings WHERE user_id = $1", user_id.uuid()).execute(db).await?;
    Ok(())
}

/// Lists the connections that are due and not leased, longest overdue first, at most `limit`.
pub async fn list_due(db: impl PgExecutor<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<PartnerConnectionId>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM partner_connections WHERE next_sync_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY next_sync_at LIMIT $2",
        now,
        limit
    );
    Ok(due.fetch_all(db).await?.into_iter().map(Into::into).collect())
}

/// Claims a connection until `leased_until`. Returns `None` if it is not due, is leased or does not exist.
pub async fn claim_due(
    db: impl PgExecutor<'_>,
    id: PartnerConnectionId,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> Result<Option<PartnerConnection>, DbError> {
    let row = sqlx::query_as!(
        Row,
        "UPDATE partner_connections SET leased_until = $3
          WHERE id = $1 AND next_sync_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
         RETURNING id, user_id, account, api_key, last_ok_at, last_error_kind, consecutive_failures, next_sync_at, first_day, last_day",
        id.uuid(),
        now,
        leased_until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Upserts transactions by their reference. Does nothing if the connection has been deleted.
pub async fn save(db: impl PgExecutor<'_>, link: &PartnerConnection, entries: &[Entry]) -> Result<(), DbError> {
    let column = |read: fn(&Entry) -> String| entries.iter().map(read).collect::<Vec<_>>();
    let times: Vec<_> = entries.iter().map(|entry| entry.occurred_at).collect();
    let amounts: Vec<_> = entries.iter().map(|entry| entry.amount_minor).collect();
    sqlx::query!(
        // The lock makes a concurrent disconnect wait, so that it deletes these rows, too.
        "WITH link AS (SELECT user_id FROM partner_connections WHERE id = $1 FOR KEY SHARE)
         INSERT INTO partner_earnings (user_id, transaction_id, occurred_at, day, kind, amount_minor, currency, description)
         SELECT DISTINCT ON (transaction_id) user_id, transaction_id, occurred_at, (occurred_at AT TIME ZONE 'UTC')::date, kind, amount_minor,
                currency, description
           FROM link, unnest($2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[], $7::text[])
             AS entry (transaction_id, occurred_at, kind, amount_minor, currency, description)
         ON CONFLICT (user_id, transaction_id) DO UPDATE
            SET occurred_at = excluded.occurred_at, day = excluded.day, kind = excluded.kind, amount_minor = excluded.amount_minor,
                currency = excluded.currency, description = excluded.description",
        link.id.uuid(),
        &column(|entry| entry.reference.clone()),
        &times,
        &column(|entry| entry.kind.as_str().to_owned()),
        &amounts,
        &column(|entry| entry.currency.code().to_owned()),
        &column(|entry| entry.description.clone())
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Result of a successful sync.
pub struct PartnerSyncSuccess {
    /// First and last day that are complete now, inclusive (UTC).
    pub days: (NaiveDate, NaiveDate),
    /// Time of the sync.
    pub now: DateTime<Utc>,
    /// Time of the next sync.
    pub next_sync_at: DateTime<Utc>,
}

/// Records a successful sync, schedules the next one and releases the lease.
pub async fn record_success(db: impl PgExecutor<'_>, id: PartnerConnectionId, success: &PartnerSyncSuccess) -> Result<(), DbError> {
    let (from, until) = success.days;
    sqlx::query!(
        "UPDATE partner_connections
            SET first_day = least(first_day, $2), last_day = $3, last_ok_at = $4, last_error_kind = NULL, consecutive_failures = 0,
                next_sync_at = $5, leased_until = NULL
          WHERE id = $1",
        id.uuid(),
        from,
        until,
        success.now,
        success.next_sync_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Records a failed sync and releases the lease. `retry_at` is the time of the next attempt; with `None` there is none until the user
/// connects again.
pub async fn record_failure(
    db: impl PgExecutor<'_>,
    id: PartnerConnectionId,
    failure: FailureKind,
    retry_at: Option<DateTime<Utc>>,
) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE partner_connections
            SET last_error_kind = $2, consecutive_failures = consecutive_failures + 1, next_sync_at = $3, leased_until = NULL
          WHERE id = $1",
        id.uuid(),
        failure.as_str(),
        retry_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Releases the lease without recording an outcome.
pub async fn release(db: impl PgExecutor<'_>, id: PartnerConnectionId) -> Result<(), DbError> {
    sqlx::query!("UPDATE partner_connections SET leased_until = NULL WHERE id = $1", id.uuid()).execute(db).await?;
    Ok(())
}

/// Defers the next sync until `until` after an internal error and releases the lease. Does nothing if no sync is scheduled.
pub async fn defer(db: impl PgExecutor<'_>, id: PartnerConnectionId, until: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE partner_connections SET last_error_kind = $3, next_sync_at = $2, leased_until = NULL WHERE id = $1 AND next_sync_at IS NOT NULL",
        id.uuid(),
        until,
        FailureKind::Transient.as_str()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Reschedules the next sync. Returns `false` if there is no such connection or it waits for the user.
pub async fn reschedule(db: impl PgExecutor<'_>, id: PartnerConnectionId, next_sync_at: DateTime<Utc>) -> Result<bool, DbError> {
    let moved = sqlx::query!(
        "UPDATE partner_connections SET next_sync_at = $2 WHERE id = $1 AND next_sync_at IS NOT NULL",
        id.uuid(),
        next_sync_at
    );
    Ok(moved.execute(db).await?.rows_affected() == 1)
}

/// Lists the encrypted API keys of all connections with the ids of their rows, for key rotation.
pub async fn keys(db: impl PgExecutor<'_>) -> Result<Vec<(PartnerConnectionId, Vec<u8>)>, DbError> {
    let rows = sqlx::query!("SELECT id, api_key FROM partner_connections ORDER BY id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.api_key)).collect())
}

/// Replaces an encrypted API key with the same key under a newer encryption key. Returns `false` if it is not `old` any more.
pub async fn replace_key(db: impl PgExecutor<'_>, id: PartnerConnectionId, old: &[u8], new: &[u8]) -> Result<bool, DbError> {
    let done = sqlx::query!("UPDATE partner_connections SET api_key = $3 WHERE id = $1 AND api_key = $2", id.uuid(), old, new);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
