//! Stores the rows of a statement: all that can be read, or none.

use chrono::TimeDelta;
use huntaze_domain::earnings::Scan;
use uuid::Uuid;

use super::{EarningsError, scan::Counter, table::Rows};
use crate::{
    Core,
    db::{
        self, DbError,
        statements::{Imported, Statement},
    },
};

/// Who imports a statement holds it so long after the last sign of life; the statement of one who died has its turn again.
const LEASE: TimeDelta = TimeDelta::minutes(1);
/// So often it is tried.
const MOST_ATTEMPTS: i32 = 3;
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// Imports a statement, if it waits and nobody else has it in hand.
///
/// # Errors
/// The database does not answer. A statement that is given up, which its owner sees, is none.
pub async fn import(core: &Core, id: Uuid) -> Result<Result<(), EarningsError>, DbError> {
    let now = core.clock.now();
    let Some(statement) = db::statements::claim(&core.db, id, now, now + LEASE).await? else { return Ok(Ok(())) };
    let attempt = statement.attempts;
    if attempt > MOST_ATTEMPTS {
        give_up_import(core, id).await?;
        return Ok(Err(EarningsError::NotNow("Whoever imported it died, each time.")));
    }
    let error = match store(core, &statement).await {
        Ok(is_stored) => {
            tracing::info!(statement = %id, attempt, is_stored, "an import has ended");
            return Ok(Ok(()));
        }
        Err(error) => error,
    };
    let is_final = !matches!(error, EarningsError::Internal(_)) || attempt == MOST_ATTEMPTS;
    tracing::error!(statement = %id, attempt, is_final, %error, "a statement could not be imported");
    let retry_at = (!is_final).then(|| core.clock.now() + RETRY);
    db::statements::set_failed(&core.db, id, attempt, retry_at).await?;
    Ok(if is_final { Err(error) } else { Ok(()) })
}

/// Tells the owner of a statement that it is not imported, for a fault of ours.
///
/// # Errors
/// The database does not answer.
pub async fn give_up_import(core: &Core, id: Uuid) -> Result<(), DbError> {
    db::statements::give_up(&core.db, id).await
}

/// `false`: somebody else has it by now, and nothing was stored.
async fn store(core: &Core, statement: &Statement) -> Result<bool, EarningsError> {
    let (id, user_id, attempt) = (statement.summary.id, statement.user_id, statement.attempts);
    let mut rows = Rows::open(&core.db, statement);
    let (mut counter, mut read, mut added) = (Counter::of(statement), 0, 0);
    let mut tx = db::begin(&core.db).await?;
    db::earnings::lock(&mut *tx, user_id).await?;
    while let Some(batch) = rows.next().await? {
        read += i32::try_from(batch.len()).unwrap_or_default();
        let entries = counter.take(batch);
        let new = db::earnings::insert(&mut *tx, user_id, &entries).await?;
        db::earnings::insert_sources(&mut *tx, user_id, id, &entries).await?;
        added += i32::try_from(new).unwrap_or_default();
        counter.repeated(i64::try_from(entries.len()).unwrap_or_default() - i64::try_from(new).unwrap_or_default());
        // Outside the transaction: its owner looks on.
        if !db::statements::set_progress(&core.db, id, attempt, read, core.clock.now() + LEASE).await? {
            return Ok(false);
        }
    }
    let (scan, unread_days) = counter.finish();
    let (Some(covers_from), Some(covers_until)) = (scan.first_day, scan.last_day) else { return Err(nothing_to_import(&scan)) };
    let imported = Imported { rows: read, added, scan: &scan, covers_from, covers_until, unread_days: &unread_days };
    if !db::statements::set_imported(&mut *tx, id, attempt, &imported, core.clock.now()).await? {
        return Ok(false);
    }
    db::statements::delete_chunks(&mut *tx, id).await?;
    tx.commit().await?;
    Ok(true)
}

fn nothing_to_import(scan: &Scan) -> EarningsError {
    tracing::warn!(rows = scan.rows, faulty = scan.faulty, "a statement has no entry");
    EarningsError::Unreadable("No row can be read.")
}
