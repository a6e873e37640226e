//! Statements of earnings, as they were uploaded, and how far they have come.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    choice::Choice,
    earnings::{Scan, StatementState, StatementSummary},
    statement::Mapping,
};
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::DbError;

/// A statement that begins to arrive.
pub struct NewStatement<'a> {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// As its owner calls it.
    pub file_name: &'a str,
}

/// What is known of a file once all of it is here.
pub struct Arrived<'a> {
    /// SHA-256.
    pub file_hash: &'a [u8],
    /// The names of its columns.
    pub header: &'a [String],
    /// Between its columns.
    pub delimiter: u8,
    /// Records above the first row.
    pub skipped: u32,
    /// What the columns say.
    pub mapping: &'a Mapping,
}

/// A statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Whose.
    pub user_id: Uuid,
    /// What lists say of it.
    pub summary: StatementSummary,
    /// SHA-256 of its file.
    pub file_hash: Vec<u8>,
    /// The names of its columns.
    pub header: Vec<String>,
    /// Between its columns.
    pub delimiter: u8,
    /// Records above the first row.
    pub skipped: u32,
    /// What the columns say.
    pub mapping: Mapping,
    /// How often its import was begun.
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

/// Lets one statement of a creator begin to arrive at a time, until the transaction ends.
///
/// # Errors
/// [`DbError`].
pub async fn lock_arrivals(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('arrivals ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// How many statements of a creator are not imported; those that began to arrive before `abandoned_before` never will.
///
/// # Errors
/// [`DbError`].
pub async fn count_waiting(db: impl PgExecutor<'_>, user_id: Uuid, abandoned_before: DateTime<Utc>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM statements
            WHERE user_id = $1 AND imported_at IS NULL AND (state <> 'arriving' OR uploaded_at > $2)"#,
        user_id,
        abandoned_before
    );
    Ok(count.fetch_one(db).await?)
}

/// Notes that a statement begins to arrive.
///
/// # Errors
/// [`DbError`].
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

/// Stores a piece of a file.
///
/// # Errors
/// [`DbError`].
pub async fn insert_chunk(db: impl PgExecutor<'_>, id: Uuid, number: i32, bytes: &[u8]) -> Result<(), DbError> {
    sqlx::query!("INSERT INTO statement_chunks (statement_id, number, bytes) VALUES ($1, $2, $3)", id, number, bytes).execute(db).await?;
    Ok(())
}

/// A piece of a file; `None` after the last.
///
/// # Errors
/// [`DbError`].
pub async fn chunk(db: impl PgExecutor<'_>, id: Uuid, number: i32) -> Result<Option<Vec<u8>>, DbError> {
    let bytes = sqlx::query_scalar!("SELECT bytes FROM statement_chunks WHERE statement_id = $1 AND number = $2", id, number);
    Ok(bytes.fetch_optional(db).await?)
}

/// Notes what is known of a file once all of it is here. It is looked at next, and seen once it has its mapping.
///
/// # Errors
/// [`DbError`].
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

/// All statements of a creator that have arrived, the newest first.
///
/// # Errors
/// [`DbError`].
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

/// A statement of a creator that has arrived.
///
/// # Errors
/// [`DbError`].
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

/// Another statement with the same file that counts, or is about to.
///
/// # Errors
/// [`DbError`].
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

/// Stores what the columns of a statement say, and what its rows come to, unless it is being imported or was. Returns whether it was stored.
///
/// # Errors
/// [`DbError`].
pub async fn set_mapping(db: impl PgExecutor<'_>, id: Uuid, mapping: &Mapping, scan: &Scan) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET mapping = $2, scan = $3, state = 'uploaded' WHERE id = $1 AND state IN ('arriving', 'uploaded', 'failed')",
        id,
        Json(mapping) as _,
        Json(scan) as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What the creator last said of columns with these names.
///
/// # Errors
/// [`DbError`].
pub async fn remembered_mapping(db: impl PgExecutor<'_>, user_id: Uuid, header_hash: &[u8]) -> Result<Option<Mapping>, DbError> {
    let mapping = sqlx::query_scalar!(
        r#"SELECT mapping AS "mapping: Json<Mapping>" FROM statement_mappings WHERE user_id = $1 AND header_hash = $2"#,
        user_id,
        header_hash
    );
    Ok(mapping.fetch_optional(db).await?.map(|mapping| mapping.0))
}

/// Remembers what the creator said of columns with these names.
///
/// # Errors
/// [`DbError`].
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

/// Puts a statement into the queue, unless it is there or was imported. Returns whether it was put there.
///
/// # Errors
/// [`DbError`].
pub async fn queue(db: impl PgExecutor<'_>, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET state = 'queued', queued_at = $2, progress = 0, attempts = 0, leased_until = NULL
          WHERE id = $1 AND state IN ('uploaded', 'failed')",
        id,
        now
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The statements that wait, or whose importers have died, the one that has waited longest first.
///
/// # Errors
/// [`DbError`].
pub async fn due(db: impl PgExecutor<'_>, now: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM statements WHERE state IN ('queued', 'importing') AND (leased_until IS NULL OR leased_until <= $1)
          ORDER BY queued_at LIMIT $2",
        now,
        most
    );
    Ok(due.fetch_all(db).await?)
}

/// Takes a statement that waits, or whose importer has died, and holds it until then.
///
/// # Errors
/// [`DbError`].
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

/// Lets go of a statement that is being imported: whoever imports it meanwhile, stores nothing once it is taken again.
///
/// # Errors
/// [`DbError`].
pub async fn let_go(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("UPDATE statements SET leased_until = NULL WHERE id = $1 AND state = 'importing'", id).execute(db).await?;
    Ok(())
}

/// Puts a statement that could not be imported into the queue again, unless the same file is there or was imported. Returns whether it was put
/// there.
///
/// # Errors
/// [`DbError`].
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

/// Gives up a statement that waits or is being imported: whoever imports it meanwhile, stores nothing.
///
/// # Errors
/// [`DbError`].
pub async fn give_up(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("UPDATE statements SET state = 'failed', leased_until = NULL WHERE id = $1 AND state IN ('queued', 'importing')", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Notes how far an import has come, and holds the statement for longer. Returns whether it is still this import's turn.
///
/// # Errors
/// [`DbError`].
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

/// What an import came to.
pub struct Imported<'a> {
    /// Rows that were read.
    pub rows: i32,
    /// Entries that were added.
    pub added: i32,
    /// What the rows come to.
    pub scan: &'a Scan,
    /// The day of the earliest entry.
    pub covers_from: NaiveDate,
    /// The day of the latest entry.
    pub covers_until: NaiveDate,
    /// Days with a row that could not be read.
    pub unread_days: &'a [NaiveDate],
}

/// Notes that the rows of a statement count. Returns whether it was still this import's turn.
///
/// # Errors
/// [`DbError`].
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

/// Notes that a statement could not be imported; for good, or until its turn comes again at `retry_at`.
///
/// # Errors
/// [`DbError`].
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

/// Removes the pieces of a file: once its rows are stored nobody reads it again.
///
/// # Errors
/// [`DbError`].
pub async fn delete_chunks(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM statement_chunks WHERE statement_id = $1", id).execute(db).await?;
    Ok(())
}

/// Removes a statement, unless it is being imported. Returns whether it was removed; one that is gone was.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, DbError> {
    let kept = sqlx::query_scalar!(
        r#"WITH gone AS (DELETE FROM statements WHERE id = $1 AND state <> 'importing')
           SELECT EXISTS (SELECT FROM statements WHERE id = $1 AND state = 'importing') AS "kept!""#,
        id
    );
    Ok(!kept.fetch_one(db).await?)
}

/// Removes what never arrived whole, and what was never imported.
///
/// # Errors
/// [`DbError`].
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
