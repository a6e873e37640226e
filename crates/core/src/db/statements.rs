//! Uploaded earnings statements and the state of their import.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    choice::Choice,
    earnings::{Scan, StatementState, StatementSummary},
    statement::Mapping,
};
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::DbError;

/// A statement whose upload starts.
pub struct NewStatement<'a> {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Owner of the statement.
    pub user_id: Uuid,
    /// File name given by the user.
    pub file_name: &'a str,
}

/// Properties of a file, known once the upload is complete.
pub struct Arrived<'a> {
    /// SHA-256 of the file.
    pub file_hash: &'a [u8],
    /// Column names.
    pub header: &'a [String],
    /// Column delimiter, one byte.
    pub delimiter: u8,
    /// Number of records above the first data row.
    pub skipped: u32,
    /// Meaning of the columns.
    pub mapping: &'a Mapping,
}

/// A statement, as stored.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Owner of the statement.
    pub user_id: Uuid,
    /// Part of the statement that is sent to the client.
    pub summary: StatementSummary,
    /// SHA-256 of the file.
    pub file_hash: Vec<u8>,
    /// Column names.
    pub header: Vec<String>,
    /// Column delimiter, one byte.
    pub delimiter: u8,
    /// Number of records above the first data row.
    pub skipped: u32,
    /// Meaning of the columns.
    pub mapping: Mapping,
    /// Number of import attempts since the statement was queued. The current value identifies the attempt that holds the lease.
    pub attempts: i32,
}

struct Row {
    id: Uuid,
    user_id: Uuid,
    file_name: String,
    file_hash: Vec<u8>,
    header: Vec<String>,
    delimiter: i16,
    skipped: i32,
    mapping: Json<Mapping>,
    scan: Json<Scan>,
    state: String,
    uploaded_at: DateTime<Utc>,
    imported_at: Option<DateTime<Utc>>,
    progress: i32,
    added: i32,
    attempts: i32,
}

impl TryFrom<Row> for Statement {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let inconsistent = |column| DbError::Inconsistent { table: "statements", column };
        Ok(Self {
            user_id: row.user_id,
            summary: StatementSummary {
                id: row.id,
                file_name: row.file_name,
                state: StatementState::parse(&row.state).ok_or_else(|| inconsistent("state"))?,
                uploaded_at: row.uploaded_at,
                imported_at: row.imported_at,
                progress: row.progress.unsigned_abs(),
                added: row.added.unsigned_abs(),
                scan: row.scan.0,
            },
            file_hash: row.file_hash,
            header: row.header,
            delimiter: row.delimiter.try_into().map_err(|_| inconsistent("delimiter"))?,
            skipped: row.skipped.unsigned_abs(),
            mapping: row.mapping.0,
            attempts: row.attempts,
        })
    }
}

/// Serializes the start of a user's uploads until the transaction ends (advisory lock).
pub async fn lock_arrivals(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('arrivals ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// Counts the statements of a user that are not imported. Uploads that started before `abandoned_before` and never completed do not count.
pub async fn count_waiting(db: impl PgExecutor<'_>, user_id: Uuid, abandoned_before: DateTime<Utc>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM statements
            WHERE user_id = $1 AND imported_at IS NULL AND (state <> 'arriving' OR uploaded_at > $2)"#,
        user_id,
        abandoned_before
    );
    Ok(count.fetch_one(db).await?)
}

/// Inserts a statement whose upload starts, with placeholders for what is not known yet.
pub async fn begin(db: impl PgExecutor<'_>, new: &NewStatement<'_>, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO statements (id, user_id, file_name, file_hash, header, delimiter, skipped, mapping, scan, state, uploaded_at)
         VALUES ($1, $2, $3, decode(repeat('00', 32), 'hex'), '{}', 0, 0, $4, $5, 'arriving', $6)",
        new.id,
        new.user_id,
        new.file_name,
        Json(Mapping::default()) as _,
        Json(Scan::default()) as _,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Inserts a chunk of a file.
pub async fn insert_chunk(db: impl PgExecutor<'_>, id: Uuid, number: i32, bytes: &[u8]) -> Result<(), DbError> {
    sqlx::query!("INSERT INTO statement_chunks (statement_id, number, bytes) VALUES ($1, $2, $3)", id, number, bytes).execute(db).await?;
    Ok(())
}

/// Returns a chunk of a file, or `None` after the last one.
pub async fn chunk(db: impl PgExecutor<'_>, id: Uuid, number: i32) -> Result<Option<Vec<u8>>, DbError> {
    let bytes = sqlx::query_scalar!("SELECT bytes FROM statement_chunks WHERE statement_id = $1 AND number = $2", id, number);
    Ok(bytes.fetch_optional(db).await?)
}

/// Stores the properties of a fully uploaded file. The statement becomes visible once `set_mapping` has stored its mapping.
pub async fn set_arrived(db: impl PgExecutor<'_>, id: Uuid, arrived: &Arrived<'_>) -> Result<Statement, DbError> {
    let row = sqlx::query_as!(
        Row,
        r#"UPDATE statements SET file_hash = $2, header = $3, delimiter = $4, skipped = $5, mapping = $6 WHERE id = $1
           RETURNING id, user_id, file_name, file_hash, header, delimiter, skipped, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at,
                     imported_at, progress, added, attempts"#,
        id,
        arrived.file_hash,
        arrived.header,
        i16::from(arrived.delimiter),
        i32::try_from(arrived.skipped).unwrap_or_default(),
        Json(arrived.mapping) as _
    );
    row.fetch_one(db).await?.try_into()
}

/// Lists a user's fully uploaded statements, newest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<StatementSummary>, DbError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, file_name, file_hash, header, delimiter, skipped, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at, imported_at,
                  progress, added, attempts
             FROM statements WHERE user_id = $1 AND state <> 'arriving' ORDER BY uploaded_at DESC, id DESC"#,
        user_id
    );
    rows.fetch_all(db).await?.into_iter().map(|row| Ok(Statement::try_from(row)?.summary)).collect()
}

/// Returns a fully uploaded statement of a user, if there is one.
pub async fn find(db: impl PgExecutor<'_>, user_id: Uuid, id: Uuid) -> Result<Option<Statement>, DbError> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, file_name, file_hash, header, delimiter, skipped, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at, imported_at,
                  progress, added, attempts
             FROM statements WHERE user_id = $1 AND id = $2 AND state <> 'arriving'"#,
        user_id,
        id
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Returns the id of another statement of the user with the same file that is queued, being imported or imported.
pub async fn find_same(db: impl PgExecutor<'_>, statement: &Statement) -> Result<Option<Uuid>, DbError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM statements
          WHERE user_id = $1 AND file_hash = $2 AND id <> $3 AND state IN ('queued', 'importing', 'imported') LIMIT 1",
        statement.user_id,
        statement.file_hash,
        statement.summary.id
    );
    Ok(id.fetch_optional(db).await?)
}

/// Stores the column mapping of a statement and the resulting parse summary, and marks the statement as uploaded. Returns `false` without a
/// change if the statement is queued, being imported or imported.
pub async fn set_mapping(db: impl PgExecutor<'_>, id: Uuid, mapping: &Mapping, scan: &Scan) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET mapping = $2, scan = $3, state = 'uploaded' WHERE id = $1 AND state IN ('arriving', 'uploaded', 'failed')",
        id,
        Json(mapping) as _,
        Json(scan) as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Returns the mapping that the user last confirmed for columns with these names.
pub async fn remembered_mapping(db: impl PgExecutor<'_>, user_id: Uuid, header_hash: &[u8]) -> Result<Option<Mapping>, DbError> {
    let mapping = sqlx::query_scalar!(
        r#"SELECT mapping AS "mapping: Json<Mapping>" FROM statement_mappings WHERE user_id = $1 AND header_hash = $2"#,
        user_id,
        header_hash
    );
    Ok(mapping.fetch_optional(db).await?.map(|mapping| mapping.0))
}

/// Upserts the mapping that the user confirmed for columns with these names.
pub async fn remember_mapping(db: impl PgExecutor<'_>, user_id: Uuid, header_hash: &[u8], mapping: &Mapping) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO statement_mappings (user_id, header_hash, mapping) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, header_hash) DO UPDATE SET mapping = excluded.mapping",
        user_id,
        header_hash,
        Json(mapping) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Enqueues a statement for import. Returns `false` if it is not in state uploaded or failed.
pub async fn queue(db: impl PgExecutor<'_>, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET state = 'queued', queued_at = $2, progress = 0, attempts = 0, leased_until = NULL
          WHERE id = $1 AND state IN ('uploaded', 'failed')",
        id,
        now
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Lists the statements that wait for their import or whose lease has expired, longest waiting first, at most `most`.
pub async fn due(db: impl PgExecutor<'_>, now: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM statements WHERE state IN ('queued', 'importing') AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY queued_at LIMIT $2",
        now,
        most
    );
    Ok(due.fetch_all(db).await?)
}

/// Claims a statement that waits for its import or whose lease has expired, until `leased_until`, and counts an attempt. Returns `None` if
/// there is nothing to claim.
pub async fn claim(
    db: impl PgExecutor<'_>,
    id: Uuid,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> Result<Option<Statement>, DbError> {
    let row = sqlx::query_as!(
        Row,
        r#"UPDATE statements SET state = 'importing', leased_until = $3, attempts = attempts + 1, progress = 0
            WHERE id = $1 AND state IN ('queued', 'importing') AND (leased_until IS NULL OR leased_until <= $2)
           RETURNING id, user_id, file_name, file_hash, header, delimiter, skipped, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at,
                     imported_at, progress, added, attempts"#,
        id,
        now,
        leased_until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Releases the lease on a statement that is being imported. The previous importer cannot store anything after the statement is claimed
/// again, because the attempt number differs.
pub async fn let_go(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("UPDATE statements SET leased_until = NULL WHERE id = $1 AND state = 'importing'", id).execute(db).await?;
    Ok(())
}

/// Enqueues a failed statement again, unless the same file is already queued, being imported or imported. Returns whether it was enqueued.
pub async fn requeue(db: impl PgExecutor<'_>, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET state = 'queued', queued_at = $2, progress = 0, attempts = 0, leased_until = NULL
          WHERE id = $1 AND state = 'failed' AND NOT EXISTS (
                SELECT FROM statements AS other
                 WHERE other.user_id = statements.user_id AND other.file_hash = statements.file_hash AND other.id <> statements.id
                   AND other.state IN ('queued', 'importing', 'imported'))",
        id,
        now
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Marks a queued or importing statement as failed and releases its lease. A running import of it stores nothing any more.
pub async fn give_up(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("UPDATE statements SET state = 'failed', leased_until = NULL WHERE id = $1 AND state IN ('queued', 'importing')", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Records the progress of an import and renews the lease. Returns `false` if the attempt no longer holds the statement.
pub async fn set_progress(
    db: impl PgExecutor<'_>,
    id: Uuid,
    attempt: i32,
    rows: i32,
    leased_until: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET progress = $3, leased_until = $4 WHERE id = $1 AND state = 'importing' AND attempts = $2",
        id,
        attempt,
        rows,
        leased_until
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Result of an import.
pub struct Imported<'a> {
    /// Number of rows processed.
    pub rows: i32,
    /// Number of entries added; entries already stored from another statement are not included.
    pub added: i32,
    /// Parse summary of the file.
    pub scan: &'a Scan,
    /// Day of the earliest entry (UTC).
    pub covers_from: NaiveDate,
    /// Day of the latest entry (UTC), inclusive.
    pub covers_until: NaiveDate,
    /// Days with a row that could not be parsed, whose earnings are therefore incomplete.
    pub unread_days: &'a [NaiveDate],
}

/// Marks a statement as imported and stores the result. Returns `false` if the attempt no longer holds the statement.
pub async fn set_imported(
    db: impl PgExecutor<'_>,
    id: Uuid,
    attempt: i32,
    imported: &Imported<'_>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements
            SET state = 'imported', progress = $3, added = $4, scan = $5, covers_from = $6, covers_until = $7, imported_at = $8, unread_days = $9,
                leased_until = NULL
          WHERE id = $1 AND state = 'importing' AND attempts = $2",
        id,
        attempt,
        imported.rows,
        imported.added,
        Json(imported.scan) as _,
        imported.covers_from,
        imported.covers_until,
        now,
        imported.unread_days
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Records a failed import attempt. With `retry_at` the statement is queued again and not claimable before that time; with `None` it is
/// marked as failed. Does nothing if the attempt no longer holds the statement.
pub async fn set_failed(db: impl PgExecutor<'_>, id: Uuid, attempt: i32, retry_at: Option<DateTime<Utc>>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE statements SET state = CASE WHEN $3::timestamptz IS NULL THEN 'failed' ELSE 'queued' END, leased_until = $3
          WHERE id = $1 AND state = 'importing' AND attempts = $2",
        id,
        attempt,
        retry_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes the chunks of a file; they are not needed after the import.
pub async fn delete_chunks(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM statement_chunks WHERE statement_id = $1", id).execute(db).await?;
    Ok(())
}

/// Deletes a statement, unless it is being imported. Returns `false` if it is being imported, and `true` if it was deleted or did not
/// exist.
pub async fn delete(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, DbError> {
    let kept = sqlx::query_scalar!(
        r#"WITH gone AS (DELETE FROM statements WHERE id = $1 AND state <> 'importing')
           SELECT EXISTS (SELECT FROM statements WHERE id = $1 AND state = 'importing') AS "kept!""#,
        id
    );
    Ok(!kept.fetch_one(db).await?)
}

/// Deletes uploads that started before `arriving_before` and never completed, and statements uploaded before `uploaded_before` that were
/// never imported. Returns how many were deleted.
pub async fn delete_abandoned(
    db: impl PgExecutor<'_>,
    arriving_before: DateTime<Utc>,
    uploaded_before: DateTime<Utc>,
) -> Result<u64, DbError> {
    let done = sqlx::query!(
        "DELETE FROM statements
          WHERE (state = 'arriving' AND uploaded_at <= $1) OR (state IN ('uploaded', 'failed') AND uploaded_at <= $2)",
        arriving_before,
        uploaded_before
    );
    Ok(done.execute(db).await?.rows_affected())
}
