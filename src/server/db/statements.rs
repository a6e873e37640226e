//! Statements of earnings, as they were uploaded, and how far they have come.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::DbError;
use crate::domain::{
    choice::Choice,
    earnings::{Scan, StatementState, StatementSummary},
    statement::Mapping,
};

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
            mapping: row.mapping.0,
            attempts: row.attempts,
        })
    }
}

/// Notes that a statement begins to arrive, unless so many of the creator's are here that were not imported. Returns whether it was noted.
///
/// # Errors
/// [`DbError`].
pub async fn begin(db: impl PgExecutor<'_>, new: &NewStatement<'_>, most: i64, now: DateTime<Utc>) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "INSERT INTO statements (id, user_id, file_name, file_hash, header, delimiter, mapping, scan, state, uploaded_at)
         SELECT $1, $2, $3, decode(repeat('00', 32), 'hex'), '{}', 0, $4, $5, 'arriving', $6
          WHERE (SELECT count(*) FROM statements WHERE user_id = $2 AND imported_at IS NULL) < $7",
        new.id,
        new.user_id,
        new.file_name,
        Json(Mapping::default()) as _,
        Json(Scan::default()) as _,
        now,
        most
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
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

/// Notes that all of a file is here.
///
/// # Errors
/// [`DbError`].
pub async fn set_arrived(db: impl PgExecutor<'_>, id: Uuid, arrived: &Arrived<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE statements SET file_hash = $2, header = $3, delimiter = $4, mapping = $5, state = 'uploaded' WHERE id = $1",
        id,
        arrived.file_hash,
        arrived.header,
        i16::from(arrived.delimiter),
        Json(arrived.mapping) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All statements of a creator that have arrived, the newest first.
///
/// # Errors
/// [`DbError`].
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<StatementSummary>, DbError> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT id, user_id, file_name, file_hash, header, delimiter, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at, imported_at,
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
        r#"SELECT id, user_id, file_name, file_hash, header, delimiter, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at, imported_at,
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
        "UPDATE statements SET mapping = $2, scan = $3, state = 'uploaded' WHERE id = $1 AND state IN ('uploaded', 'failed')",
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
pub async fn remembered_mapping(db: impl PgExecutor<'_>, user_id: Uuid, header: &[String]) -> Result<Option<Mapping>, DbError> {
    let mapping = sqlx::query_scalar!(
        r#"SELECT mapping AS "mapping: Json<Mapping>" FROM statement_mappings WHERE user_id = $1 AND header = $2"#,
        user_id,
        header
    );
    Ok(mapping.fetch_optional(db).await?.map(|mapping| mapping.0))
}

/// Remembers what the creator said of columns with these names.
///
/// # Errors
/// [`DbError`].
pub async fn remember_mapping(db: impl PgExecutor<'_>, user_id: Uuid, header: &[String], mapping: &Mapping) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO statement_mappings (user_id, header, mapping) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, header) DO UPDATE SET mapping = excluded.mapping",
        user_id,
        header,
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
pub async fn queue(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET state = 'queued', progress = 0, attempts = 0, leased_until = NULL WHERE id = $1 AND state IN ('uploaded', 'failed')",
        id
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Takes the statement that has waited longest, or whose importer has died, and holds it until then.
///
/// # Errors
/// [`DbError`].
pub async fn claim(db: impl PgExecutor<'_>, now: DateTime<Utc>, leased_until: DateTime<Utc>) -> Result<Option<Statement>, DbError> {
    let row = sqlx::query_as!(
        Row,
        r#"UPDATE statements SET state = 'importing', leased_until = $2, attempts = attempts + 1, progress = 0
            WHERE id = (SELECT id FROM statements
                         WHERE state IN ('queued', 'importing') AND (leased_until IS NULL OR leased_until <= $1)
                         ORDER BY uploaded_at LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING id, user_id, file_name, file_hash, header, delimiter, mapping AS "mapping: _", scan AS "scan: _", state, uploaded_at,
                     imported_at, progress, added, attempts"#,
        now,
        leased_until
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
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
            SET state = 'imported', progress = $3, added = $4, scan = $5, covers_from = $6, covers_until = $7, imported_at = $8, leased_until = NULL
          WHERE id = $1 AND state = 'importing' AND attempts = $2",
        id,
        attempt,
        imported.rows,
        imported.added,
        Json(imported.scan) as _,
        imported.covers_from,
        imported.covers_until,
        now
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

/// Removes a statement, unless it is being imported. Returns whether it was removed.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, id: Uuid) -> Result<bool, DbError> {
    Ok(sqlx::query!("DELETE FROM statements WHERE id = $1 AND state <> 'importing'", id).execute(db).await?.rows_affected() == 1)
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
