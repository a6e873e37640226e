//! Uploaded earnings statements.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    earnings::{ParseSummary, StatementState, StatementSummary, statement::ColumnMapping},
    ids::{StatementId, UserId},
    string_enum::StringEnum,
};
use sqlx::{PgExecutor, types::Json};

use crate::db::DbError;

/// A statement whose upload starts.
pub struct NewStatement<'a> {
    /// `UUIDv7`.
    pub id: StatementId,
    /// Owner of the statement.
    pub user_id: UserId,
    /// File name given by the user.
    pub file_name: &'a str,
}

/// Properties of a file, known once the upload is complete.
pub struct UploadedFile<'a> {
    /// SHA-256 of the file.
    pub file_hash: &'a [u8],
    /// Column names.
    pub header: &'a [String],
    /// Column delimiter, one byte.
    pub delimiter: u8,
    /// Number of records above the first data row.
    pub preamble_records: u32,
    /// Meaning of the columns.
    pub mapping: &'a ColumnMapping,
}

/// A statement, as stored.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Owner of the statement.
    pub user_id: UserId,
    /// Part of the statement that is sent to the client.
    pub summary: StatementSummary,
    /// SHA-256 of the file.
    pub file_hash: Vec<u8>,
    /// Column names.
    pub header: Vec<String>,
    /// Column delimiter, one byte.
    pub delimiter: u8,
    /// Number of records above the first data row.
    pub preamble_records: u32,
    /// Meaning of the columns.
    pub mapping: ColumnMapping,
    /// Number of import attempts since the statement was queued. The current value identifies the attempt that holds the lease.
    pub attempts: i32,
}

pub(super) struct StatementRow {
    pub id: StatementId,
    pub user_id: UserId,
    pub file_name: String,
    pub file_hash: Vec<u8>,
    pub header: Vec<String>,
    pub delimiter: i16,
    pub preamble_records: i32,
    pub column_mapping: Json<ColumnMapping>,
    pub parse_summary: Json<ParseSummary>,
    pub state: String,
    pub uploaded_at: DateTime<Utc>,
    pub imported_at: Option<DateTime<Utc>>,
    pub rows_processed: i32,
    pub entries_added: i32,
    pub attempts: i32,
}

impl TryFrom<StatementRow> for Statement {
    type Error = DbError;

    fn try_from(row: StatementRow) -> Result<Self, DbError> {
        let inconsistent = |column| DbError::Inconsistent { table: "statements", column };
        Ok(Self {
            user_id: row.user_id,
            summary: StatementSummary {
                id: row.id,
                file_name: row.file_name,
                state: StatementState::parse(&row.state).ok_or_else(|| inconsistent("state"))?,
                uploaded_at: row.uploaded_at,
                imported_at: row.imported_at,
                rows_processed: row.rows_processed.unsigned_abs(),
                entries_added: row.entries_added.unsigned_abs(),
                parse_summary: row.parse_summary.0,
            },
            file_hash: row.file_hash,
            header: row.header,
            delimiter: row.delimiter.try_into().map_err(|_| inconsistent("delimiter"))?,
            preamble_records: row.preamble_records.unsigned_abs(),
            mapping: row.column_mapping.0,
            attempts: row.attempts,
        })
    }
}

/// Serializes the start of a user's uploads until the transaction ends (advisory lock).
pub async fn lock_uploads(db: impl PgExecutor<'_>, user_id: UserId) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('uploads ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// Counts the statements of a user that are not imported. Uploads that started before `abandoned_before` and never completed do not count.
pub async fn count_pending(db: impl PgExecutor<'_>, user_id: UserId, abandoned_before: DateTime<Utc>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM statements
            WHERE user_id = $1 AND imported_at IS NULL AND (state <> 'uploading' OR uploaded_at > $2)"#,
        user_id.uuid(),
        abandoned_before
    );
    Ok(count.fetch_one(db).await?)
}

/// Inserts a statement whose upload starts, with placeholders for what is not known yet.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewStatement<'_>, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO statements (id, user_id, file_name, file_hash, header, delimiter, preamble_records, column_mapping, parse_summary, state,
                                 uploaded_at)
         VALUES ($1, $2, $3, decode(repeat('00', 32), 'hex'), '{}', 0, 0, $4, $5, 'uploading', $6)",
        new.id.uuid(),
        new.user_id.uuid(),
        new.file_name,
        Json(ColumnMapping::default()) as _,
        Json(ParseSummary::default()) as _,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Inserts a chunk of a file.
pub async fn insert_chunk(db: impl PgExecutor<'_>, id: StatementId, chunk_index: i32, data: &[u8]) -> Result<(), DbError> {
    sqlx::query!("INSERT INTO statement_chunks (statement_id, chunk_index, data) VALUES ($1, $2, $3)", id.uuid(), chunk_index, data)
        .execute(db)
        .await?;
    Ok(())
}

/// Returns a chunk of a file, or `None` after the last one.
pub async fn chunk(db: impl PgExecutor<'_>, id: StatementId, chunk_index: i32) -> Result<Option<Vec<u8>>, DbError> {
    let data =
        sqlx::query_scalar!("SELECT data FROM statement_chunks WHERE statement_id = $1 AND chunk_index = $2", id.uuid(), chunk_index);
    Ok(data.fetch_optional(db).await?)
}

/// Stores the properties of a fully uploaded file. The statement becomes visible once `set_mapping` has stored its mapping.
pub async fn set_uploaded(db: impl PgExecutor<'_>, id: StatementId, file: &UploadedFile<'_>) -> Result<Statement, DbError> {
    let row = sqlx::query_as!(
        StatementRow,
        r#"UPDATE statements SET file_hash = $2, header = $3, delimiter = $4, preamble_records = $5, column_mapping = $6 WHERE id = $1
           RETURNING id, user_id, file_name, file_hash, header, delimiter, preamble_records, column_mapping AS "column_mapping: _",
                     parse_summary AS "parse_summary: _", state, uploaded_at, imported_at, rows_processed, entries_added, attempts"#,
        id.uuid(),
        file.file_hash,
        file.header,
        i16::from(file.delimiter),
        i32::try_from(file.preamble_records).unwrap_or_default(),
        Json(file.mapping) as _
    );
    row.fetch_one(db).await?.try_into()
}

/// Lists a user's fully uploaded statements, newest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<StatementSummary>, DbError> {
    let rows = sqlx::query_as!(
        StatementRow,
        r#"SELECT id, user_id, file_name, file_hash, header, delimiter, preamble_records, column_mapping AS "column_mapping: _",
                  parse_summary AS "parse_summary: _", state, uploaded_at, imported_at, rows_processed, entries_added, attempts
             FROM statements WHERE user_id = $1 AND state <> 'uploading' ORDER BY uploaded_at DESC, id DESC"#,
        user_id.uuid()
    );
    rows.fetch_all(db).await?.into_iter().map(|row| Ok(Statement::try_from(row)?.summary)).collect()
}

/// Returns a fully uploaded statement of a user, if there is one.
pub async fn find(db: impl PgExecutor<'_>, user_id: UserId, id: StatementId) -> Result<Option<Statement>, DbError> {
    let row = sqlx::query_as!(
        StatementRow,
        r#"SELECT id, user_id, file_name, file_hash, header, delimiter, preamble_records, column_mapping AS "column_mapping: _",
                  parse_summary AS "parse_summary: _", state, uploaded_at, imported_at, rows_processed, entries_added, attempts
             FROM statements WHERE user_id = $1 AND id = $2 AND state <> 'uploading'"#,
        user_id.uuid(),
        id.uuid()
    );
    row.fetch_optional(db).await?.map(TryInto::try_into).transpose()
}

/// Returns the id of another statement of the user with the same table of the same file that is queued, being imported or imported.
pub async fn find_duplicate(db: impl PgExecutor<'_>, statement: &Statement) -> Result<Option<StatementId>, DbError> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM statements
          WHERE user_id = $1 AND file_hash = $2 AND preamble_records = $4 AND id <> $3 AND state IN ('queued', 'importing', 'imported') LIMIT 1",
        statement.user_id.uuid(),
        statement.file_hash,
        statement.summary.id.uuid(),
        i32::try_from(statement.preamble_records).unwrap_or_default()
    );
    Ok(id.fetch_optional(db).await?.map(Into::into))
}

/// Stores the table and the column mapping of a statement and the resulting parse summary, and marks the statement as uploaded. Returns `false`
/// without a change if the statement is queued, being imported or imported, or if its mapping is no longer `before`.
pub async fn set_mapping(
    db: impl PgExecutor<'_>,
    statement: &Statement,
    parse_summary: &ParseSummary,
    before: Option<&ColumnMapping>,
) -> Result<bool, DbError> {
    let done = sqlx::query!(
        "UPDATE statements SET header = $2, preamble_records = $3, column_mapping = $4, parse_summary = $5, state = 'uploaded'
          WHERE id = $1 AND state IN ('uploading', 'uploaded', 'failed') AND ($6::jsonb IS NULL OR column_mapping = $6)",
        statement.summary.id.uuid(),
        &statement.header,
        i32::try_from(statement.preamble_records).unwrap_or_default(),
        Json(&statement.mapping) as _,
        Json(parse_summary) as _,
        before.map(Json) as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Deletes the chunks of a file; they are not needed after the import.
pub async fn delete_chunks(db: impl PgExecutor<'_>, id: StatementId) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM statement_chunks WHERE statement_id = $1", id.uuid()).execute(db).await?;
    Ok(())
}

/// Deletes a statement, unless it is being imported. Returns `false` if it is being imported, and `true` if it was deleted or did not
/// exist.
pub async fn delete(db: impl PgExecutor<'_>, id: StatementId) -> Result<bool, DbError> {
    let kept = sqlx::query_scalar!(
        r#"WITH gone AS (DELETE FROM statements WHERE id = $1 AND state <> 'importing')
           SELECT EXISTS (SELECT FROM statements WHERE id = $1 AND state = 'importing') AS "kept!""#,
        id.uuid()
    );
    Ok(!kept.fetch_one(db).await?)
}

/// Deletes uploads that started before `uploading_before` and never completed, and statements uploaded before `uploaded_before` that were
/// never imported. Returns how many were deleted.
pub async fn delete_abandoned(
    db: impl PgExecutor<'_>,
    uploading_before: DateTime<Utc>,
    uploaded_before: DateTime<Utc>,
) -> Result<u64, DbError> {
    let done = sqlx::query!(
        "DELETE FROM statements
          WHERE (state = 'uploading' AND uploaded_at <= $1) OR (state IN ('uploaded', 'failed') AND uploaded_at <= $2)",
        uploading_before,
        uploaded_before
    );
    Ok(done.execute(db).await?.rows_affected())
}
