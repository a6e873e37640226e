//! Import of the entries of a statement: COPY into a temporary table, then one statement that stores those that are new. Much faster than inserts
//! in batches (docs/PERFORMANCE.md).
//!
//! The statements are not checked at compile time, because the table exists only in the transaction of an import.

use std::fmt::Write as _;

use huntaze_domain::{
    earnings::{Contradiction, statement::Entry},
    ids::{StatementId, UserId},
    money::Money,
    string_enum::StringEnum,
};
use sqlx::{PgConnection, postgres::PgCopyIn};

use super::{Fingerprint, currency_of};
use crate::db::DbError;

/// COPY in progress.
pub struct StagedEntries<'a>(PgCopyIn<&'a mut PgConnection>);

/// Creates the temporary table, which ends with the transaction, and begins to copy into it.
pub async fn begin(tx: &mut PgConnection) -> Result<StagedEntries<'_>, DbError> {
    let table = "CREATE TEMPORARY TABLE staged_entries (fingerprint bytea NOT NULL, line bigint NOT NULL, occurred_at timestamptz NOT NULL, kind text NOT NULL,
                     amount_minor bigint NOT NULL, currency text NOT NULL, description text NOT NULL) ON COMMIT DROP";
    sqlx::query(table).execute(&mut *tx).await?;
    Ok(StagedEntries(tx.copy_in_raw("COPY staged_entries FROM STDIN").await?))
}

impl StagedEntries<'_> {
    /// Adds entries, with their lines in the file.
    pub async fn add(&mut self, entries: &[(Fingerprint, u32, Entry)]) -> Result<(), DbError> {
        let mut lines = String::new();
        for (fingerprint, line, entry) in entries {
            write_line(&mut lines, (fingerprint, *line), entry);
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

/// Returns the number of staged entries that are stored with another amount, and the first `limit` of them in the order of the file.
pub async fn contradictions(tx: &mut PgConnection, user_id: UserId, limit: i64) -> Result<(u32, Vec<Contradiction>), DbError> {
    let differing = "SELECT count(*) OVER (), staged.line, staged.amount_minor, staged.currency, stored.amount_minor, stored.currency
                       FROM staged_entries AS staged JOIN earnings AS stored USING (fingerprint)
                      WHERE stored.user_id = $1 AND (stored.amount_minor, stored.currency) <> (staged.amount_minor, staged.currency)
                      ORDER BY staged.line LIMIT $2";
    let rows: Vec<(i64, i64, i64, String, i64, String)> = sqlx::query_as(differing).bind(user_id.uuid()).bind(limit).fetch_all(tx).await?;
    let count = rows.first().map_or(0, |row| u32::try_from(row.0).unwrap_or(u32::MAX));
    let contradictions = rows.into_iter().map(|(_, line, minor, currency, stored_minor, stored_currency)| {
        Ok(Contradiction {
            line: u32::try_from(line).unwrap_or_default(),
            amount: Money { minor, currency: currency_of(&currency, "staged_entries")? },
            stored: Money { minor: stored_minor, currency: currency_of(&stored_currency, "earnings")? },
        })
    });
    Ok((count, contradictions.collect::<Result<_, DbError>>()?))
}

/// Writes a line of PostgreSQL's text format of COPY: columns are separated by tabs, and a backslash escapes.
fn write_line(lines: &mut String, (fingerprint, line): (&Fingerprint, u32), entry: &Entry) {
    let (fingerprint, at, kind) = (hex::encode(fingerprint), entry.occurred_at.to_rfc3339(), entry.kind.as_str());
    // Writing to a string cannot fail.
    let _ = write!(lines, "\\\\x{fingerprint}\t{line}\t{at}\t{kind}\t{}\t{}\t", entry.amount_minor, entry.currency.code());
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
