//! Import of a statement: all valid rows are stored in one transaction, or none.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use huntaze_domain::{
    earnings::{EarningsConflict, MAX_CONTRADICTIONS, ParseSummary, StatementFileError},
    ids::StatementId,
};

use super::{EarningsError, parse_summary::ParseSummaryBuilder, row_stream::RowStream};
use crate::{
    Core,
    db::{
        self, DbError,
        earnings::{
            imports::{ImportAttempt, ImportResult},
            statements::Statement,
        },
    },
    error::chain,
};

/// Lease on a statement, renewed with the progress. If the worker crashes, the import is retried after it expires.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// The same while the rows that were copied are stored in one statement, which cannot renew it.
const STORE_LEASE: TimeDelta = TimeDelta::minutes(10);
/// Time between two updates of the progress. Each is a commit, which would take longer than storing a batch.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);
/// Maximum number of attempts.
const MAX_ATTEMPTS: i32 = 3;
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// Imports a statement if it is queued and its lease is free. The inner result is the error of a permanently failed import.
///
/// # Errors
/// Returns an error if a database query outside the import fails. A permanent failure of the import is shown to the user and returned in
/// the inner result.
pub async fn import(core: &Core, id: StatementId) -> Result<Result<(), EarningsError>, DbError> {
    let now = core.clock.now();
    let Some(statement) = db::earnings::imports::claim(&core.db, id, now, now + LEASE).await? else { return Ok(Ok(())) };
    let attempt = statement.attempts;
    if attempt > MAX_ATTEMPTS {
        give_up_import(core, id).await?;
        tracing::error!(statement_id = %id, attempt, "import workers crashed on every attempt");
        return Ok(Err(EarningsError::Conflict(EarningsConflict::WorkerCrashed)));
    }
    let error = match store(core, &statement).await {
        Ok(is_stored) => {
            tracing::info!(statement_id = %id, attempt, is_stored, "import finished");
            return Ok(Ok(()));
        }
        Err(error) => error,
    };
    let is_final = !matches!(error, EarningsError::Internal(_)) || attempt == MAX_ATTEMPTS;
    tracing::error!(statement_id = %id, attempt, is_final, error = chain(&error), "import failed");
    let retry_at = (!is_final).then(|| core.clock.now() + RETRY);
    db::earnings::imports::set_failed(&core.db, ImportAttempt { statement_id: id, number: attempt }, retry_at).await?;
    Ok(if is_final { Err(error) } else { Ok(()) })
}

/// Marks a statement as failed, because of an internal error.
pub async fn give_up_import(core: &Core, id: StatementId) -> Result<(), DbError> {
    db::earnings::imports::mark_failed(&core.db, id).await
}

/// Stores the rows. Returns `false` if another worker has claimed the statement; nothing is stored then.
async fn store(core: &Core, statement: &Statement) -> Result<bool, EarningsError> {
    let (id, user_id) = (statement.summary.id, statement.user_id);
    let attempt = ImportAttempt { statement_id: id, number: statement.attempts };
    let mut rows = RowStream::open(&core.db, statement);
    let (mut builder, mut read, mut copied) = (ParseSummaryBuilder::of(statement), 0, 0);
    let mut tx = db::begin(&core.db).await?;
    db::earnings::lock(&mut *tx, user_id).await?;
    let mut staged = db::earnings::staging::begin(&mut tx).await?;
    let mut told_at = Instant::now();
    while let Some(batch) = rows.next().await? {
        read += i32::try_from(batch.rows.len()).unwrap_or_default();
        let entries = builder.take(batch);
        copied += i64::try_from(entries.len()).unwrap_or_default();
        staged.add(&entries).await?;
        if told_at.elapsed() < PROGRESS_INTERVAL {
            continue;
        }
        // Outside the transaction, so that the user sees the progress.
        if !db::earnings::imports::set_progress(&core.db, attempt, read, core.clock.now() + LEASE).await? {
            return Ok(false);
        }
        told_at = Instant::now();
    }
    staged.finish().await?;
    // The next statement takes some seconds if the file is large, and longer on a slow disk.
    if !db::earnings::imports::set_progress(&core.db, attempt, read, core.clock.now() + STORE_LEASE).await? {
        return Ok(false);
    }
    let added = db::earnings::staging::store(&mut tx, user_id, id).await?;
    let stored_before = u32::try_from(copied - added).unwrap_or_default();
    let (contradicting, contradictions) = match stored_before {
        0 => (0, Vec::new()),
        _ => db::earnings::staging::contradictions(&mut tx, user_id, i64::try_from(MAX_CONTRADICTIONS).unwrap_or(i64::MAX)).await?,
    };
    builder.stored([stored_before, contradicting], contradictions);
    let (scan, incomplete_days) = builder.finish();
    let (Some(first_day), Some(last_day)) = (scan.first_day, scan.last_day) else { return Err(nothing_to_import(&scan)) };
    let result = ImportResult {
        rows_processed: read,
        entries_added: i32::try_from(added).unwrap_or(i32::MAX),
        parse_summary: &scan,
        first_day,
        last_day,
        incomplete_days: &incomplete_days,
    };
    if !db::earnings::imports::set_imported(&mut *tx, attempt, &result, core.clock.now()).await? {
        return Ok(false);
    }
    db::earnings::statements::delete_chunks(&mut *tx, id).await?;
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    Ok(true)
}

fn nothing_to_import(scan: &ParseSummary) -> EarningsError {
    tracing::warn!(rows = scan.total_rows, invalid_rows = scan.invalid_rows, "statement has no valid row");
    EarningsError::InvalidFile(StatementFileError::NothingReadable)
}
