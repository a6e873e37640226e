//! Accounts at platforms. Whoever writes the outcome of a call names the token that the call was made with: a newer one, from a
//! reconnection in the meantime, is left alone.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    choice::Choice,
    integration::{AccessFacts, FailureKind},
    platform::Platform,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// An account at a platform. Its tokens are sealed.
#[derive(Debug, Clone)]
pub struct Integration {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The platform.
    pub provider: Platform,
    /// The platform's id of it.
    pub account_id: String,
    /// As people know it.
    pub account_name: String,
    /// What the creator agreed to.
    pub scopes: Vec<String>,
    /// What it is read with; none once it is disconnected.
    pub access: Option<SealedTokens>,
    /// When the creator let go of it and kept its figures.
    pub disconnected_at: Option<DateTime<Utc>>,
    /// What its status follows from.
    pub facts: AccessFacts,
    /// When it was connected, or connected anew.
    pub connected_at: DateTime<Utc>,
    /// How often it failed in a row.
    pub failures: i32,
    /// How often in a row a reading missed a day.
    pub missed: i32,
    /// How often it was read so far, or tried.
    pub readings: i64,
    /// When it is read next; none while it waits for the creator.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// The days that were asked for.
    pub days_read: DaysRead,
}

/// The days whose figures were asked for: from the one up to the other, which is not among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DaysRead {
    /// The oldest.
    pub from: Option<NaiveDate>,
    /// The day of the newest reading.
    pub until: Option<NaiveDate>,
}

/// Tokens as they are stored.
#[derive(Debug, Clone)]
pub struct SealedTokens {
    /// Sent with every call.
    pub access: Vec<u8>,
    /// Gets a new pair.
    pub refresh: Option<Vec<u8>>,
    /// When they were given out.
    pub issued_at: DateTime<Utc>,
    /// When the access token ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the refresh token ends, where the platform says so.
    pub refresh_expires_at: Option<DateTime<Utc>>,
}

impl SealedTokens {
    /// When the access ends for good: an access token that can be renewed is not the end.
    pub const fn ends_at(&self) -> Option<DateTime<Utc>> {
        if self.refresh.is_some() { self.refresh_expires_at } else { self.expires_at }
    }
}

struct IntegrationRow {
    id: Uuid,
    user_id: Uuid,
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
    last_error: Option<String>,
    failures: i32,
    missed: i32,
    readings: i64,
    next_sync_at: Option<DateTime<Utc>>,
    #[expect(dead_code, reason = "the queries ask for whole rows; who holds a row matters to PostgreSQL alone")]
    leased_until: Option<DateTime<Utc>>,
    history_from: Option<NaiveDate>,
    read_until: Option<NaiveDate>,
}

impl TryFrom<IntegrationRow> for Integration {
    type Error = DbError;

    fn try_from(row: IntegrationRow) -> Result<Self, DbError> {
        let last_error = row.last_error.map(|word| FailureKind::parse(&word).ok_or_else(|| inconsistent("last_error"))).transpose()?;
        let access = row.access_token.map(|access| SealedTokens {
            access,
            refresh: row.refresh_token,
            issued_at: row.token_issued_at,
            expires_at: row.expires_at,
            refresh_expires_at: row.refresh_expires_at,
        });
        let expires_at = access.as_ref().and_then(SealedTokens::ends_at);
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            provider: Platform::parse(&row.provider).ok_or_else(|| inconsistent("provider"))?,
            account_id: row.provider_account_id,
            account_name: row.account_name,
            scopes: row.scopes,
            access,
            disconnected_at: row.disconnected_at,
            facts: AccessFacts { expires_at, last_ok_at: row.last_ok_at, last_error },
            connected_at: row.connected_at,
            failures: row.failures,
            missed: row.missed,
            readings: row.readings,
            next_sync_at: row.next_sync_at,
            days_read: DaysRead { from: row.history_from, until: row.read_until },
        })
    }
}

const fn inconsistent(column: &'static str) -> DbError {
    DbError::Inconsistent { table: "integrations", column }
}

/// The accounts of a creator, in the order in which they were connected.
///
/// # Errors
/// [`DbError`].
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<Integration>, DbError> {
    let rows = sqlx::query_as!(IntegrationRow, "SELECT * FROM integrations WHERE user_id = $1 ORDER BY id", user_id);
    rows.fetch_all(db).await?.into_iter().map(TryInto::try_into).collect()
}

/// The next accounts with tokens, and their owners, in the order of their ids.
///
/// # Errors
/// [`DbError`].
pub async fn connected_after(db: impl PgExecutor<'_>, after: Uuid, limit: i64) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let rows =
        sqlx::query!("SELECT id, user_id FROM integrations WHERE id > $1 AND access_token IS NOT NULL ORDER BY id LIMIT $2", after, limit);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.user_id)).collect())
}

/// One account of a creator.
///
/// # Errors
/// [`DbError`].
pub async fn find(db: impl PgExecutor<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Integration>, DbError> {
    let row = sqlx::query_as!(IntegrationRow, "SELECT * FROM integrations WHERE id = $1 AND user_id = $2", id, user_id);
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Who has an account of a platform now, or had it and is this creator: our id of it, and the owner. Locked until the transaction ends.
///
/// # Errors
/// [`DbError`].
pub async fn lock_account(
    db: impl PgExecutor<'_>,
    user_id: Uuid,
    provider: Platform,
    provider_account_id: &str,
) -> Result<Option<(Uuid, Uuid)>, DbError> {
    let row = sqlx::query!(
        "SELECT id, user_id FROM integrations
          WHERE provider = $2 AND provider_account_id = $3 AND (disconnected_at IS NULL OR user_id = $1)
          ORDER BY disconnected_at NULLS FIRST
          LIMIT 1 FOR UPDATE",
        user_id,
        provider.as_str(),
        provider_account_id
    );
    Ok(row.fetch_optional(db).await?.map(|row| (row.id, row.user_id)))
}

/// An account to be stored, or stored anew.
pub struct Connection<'a> {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The platform.
    pub provider: Platform,
    /// The platform's id of it.
    pub account_id: &'a str,
    /// As people know it.
    pub account_name: &'a str,
    /// What the creator agreed to.
    pub scopes: &'a [String],
    /// What it is read with.
    pub access: &'a SealedTokens,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Stores a new account, to be read at once. `false`: somebody was faster.
///
/// # Errors
/// [`DbError`].
pub async fn insert(db: impl PgExecutor<'_>, new: &Connection<'_>) -> Result<bool, DbError> {
    let inserted = sqlx::query!(
        "INSERT INTO integrations (id, user_id, provider, provider_account_id, account_name, scopes, access_token, refresh_token,
                                   token_issued_at, expires_at, refresh_expires_at, connected_at, last_ok_at, next_sync_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $11, $11, $11)
         ON CONFLICT DO NOTHING",
        new.id,
        new.user_id,
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

/// Gives an account new tokens and forgets what went wrong; its id and its history stay. `false`: it was let go, and somebody else has it.
///
/// # Errors
/// [`DbError`].
pub async fn reconnect(db: impl PgExecutor<'_>, new: &Connection<'_>) -> Result<bool, DbError> {
    let reconnected = sqlx::query!(
        "UPDATE integrations
            SET account_name = $2, scopes = $3, access_token = $4, refresh_token = $5, token_issued_at = $6, expires_at = $7,
                connected_at = $8, last_ok_at = $8, last_error = NULL, failures = 0, missed = 0, next_sync_at = $8, leased_until = NULL,
                refresh_expires_at = $9, disconnected_at = NULL
          WHERE id = $1",
        new.id,
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

/// The accounts that are due and that nobody holds, the one that has been due the longest first.
///
/// # Errors
/// [`DbError`].
pub async fn due(db: impl PgExecutor<'_>, now: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM integrations
          WHERE next_sync_at <= $1 AND disconnected_at IS NULL AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY next_sync_at, id LIMIT $2",
        now,
        most
    );
    Ok(due.fetch_all(db).await?)
}

/// Takes an account if it is due and nobody holds it, and holds it until `until`: should this worker die, it is due again.
///
/// # Errors
/// [`DbError`].
pub async fn claim_due(
    db: impl PgExecutor<'_>,
    id: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Integration>, DbError> {
    let row = sqlx::query_as!(
        IntegrationRow,
        "UPDATE integrations SET leased_until = $3
          WHERE id = $1 AND next_sync_at <= $2 AND disconnected_at IS NULL AND (leased_until IS NULL OR leased_until <= $2)
         RETURNING *",
        id,
        now,
        until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Takes one account of a creator, and holds it until `until`. `None`: it is held already, or there is none.
///
/// # Errors
/// [`DbError`].
pub async fn claim(
    db: impl PgExecutor<'_>,
    user_id: Uuid,
    id: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Option<Integration>, DbError> {
    let row = sqlx::query_as!(
        IntegrationRow,
        "UPDATE integrations SET leased_until = $4
          WHERE id = $1 AND user_id = $2 AND (leased_until IS NULL OR leased_until <= $3)
         RETURNING *",
        id,
        user_id,
        now,
        until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Stores refreshed tokens in the place of those that `old` names. `false`: they were replaced in the meantime.
///
/// # Errors
/// [`DbError`].
pub async fn replace_tokens(db: impl PgExecutor<'_>, id: Uuid, old: &[u8], new: &SealedTokens) -> Result<bool, DbError> {
    let replaced = sqlx::query!(
        "UPDATE integrations SET access_token = $3, refresh_token = $4, token_issued_at = $5, expires_at = $6, refresh_expires_at = $7
          WHERE id = $1 AND access_token = $2",
        id,
        old,
        new.access,
        new.refresh,
        new.issued_at,
        new.expires_at,
        new.refresh_expires_at
    );
    Ok(replaced.execute(db).await?.rows_affected() == 1)
}

/// What a reading of an account found.
pub struct Reading<'a> {
    /// Which.
    pub id: Uuid,
    /// The token it was read with.
    pub access_token: &'a [u8],
    /// Its name, which may have changed.
    pub account_name: &'a str,
    /// What the creator agreed to, as far as it still holds.
    pub scopes: &'a [String],
    /// The days that were asked for.
    pub days_read: DaysRead,
    /// Why a day is missing, where one could not be read for the moment.
    pub failure: Option<FailureKind>,
    /// How often in a row that is so.
    pub missed: i32,
    /// Now.
    pub now: DateTime<Utc>,
    /// When to read it next.
    pub next_sync_at: DateTime<Utc>,
}

/// Notes that an account was read, and lets go of it. `false`: it was connected anew in the meantime.
///
/// # Errors
/// [`DbError`].
pub async fn set_read(db: impl PgExecutor<'_>, reading: &Reading<'_>) -> Result<bool, DbError> {
    let noted = sqlx::query!(
        "UPDATE integrations
            SET account_name = $3, scopes = $4, history_from = $5, read_until = $6, last_ok_at = $7, last_error = $8,
                failures = 0, missed = $9, readings = readings + 1, next_sync_at = $10, leased_until = NULL
          WHERE id = $1 AND access_token = $2",
        reading.id,
        reading.access_token,
        reading.account_name,
        reading.scopes,
        reading.days_read.from,
        reading.days_read.until,
        reading.now,
        reading.failure.map(Choice::as_str),
        reading.missed,
        reading.next_sync_at
    );
    Ok(noted.execute(db).await?.rows_affected() == 1)
}

/// Notes why an account could not be read and when to try again, if that helps; lets go of it. `false`: it was connected anew in the meantime.
///
/// # Errors
/// [`DbError`].
pub async fn set_failed(
    db: impl PgExecutor<'_>,
    id: Uuid,
    access_token: &[u8],
    kind: FailureKind,
    next_sync_at: Option<DateTime<Utc>>,
) -> Result<bool, DbError> {
    let noted = sqlx::query!(
        "UPDATE integrations SET last_error = $3, failures = failures + 1, readings = readings + 1, next_sync_at = $4, leased_until = NULL
          WHERE id = $1 AND access_token = $2",
        id,
        access_token,
        kind.as_str(),
        next_sync_at
    );
    Ok(noted.execute(db).await?.rows_affected() == 1)
}

/// Has an account that is read by itself wait, because of a fault of ours. Returns whether there is such an account.
///
/// # Errors
/// [`DbError`].
pub async fn postpone(db: impl PgExecutor<'_>, id: Uuid, until: DateTime<Utc>) -> Result<bool, DbError> {
    let postponed = sqlx::query!(
        "UPDATE integrations SET last_error = $3, next_sync_at = $2, leased_until = NULL WHERE id = $1 AND next_sync_at IS NOT NULL",
        id,
        until,
        FailureKind::Transient.as_str()
    );
    Ok(postponed.execute(db).await?.rows_affected() == 1)
}

/// Changes when an account that is read by itself is read next. Returns whether there is such an account.
///
/// # Errors
/// [`DbError`].
pub async fn set_due(db: impl PgExecutor<'_>, id: Uuid, next_sync_at: DateTime<Utc>) -> Result<bool, DbError> {
    let moved = sqlx::query!("UPDATE integrations SET next_sync_at = $2 WHERE id = $1 AND next_sync_at IS NOT NULL", id, next_sync_at);
    Ok(moved.execute(db).await?.rows_affected() == 1)
}

/// Removes an account with its history. `false`: it was connected anew in the meantime. No token: that of an account that was let go.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, id: Uuid, access_token: Option<&[u8]>) -> Result<bool, DbError> {
    let deleted = sqlx::query!("DELETE FROM integrations WHERE id = $1 AND access_token IS NOT DISTINCT FROM $2", id, access_token);
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// Removes the tokens of an account and keeps its history. `false`: it was connected anew in the meantime.
///
/// # Errors
/// [`DbError`].
pub async fn forget_access(db: impl PgExecutor<'_>, id: Uuid, access_token: &[u8], now: DateTime<Utc>) -> Result<bool, DbError> {
    let forgotten = sqlx::query!(
        "UPDATE integrations
            SET access_token = NULL, refresh_token = NULL, expires_at = NULL, refresh_expires_at = NULL, disconnected_at = $3,
                next_sync_at = NULL, leased_until = NULL, last_error = NULL, failures = 0, missed = 0
          WHERE id = $1 AND access_token = $2",
        id,
        access_token,
        now
    );
    Ok(forgotten.execute(db).await?.rows_affected() == 1)
}

/// Lets go of an account without an outcome.
///
/// # Errors
/// [`DbError`].
pub async fn release(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("UPDATE integrations SET leased_until = NULL WHERE id = $1", id).execute(db).await?;
    Ok(())
}
