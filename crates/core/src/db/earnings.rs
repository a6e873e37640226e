//! Earnings: entries of statements and of the partner service, and manual daily totals.

pub mod column_mappings;
pub mod imports;
pub mod partner;
pub mod staging;
pub mod statements;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    earnings::DailyTotal,
    ids::{StatementId, UserId},
    money::{Currency, Money},
};
use serde::Serialize;
use sqlx::PgExecutor;

use super::DbError;

/// Fingerprint of an entry. Entries with equal fingerprints in two statements of a user are the same entry.
pub type Fingerprint = [u8; 16];

/// Serializes changes to a user's statement entries until the transaction ends (advisory lock).
pub async fn lock(db: impl PgExecutor<'_>, user_id: UserId) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('earnings ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// Like [`lock`], but returns `false` instead of waiting if another transaction holds the lock.
pub async fn try_lock(db: impl PgExecutor<'_>, user_id: UserId) -> Result<bool, DbError> {
    let is_ours = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtextextended('earnings ' || $1::text, 0)) AS "is_ours!""#,
        user_id.to_string()
    );
    Ok(is_ours.fetch_one(db).await?)
}

/// Returns the amounts of those of these fingerprints that are stored.
pub async fn find_amounts(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    fingerprints: &[Vec<u8>],
) -> Result<HashMap<Fingerprint, Money>, DbError> {
    let rows = sqlx::query!(
        "SELECT fingerprint, amount_minor, currency FROM earnings WHERE user_id = $1 AND fingerprint = ANY($2)",
        user_id.uuid(),
        fingerprints
    );
    let amounts = rows.fetch_all(db).await?.into_iter().map(|row| {
        let inconsistent = |_| DbError::Inconsistent { table: "earnings", column: "fingerprint" };
        let fingerprint = row.fingerprint.try_into().map_err(inconsistent)?;
        Ok((fingerprint, Money { minor: row.amount_minor, currency: currency_of(&row.currency, "earnings")? }))
    });
    amounts.collect()
}

/// Deletes the entries that only this statement contains. Returns how many were deleted.
pub async fn delete_exclusive_to(db: impl PgExecutor<'_>, user_id: UserId, statement_id: StatementId) -> Result<u64, DbError> {
    let done = sqlx::query!(
        "DELETE FROM earnings USING statement_entries AS said
          WHERE said.statement_id = $2 AND earnings.user_id = $1 AND earnings.fingerprint = said.fingerprint
            AND NOT EXISTS (SELECT FROM statement_entries AS others
                             WHERE others.user_id = $1 AND others.fingerprint = said.fingerprint AND others.statement_id <> $2)",
        user_id.uuid(),
        statement_id.uuid()
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Upserts the manual total of a day in the currency of `amount`.
pub async fn save_daily_total(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    (day, amount): (NaiveDate, Money),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO daily_totals (user_id, day, currency, amount_minor, entered_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, day, currency) DO UPDATE SET amount_minor = excluded.amount_minor, entered_at = excluded.entered_at",
        user_id.uuid(),
        day,
        amount.currency.code(),
        amount.minor,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes the manual total of a day in one currency. Returns `false` if there is none.
pub async fn delete_daily_total(db: impl PgExecutor<'_>, user_id: UserId, day: NaiveDate, currency: Currency) -> Result<bool, DbError> {
    let done =
        sqlx::query!("DELETE FROM daily_totals WHERE user_id = $1 AND day = $2 AND currency = $3", user_id.uuid(), day, currency.code());
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lists a user's manual daily totals, newest day first, at most `limit`. Each says whether a statement or the partner service covers its
/// day.
pub async fn daily_totals(db: impl PgExecutor<'_>, user_id: UserId, limit: i64) -> Result<Vec<DailyTotal>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT day, currency, amount_minor, entered_at,
                  (EXISTS (SELECT FROM statements WHERE user_id = $1 AND day BETWEEN first_day AND last_day)
                   OR EXISTS (SELECT FROM partner_connections WHERE user_id = $1 AND day BETWEEN first_day AND last_day)) AS "is_covered!"
             FROM daily_totals WHERE user_id = $1 ORDER BY day DESC, currency LIMIT $2"#,
        user_id.uuid(),
        limit
    );
    let total = |day, currency: &str, minor, is_covered, entered_at| {
        Ok(DailyTotal { day, amount: Money { minor, currency: currency_of(currency, "daily_totals")? }, is_covered, entered_at })
    };
    rows.fetch_all(db).await?.iter().map(|row| total(row.day, &row.currency, row.amount_minor, row.is_covered, row.entered_at)).collect()
}

/// Earnings of one day in one currency.
pub struct DayEarnings {
    /// Day (UTC).
    pub day: NaiveDate,
    /// Sum of the day; negative if refunds exceed earnings.
    pub amount: Money,
}

/// Returns the earnings of each day from `from` up to, but not including, `until`, oldest first, one row for each currency. Statements take
/// precedence; partner earnings count for days that no statement covers, and manual totals for days that neither covers.
pub async fn days(db: impl PgExecutor<'_>, user_id: UserId, from: NaiveDate, until: NaiveDate) -> Result<Vec<DayEarnings>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT day AS "day!", currency AS "currency!", sum(amount_minor)::bigint AS "minor!"
             FROM (SELECT day, currency, amount_minor FROM earnings WHERE user_id = $1 AND day >= $2 AND day < $3
                   UNION ALL
                   SELECT day, currency, amount_minor FROM partner_earnings
                    WHERE user_id = $1 AND day >= $2 AND day < $3
                      AND NOT EXISTS (SELECT FROM statements WHERE user_id = $1 AND day BETWEEN first_day AND last_day)
                   UNION ALL
                   SELECT day, currency, amount_minor FROM daily_totals
                    WHERE user_id = $1 AND day >= $2 AND day < $3
                      AND NOT EXISTS (SELECT FROM statements WHERE user_id = $1 AND day BETWEEN first_day AND last_day)
                      AND NOT EXISTS (SELECT FROM partner_connections WHERE user_id = $1 AND day BETWEEN first_day AND last_day)) AS known
            GROUP BY day, currency ORDER BY day, currency"#,
        user_id.uuid(),
        from,
        until
    );
    let day = |day, currency: &str, minor| Ok(DayEarnings { day, amount: Money { minor, currency: currency_of(currency, "earnings")? } });
    rows.fetch_all(db).await?.iter().map(|row| day(row.day, &row.currency, row.minor)).collect()
}

/// A range of days whose earnings are known; days without an entry are known to be 0.
pub struct CoveredRange {
    /// First day (UTC).
    pub from: NaiveDate,
    /// Last day (UTC), inclusive.
    pub until: NaiveDate,
    /// Days in the range that are incomplete because a row could not be parsed.
    pub incomplete_days: Vec<NaiveDate>,
    /// Time of the import, the partner sync or the manual entry that the range comes from.
    pub since: DateTime<Utc>,
}

/// Lists the covered ranges that overlap the days from `from` up to, but not including, `until`: from statements, the partner service and
/// daily totals. Ranges may overlap.
pub async fn covered_ranges(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<CoveredRange>, DbError> {
    let rows = sqlx::query_as!(
        CoveredRange,
        r#"SELECT first_day AS "from!", last_day AS "until!", incomplete_days AS "incomplete_days!", imported_at AS "since!"
             FROM statements WHERE user_id = $1 AND last_day >= $2 AND first_day < $3
           UNION ALL
           SELECT first_day, last_day, '{}', last_ok_at FROM partner_connections WHERE user_id = $1 AND last_day >= $2 AND first_day < $3
           UNION ALL
           SELECT day, day, '{}', entered_at FROM daily_totals WHERE user_id = $1 AND day >= $2 AND day < $3"#,
        user_id.uuid(),
        from,
        until
    );
    Ok(rows.fetch_all(db).await?)
}

/// Returns whether a user has any source of earnings: an imported statement, a partner connection or a daily total.
pub async fn has_any(db: impl PgExecutor<'_>, user_id: UserId) -> Result<bool, DbError> {
    let has_any = sqlx::query_scalar!(
        r#"SELECT (EXISTS (SELECT FROM statements WHERE user_id = $1 AND imported_at IS NOT NULL)
                   OR EXISTS (SELECT FROM partner_connections WHERE user_id = $1)
                   OR EXISTS (SELECT FROM daily_totals WHERE user_id = $1)) AS "has_any!""#,
        user_id.uuid()
    );
    Ok(has_any.fetch_one(db).await?)
}

/// An entry in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedEntry {
    occurred_at: DateTime<Utc>,
    kind: String,
    amount_minor: i64,
    currency: String,
    description: String,
}

/// Lists all entries of a user, from statements and from the partner service, oldest first, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedEntry>, DbError> {
    let entries = sqlx::query_as!(
        ExportedEntry,
        r#"SELECT occurred_at AS "occurred_at!", kind AS "kind!", amount_minor AS "amount_minor!", currency AS "currency!",
                  description AS "description!"
             FROM (SELECT occurred_at, kind, amount_minor, currency, description FROM earnings WHERE user_id = $1
                   UNION ALL
                   SELECT occurred_at, kind, amount_minor, currency, description FROM partner_earnings WHERE user_id = $1) AS entries
            ORDER BY occurred_at"#,
        user_id.uuid()
    );
    Ok(entries.fetch_all(db).await?)
}

fn currency_of(code: &str, table: &'static str) -> Result<Currency, DbError> {
    Currency::parse(code).ok_or(DbError::Inconsistent { table, column: "currency" })
}
