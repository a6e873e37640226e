//! Earnings: uploaded statements, daily totals entered by hand, and the partner sync.

mod import;
mod other_tables;
mod parse_summary;
mod partner;
mod revenue;
mod row_stream;
mod table_header;
mod text_decoder;
mod upload;

use huntaze_domain::{
    admin::jobs::JobKind,
    earnings::{
        DailyTotalInput, EarningsConflict, EarningsOverview, StatementFileError, StatementView,
        statement::{ColumnMapping, MappingInput},
    },
    ids::UserId,
    money::Currency,
    validation::{FieldError, FieldErrors, field_error},
};
use huntaze_texts::Text;
use sha2::{Digest, Sha256};

use self::table_header::{DetectedHeader, layout_hash};
use super::notify_due;
use crate::{
    Core,
    db::{self, DbError, earnings::statements::Statement},
    error::{InternalError, internal_errors},
    infra::crypto::CryptoError,
};

pub use import::{give_up_import, import};
pub use partner::{connect_partner, disconnect_partner, postpone_partner, rotate_partner_keys, sync_partner};
pub use revenue::{EarningsHistory, Revenue, RevenueDays};
pub use upload::{UPLOAD_TIMEOUT, Upload, answer_question, choose_table, forget_mapping};

/// Maximum number of daily totals shown.
const MAX_DAILY_TOTALS: i64 = 366;

/// Errors of earnings operations.
#[derive(Debug, thiserror::Error)]
pub enum EarningsError {
    /// The user has no such statement or daily total.
    #[error("not found")]
    NotFound,
    /// The input failed validation; holds the errors by field name.
    #[error("invalid input")]
    InvalidInput(FieldErrors),
    /// The file is no statement.
    #[error("{}", .0.text())]
    InvalidFile(StatementFileError),
    /// The state of statements, or of the partner, does not allow the request.
    #[error("{}", .0.text())]
    Conflict(EarningsConflict),
    /// The file is too large.
    #[error("file too large")]
    TooLarge,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(EarningsError: DbError, sqlx::Error, CryptoError, tokio::task::JoinError);

/// Returns the user's statements, daily totals, currency and partner connection.
pub async fn overview(core: &Core, user_id: UserId) -> Result<EarningsOverview, EarningsError> {
    Ok(EarningsOverview {
        statements: db::earnings::statements::list(&core.db, user_id).await?,
        daily_totals: db::earnings::daily_totals(&core.db, user_id, MAX_DAILY_TOTALS).await?,
        currency: db::onboarding::find(&core.db, user_id).await?.currency,
        partner: partner::view(core, user_id).await?,
    })
}

/// Returns one of the user's statements.
///
/// # Errors
/// Returns [`EarningsError::NotFound`] if the statement does not exist or belongs to another user.
pub async fn find_statement(core: &Core, user_id: UserId, id: &str) -> Result<StatementView, EarningsError> {
    let statement = find(core, user_id, id).await?;
    let duplicate_of = db::earnings::statements::find_duplicate(&core.db, &statement).await?;
    Ok(StatementView { duplicate_of, summary: statement.summary, header: statement.header, mapping: statement.mapping })
}

/// Sets the column mapping of a statement, remembers its columns for files of the same layout, and parses the statement again.
///
/// # Errors
/// Returns [`EarningsError::NotFound`], [`EarningsError::InvalidInput`], or [`EarningsError::Conflict`] if the statement is already
/// imported.
pub async fn set_mapping(core: &Core, user_id: UserId, input: &MappingInput) -> Result<(), EarningsError> {
    let mut statement = find(core, user_id, &input.id).await?;
    let chosen = input.parse(statement.header.len()).map_err(EarningsError::InvalidInput)?;
    let answers = std::mem::take(&mut statement.mapping.answers);
    statement.mapping = ColumnMapping { answers, ..chosen.clone() };
    let table = DetectedHeader::of(core, &statement).await?;
    statement.mapping.read_facts(&table.rows);
    let mut scan = parse_summary::summarize(core, &statement).await?;
    if scan.facts != statement.mapping.facts {
        statement.mapping.facts = scan.facts;
        scan = parse_summary::summarize(core, &statement).await?;
    }
    if scan.date_orders.inferred().is_some_and(|order| order != statement.mapping.date_order) {
        return Err(EarningsError::InvalidInput(field_error("dateOrder", FieldError::DateOrderOther)));
    }
    let mut tx = db::begin(&core.db).await?;
    if !db::earnings::statements::set_mapping(&mut *tx, &statement, &scan, None).await? {
        return Err(EarningsError::Conflict(EarningsConflict::AlreadyImported));
    }
    db::earnings::column_mappings::upsert(&mut *tx, user_id, &layout_hash(&table), &chosen).await?;
    tx.commit().await?;
    Ok(())
}

/// Returns a digest of the names of columns.
fn header_hash(header: &[String]) -> [u8; 32] {
    // JSON is unambiguous: different lists give different texts.
    Sha256::digest(serde_json::json!(header).to_string()).into()
}

/// Queues a statement for import by a job.
///
/// # Errors
/// Returns [`EarningsError::NotFound`], or [`EarningsError::Conflict`] if no row can be parsed or the same file is already imported or
/// queued.
pub async fn queue_import(core: &Core, user_id: UserId, id: &str) -> Result<(), EarningsError> {
    let statement = find(core, user_id, id).await?;
    if statement.summary.parse_summary.entries == 0 {
        return Err(EarningsError::Conflict(EarningsConflict::NothingReadable));
    }
    if db::earnings::statements::find_duplicate(&core.db, &statement).await?.is_some() {
        return Err(EarningsError::Conflict(EarningsConflict::SameFileImported));
    }
    // Idempotent: a statement that is already queued is left as it is.
    if db::earnings::imports::enqueue(&core.db, statement.summary.id, core.clock.now()).await? {
        notify_due(core, JobKind::Import).await;
    }
    Ok(())
}

/// Deletes a statement and the entries that no other statement contains.
///
/// # Errors
/// Returns [`EarningsError::NotFound`], or [`EarningsError::Conflict`] while an import of the user is running.
pub async fn delete_statement(core: &Core, user_id: UserId, id: &str) -> Result<(), EarningsError> {
    let id = find(core, user_id, id).await?.summary.id;
    let mut tx = db::begin(&core.db).await?;
    // An import holds the lock until it ends; waiting for it here would occupy a database connection.
    if !db::earnings::try_lock(&mut *tx, user_id).await? {
        return Err(EarningsError::Conflict(EarningsConflict::Busy));
    }
    db::earnings::delete_exclusive_to(&mut *tx, user_id, id).await?;
    if !db::earnings::statements::delete(&mut *tx, id).await? {
        return Err(EarningsError::Conflict(EarningsConflict::Busy));
    }
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    Ok(())
}

async fn find(core: &Core, user_id: UserId, id: &str) -> Result<Statement, EarningsError> {
    let id = id.parse().map_err(|_| EarningsError::NotFound)?;
    db::earnings::statements::find(&core.db, user_id, id).await?.ok_or(EarningsError::NotFound)
}

/// Sets the total of a day, entered by hand.
///
/// # Errors
/// Returns [`EarningsError::InvalidInput`] if the input is invalid or the day is in the future.
pub async fn save_daily_total(core: &Core, user_id: UserId, input: &DailyTotalInput) -> Result<(), EarningsError> {
    let (day, amount) = input.parse().map_err(EarningsError::InvalidInput)?;
    let now = core.clock.now();
    if day > now.date_naive() {
        return Err(EarningsError::InvalidInput(field_error("day", FieldError::DayInFuture)));
    }
    let change = core.data_cache.change(user_id);
    db::earnings::save_daily_total(&core.db, user_id, (day, amount), now).await?;
    change.done().await;
    Ok(())
}

/// Deletes the total of a day that was entered by hand.
///
/// # Errors
/// Returns [`EarningsError::NotFound`] if there is no such daily total.
pub async fn delete_daily_total(core: &Core, user_id: UserId, day: &str, currency: &str) -> Result<(), EarningsError> {
    let (Ok(day), Some(currency)) = (day.parse(), Currency::parse(currency)) else { return Err(EarningsError::NotFound) };
    let change = core.data_cache.change(user_id);
    let was_there = db::earnings::delete_daily_total(&core.db, user_id, day, currency).await?;
    change.done().await;
    if was_there { Ok(()) } else { Err(EarningsError::NotFound) }
}
