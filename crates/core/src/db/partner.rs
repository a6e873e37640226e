//! A partner service that reads earnings with a key of the creator's own.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{choice::Choice, integration::FailureKind, statement::Entry};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// An account that is read.
#[derive(Debug, Clone)]
pub struct PartnerLink {
    /// `UUIDv7`; new with each key.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The partner's name of it.
    pub account: String,
    /// Encrypted.
    pub api_key: Vec<u8>,
    /// When it was last read.
    pub last_ok_at: Option<DateTime<Utc>>,
    /// What went wrong since.
    pub last_error: Option<FailureKind>,
    /// Failures in a row.
    pub failures: i32,
    /// When it is read next.
    pub next_read_at: Option<DateTime<Utc>>,
    /// The first day that was read.
    pub covers_from: Option<NaiveDate>,
    /// The last day that was read.
    pub covers_until: Option<NaiveDate>,
}

struct Row {
    id: Uuid,
    user_id: Uuid,
    account: String,
    api_key: Vec<u8>,
    last_ok_at: Option<DateTime<Utc>>,
    last_error: Option<String>,
    failures: i32,
    next_read_at: Option<DateTime<Utc>>,
    covers_from: Option<NaiveDate>,
    covers_until: Option<NaiveDate>,
}

impl TryFrom<Row> for PartnerLink {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let failure =
            |word: String| FailureKind::parse(&word).ok_or(DbError::Inconsistent { table: "partner_links", column: "last_error" });
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            account: row.account,
            api_key: row.api_key,
            last_ok_at: row.last_ok_at,
            last_error: row.last_error.map(failure).transpose()?,
            failures: row.failures,
            next_read_at: row.next_read_at,
            covers_from: row.covers_from,
            covers_until: row.covers_until,
        })
    }
}

/// The account of a creator that is read, if one is.
///
/// # Errors
/// [`DbError`].
pub async fn find(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Option<PartnerLink>, DbError> {
    let row = sqlx::query_as!(
        Row,
        "SELECT id, user_id, account, api_key, last_ok_at, last_error, failures, next_read_at, covers_from, covers_until
           FROM partner_links WHERE user_id = $1",
        user_id
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Has an account read from now on.
///
/// # Errors
/// [`DbError`]; the creator has one already.
pub async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    user_id: Uuid,
    account: &str,
    api_key: &[u8],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO partner_links (id, user_id, account, api_key, next_read_at) VALUES ($1, $2, $3, $4, $5)",
        id,
        user_id,
        account,
        api_key,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has an account read no more.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<bool, DbError> {
    Ok(sqlx::query!("DELETE FROM partner_links WHERE user_id = $1", user_id).execute(db).await?.rows_affected() == 1)
}

/// Removes all that was read.
///
/// # Errors
/// [`DbError`].
pub async fn delete_earnings(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM partner_earnings WHERE user_id = $1", user_id).execute(db).await?;
    Ok(())
}

/// The accounts that are due and that nobody holds, the one that has been due the longest first.
///
/// # Errors
/// [`DbError`].
pub async fn due(db: impl PgExecutor<'_>, now: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM partner_links WHERE next_read_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY next_read_at LIMIT $2",
        now,
        most
    );
    Ok(due.fetch_all(db).await?)
}

/// Takes an account if it is due and nobody holds it, and holds it until then.
///
/// # Errors
/// [`DbError`].
pub async fn claim_due(
    db: impl PgExecutor<'_>,
    id: Uuid,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> Result<Option<PartnerLink>, DbError> {
    let row = sqlx::query_as!(
        Row,
        "UPDATE partner_links SET leased_until = $3
          WHERE id = $1 AND next_read_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
         RETURNING id, user_id, account, api_key, last_ok_at, last_error, failures, next_read_at, covers_from, covers_until",
        id,
        now,
        leased_until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Stores transactions; what was read before is replaced. What belongs to a key that is gone is left alone.
///
/// # Errors
/// [`DbError`].
pub async fn save(db: impl PgExecutor<'_>, link: &PartnerLink, entries: &[Entry]) -> Result<(), DbError> {
    let column = |read: fn(&Entry) -> String| entries.iter().map(read).collect::<Vec<_>>();
    let times: Vec<_> = entries.iter().map(|entry| entry.at).collect();
    let amounts: Vec<_> = entries.iter().map(|entry| entry.amount_minor).collect();
    sqlx::query!(
        // Whoever removes the key waits for this, and then removes these, too.
        "WITH link AS (SELECT user_id FROM partner_links WHERE id = $1 FOR KEY SHARE)
         INSERT INTO partner_earnings (user_id, transaction_id, at, day, kind, amount_minor, currency, description)
         SELECT DISTINCT ON (transaction_id) user_id, transaction_id, at, (at AT TIME ZONE 'UTC')::date, kind, amount_minor, currency, description
           FROM link, unnest($2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[], $7::text[])
             AS entry (transaction_id, at, kind, amount_minor, currency, description)
         ON CONFLICT (user_id, transaction_id) DO UPDATE
            SET at = excluded.at, day = excluded.day, kind = excluded.kind, amount_minor = excluded.amount_minor, currency = excluded.currency,
                description = excluded.description",
        link.id,
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

/// Notes that an account was read, of which days, and when it is read next.
///
/// # Errors
/// [`DbError`].
pub async fn set_ok(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (from, until): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
    next: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE partner_links
            SET covers_from = least(covers_from, $2), covers_until = $3, last_ok_at = $4, last_error = NULL, failures = 0, next_read_at = $5,
                leased_until = NULL
          WHERE id = $1",
        id,
        from,
        until,
        now,
        next
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that an account could not be read, and when to try again; with no such time, its creator has to mend it.
///
/// # Errors
/// [`DbError`].
pub async fn set_failure(db: impl PgExecutor<'_>, id: Uuid, failure: FailureKind, retry_at: Option<DateTime<Utc>>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE partner_links SET last_error = $2, failures = failures + 1, next_read_at = $3, leased_until = NULL WHERE id = $1",
        id,
        failure.as_str(),
        retry_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets go of an account without an outcome.
///
/// # Errors
/// [`DbError`].
pub async fn let_go(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("UPDATE partner_links SET leased_until = NULL WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// Has an account that is read by itself wait, because of a fault of ours.
///
/// # Errors
/// [`DbError`].
pub async fn postpone(db: impl PgExecutor<'_>, id: Uuid, until: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE partner_links SET last_error = $3, next_read_at = $2, leased_until = NULL WHERE id = $1 AND next_read_at IS NOT NULL",
        id,
        until,
        FailureKind::Transient.as_str()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Changes when an account that is read by itself is read next. Returns whether there is such an account.
///
/// # Errors
/// [`DbError`].
pub async fn set_due(db: impl PgExecutor<'_>, id: Uuid, next_read_at: DateTime<Utc>) -> Result<bool, DbError> {
    let moved = sqlx::query!("UPDATE partner_links SET next_read_at = $2 WHERE id = $1 AND next_read_at IS NOT NULL", id, next_read_at);
    Ok(moved.execute(db).await?.rows_affected() == 1)
}

/// All keys, with the ids of their rows.
///
/// # Errors
/// [`DbError`].
pub async fn keys(db: impl PgExecutor<'_>) -> Result<Vec<(Uuid, Vec<u8>)>, DbError> {
    let rows = sqlx::query!("SELECT id, api_key FROM partner_links ORDER BY id").fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.api_key)).collect())
}

/// Puts a key in the place of the same one, sealed otherwise. Returns whether that was still there.
///
/// # Errors
/// [`DbError`].
pub async fn replace_key(db: impl PgExecutor<'_>, id: Uuid, old: &[u8], new: &[u8]) -> Result<bool, DbError> {
    let done = sqlx::query!("UPDATE partner_links SET api_key = $3 WHERE id = $1 AND api_key = $2", id, old, new);
    Ok(done.execute(db).await?.rows_affected() == 1)
}
