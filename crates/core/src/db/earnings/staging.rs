//! Import of the entries of a statement: COPY into a temporary table, then one statement that stores those that are new. Much faster than inserts
//! in batches (docs/PERFORMANCE.md).
//!
//! The statements are not checked at compile time, because the table exists only in the transaction of an import.

use std::fmt::Write as _;

use huntaze_domain::{
    earnings::statement::Entry,
    ids::{StatementId, UserId},
    string_enum::StringEnum,
};
use sqlx::{PgConnection, postgres::PgCopyIn};

use super::Fingerprint;
use crate::db::DbError;

/// COPY in progress.
pub struct StagedEntries<'a>(PgCopyIn<&'a mut PgConnection>);

/// Creates the temporary table, which ends with the transaction, and begins to copy into it.
pub async fn begin(tx: &mut PgConnection) -> Result<StagedEntries<'_>, DbError> {
    let table = "CREATE TEMPORARY TABLE staged_entries (fingerprint bytea NOT NULL, occurred_at timestamptz NOT NULL, kind text NOT NULL,
                     amount_minor bigint NOT NULL, currency text NOT NULL, description text NOT NULL) ON COMMIT DROP";
    sqlx::query(table).execute(&mut *tx).await?;
    Ok(StagedEntries(tx.copy_in_raw("COPY staged_entries FROM STDIN").await?))
}

impl StagedEntries<'_> {
    /// Adds entries.
    pub async fn add(&mut self, entries: &[(Fingerprint, Entry)]) -> Result<(), DbError> {
        let mut lines = String::new();
        for (fingerprint, entry) in entries {
            write_line(&mut lines, fingerprint, entry);
        }
        self.0.send(lines.into_bytes()).await?;
        Ok(())
    }

    /// Ends the COPY.
    pub async fn finish(self) -> Result<(), DbError> {
        self.0.finish().await?;
        Ok(())
    }
}

/// Stores the staged entries that no other statement has brought, and records that this one contains all of them. Returns the number of new
/// entries.
pub async fn store(tx: &mut PgConnection, user_id: UserId, statement_id: StatementId) -> Result<i64, DbError> {
    // In the order of the primary keys, so that neighbours are written together.
    let store = "WITH added AS (
                     INSERT INTO earnings (user_id, fingerprint, occurred_at, day, kind, amount_minor, currency, description)
                     SELECT $1, fingerprint, occurred_at, (occurred_at AT TIME ZONE 'UTC')::date, kind, amount_minor, currency, description
                       FROM staged_entries ORDER BY fingerprint
                     ON CONFLICT DO NOTHING
                     RETURNING 1),
                 contained AS (
                     INSERT INTO statement_entries (statement_id, user_id, fingerprint)
                     SELECT $2, $1, fingerprint FROM staged_entries ORDER BY fingerprint)
                 SELECT count(*) FROM added";
    Ok(sqlx::query_scalar(store).bind(user_id.uuid()).bind(statement_id.uuid()).fetch_one(tx).await?)
}

/// Writes a line of PostgreSQL's text format of COPY: columns are separated by tabs, and a backslash escapes.
fn write_line(lines: &mut String, fingerprint: &Fingerprint, entry: &Entry) {
    let (fingerprint, at, kind) = (hex::encode(fingerprint), entry.occurred_at.to_rfc3339(), entry.kind.as_str());
    // Writing to a string cannot fail.
    let _ = write!(lines, "\\\\x{fingerprint}\t{at}\t{kind}\t{}\t{}\t", entry.amount_minor, entry.currency.code());
    for character in entry.description.chars() {
        match character {
            '\\' => lines.push_str("\\\\"),
            '\n' => lines.push_str("\\n"),
            '\r' => lines.push_str("\\r"),
            '\t' => lines.push_str("\\t"),
            other => lines.push(other),
        }
    }
    lines.push('\n');
}
