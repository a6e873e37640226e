//! State of the import of statements: the queue, its leases and its results.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{earnings::ParseSummary, ids::StatementId};
use sqlx::{PgExecutor, types::Json};

use super::statements::{Statement, StatementRow};
use crate::db::DbError;

/// Enqueues a statement for import. Returns `false` if it is not in state uploaded or failed.
pub async fn enqueue(db: impl PgExecutor<'_>, id: StatementId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET state = 'queued', queued_at = $2, rows_processed = 0, attempts = 0, leased_until = NULL
          WHERE id = $1 AND state IN ('uploaded', 'failed')",
        id.uuid(),
        now
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lists the statements that wait for their import or whose lease has expired, longest waiting first, at most `limit`.
pub async fn list_due(db: impl PgExecutor<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<StatementId>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM statements WHERE state IN ('queued', 'importing') AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY queued_at LIMIT $2",
        now,
        limit
    );
    Ok(due.fetch_all(db).await?.into_iter().map(Into::into).collect())
}

/// Claims a statement that waits for its import or whose lease has expired, until `leased_until`, and counts an attempt. Returns `None` if
/// there is nothing to claim.
pub async fn claim(
    db: impl PgExecutor<'_>,
    id: StatementId,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> Result<Option<Statement>, DbError> {
    let row = sqlx::query_as!(
        StatementRow,
        r#"UPDATE statements SET state = 'importing', leased_until = $3, attempts = attempts + 1, rows_processed = 0
            WHERE id = $1 AND state IN ('queued', 'importing') AND (leased_until IS NULL OR leased_until <= $2)
           RETURNING id, user_id, file_name, file_hash, header, delimiter, preamble_records, column_mapping AS "column_mapping: _",
                     parse_summary AS "parse_summary: _", state, uploaded_at, imported_at, rows_processed, entries_added, attempts"#,
        id.uuid(),
        now,
        leased_until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Releases the lease on a statement that is being imported. The previous importer cannot store anything after the statement is claimed
/// again, because the attempt number differs.
pub async fn release(db: impl PgExecutor<'_>, id: StatementId) -> Result<(), DbError> {
    sqlx::query!("UPDATE statements SET leased_until = NULL WHERE id = $1 AND state = 'importing'", id.uuid()).execute(db).await?;
    Ok(())
}

/// Enqueues a failed statement again, unless the same table of the same file is already queued, being imported or imported. Returns whether it was enqueued.
pub async fn requeue(db: impl PgExecutor<'_>, id: StatementId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET state = 'queued', queued_at = $2, rows_processed = 0, attempts = 0, leased_until = NULL
          WHERE id = $1 AND state = 'failed' AND NOT EXISTS (
                SELECT FROM statements AS other
                 WHERE other.user_id = statements.user_id AND other.file_hash = statements.file_hash
                   AND other.preamble_records = statements.preamble_records AND other.id <> statements.id
                   AND other.state IN ('queued', 'importing', 'imported'))",
        id.uuid(),
        now
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Marks a queued or importing statement as failed and releases its lease. A running import of it stores nothing any more.
pub async fn mark_failed(db: impl PgExecutor<'_>, id: StatementId) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE statements SET state = 'failed', leased_until = NULL WHERE id = $1 AND state IN ('queued', 'importing')",
        id.uuid()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An attempt to import a statement. Another worker that takes the statement over begins an attempt with another number.
#[derive(Debug, Clone, Copy)]
pub struct ImportAttempt {
    /// The statement.
    pub statement_id: StatementId,
    /// Number of the attempt, from 1.
    pub number: i32,
}

/// Records the progress of an import and renews the lease. Returns `false` if the attempt no longer holds the statement.
pub async fn set_progress(
    db: impl PgExecutor<'_>,
    attempt: ImportAttempt,
    rows: i32,
    leased_until: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET rows_processed = $3, leased_until = $4 WHERE id = $1 AND state = 'importing' AND attempts = $2",
        attempt.statement_id.uuid(),
        attempt.number,
        rows,
        leased_until
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Result of an import.
pub struct ImportResult<'a> {
    /// Number of rows processed.
    pub rows_processed: i32,
    /// Number of entries added; entries already stored from another statement are not included.
    pub entries_added: i32,
    /// Parse summary of the file.
    pub parse_summary: &'a ParseSummary,
    /// Day of the earliest entry (UTC).
    pub first_day: NaiveDate,
    /// Day of the latest entry (UTC), inclusive.
    pub last_day: NaiveDate,
    /// Days with a row that could not be parsed, whose earnings are therefore incomplete.
    pub incomplete_days: &'a [NaiveDate],
}

/// Marks a statement as imported and stores the result. Returns `false` if the attempt no longer holds the statement.
pub async fn set_imported(
    db: impl PgExecutor<'_>,
    attempt: ImportAttempt,
    result: &ImportResult<'_>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements
            SET state = 'imported', rows_processed = $3, entries_added = $4, parse_summary = $5, first_day = $6, last_day = $7,
                imported_at = $8, incomplete_days = $9, leased_until = NULL
          WHERE id = $1 AND state = 'importing' AND attempts = $2",
        attempt.statement_id.uuid(),
        attempt.number,
        result.rows_processed,
        result.entries_added,
        Json(result.parse_summary) as _,
        result.first_day,
        result.last_day,
        now,
        result.incomplete_days
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Records a failed import attempt. With `retry_at` the statement is queued again and not claimable before that time; with `None` it is
/// marked as failed. Does nothing if the attempt no longer holds the statement.
pub async fn set_failed(db: impl PgExecutor<'_>, attempt: ImportAttempt, retry_at: Option<DateTime<Utc>>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE statements SET state = CASE WHEN $3::timestamptz IS NULL THEN 'failed' ELSE 'queued' END, leased_until = $3
          WHERE id = $1 AND state = 'importing' AND attempts = $2",
        attempt.statement_id.uuid(),
        attempt.number,
        retry_at
    )
    .execute(db)
    .await?;
    Ok(())
}
