//! Money that was earned: statements are uploaded, looked at, imported and undone; days can be entered by hand.

mod import;
mod scan;
mod table;
mod upload;

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::PgPool;
use uuid::Uuid;

pub use import::import_due;
pub use upload::Upload;

use crate::{
    domain::{
        earnings::{DailyTotalInput, EarningsOverview, StatementView},
        figures::StatsRange,
        money::{Currency, Money},
        statement::MappingInput,
        validation::FieldErrors,
    },
    error::{ApiError, ErrorCode},
    server::{
        db::{self, DbError, statements::Statement},
        state::AppState,
    },
};

/// So many daily totals are shown.
const MOST_DAILY_TOTALS: i64 = 366;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum EarningsError {
    /// The creator has no such statement, or no such day.
    #[error("unknown")]
    Unknown,
    /// What was entered.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// The file cannot be read: a sentence for its owner.
    #[error("{0}")]
    Unreadable(&'static str),
    /// The statement does not allow it, as far as it has come: a sentence for its owner.
    #[error("{0}")]
    NotNow(&'static str),
    /// The file is too large.
    #[error("too large")]
    TooLarge,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A fault of ours.
    #[error("the work did not end: {0}")]
    Stopped(#[from] tokio::task::JoinError),
}

impl From<sqlx::Error> for EarningsError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<EarningsError> for ApiError {
    fn from(error: EarningsError) -> Self {
        match error {
            EarningsError::Unknown => ErrorCode::NotFound.into(),
            EarningsError::Invalid(fields) => Self::invalid(fields),
            EarningsError::Unreadable(sentence) => Self::new(ErrorCode::InvalidInput, sentence),
            EarningsError::NotNow(sentence) => Self::new(ErrorCode::Conflict, sentence),
            EarningsError::TooLarge => Self::new(ErrorCode::PayloadTooLarge, "A statement has at most 32 MB. Export a shorter period."),
            EarningsError::Db(_) | EarningsError::Stopped(_) => {
                tracing::error!(%error, "a request about earnings failed");
                ErrorCode::Internal.into()
            }
        }
    }
}

/// Statements and daily totals of a creator.
///
/// # Errors
/// The database does not answer.
pub async fn overview(state: &AppState, user_id: Uuid) -> Result<EarningsOverview, EarningsError> {
    Ok(EarningsOverview {
        statements: db::statements::list(&state.db, user_id).await?,
        daily_totals: db::earnings::daily_totals(&state.db, user_id, MOST_DAILY_TOTALS).await?,
        currency: db::onboarding::find(&state.db, user_id).await?.currency,
    })
}

/// A statement of a creator.
///
/// # Errors
/// Unknown, also where it is somebody else's.
pub async fn find_statement(state: &AppState, user_id: Uuid, id: &str) -> Result<StatementView, EarningsError> {
    let statement = find(state, user_id, id).await?;
    let same_as = db::statements::find_same(&state.db, &statement).await?;
    Ok(StatementView { same_as, summary: statement.summary, header: statement.header, mapping: statement.mapping })
}

/// Notes what the columns of a statement say, remembers it for the next one, and reads the statement again with it.
///
/// # Errors
/// Unknown, invalid, or it is imported already.
pub async fn set_mapping(state: &AppState, user_id: Uuid, input: &MappingInput) -> Result<Uuid, EarningsError> {
    let mut statement = find(state, user_id, &input.id).await?;
    statement.mapping = input.parse(statement.header.len()).map_err(EarningsError::Invalid)?;
    let scan = scan::scan(state, &statement).await?;
    let id = statement.summary.id;
    if !db::statements::set_mapping(&state.db, id, &statement.mapping, &scan).await? {
        return Err(EarningsError::NotNow("This statement is imported already. Undo that first."));
    }
    db::statements::remember_mapping(&state.db, user_id, &statement.header, &statement.mapping).await?;
    Ok(id)
}

/// Puts a statement into the queue; a job stores its rows.
///
/// # Errors
/// Unknown; it has no readable row; the same file counts already.
pub async fn queue_import(state: &AppState, user_id: Uuid, id: &str) -> Result<Uuid, EarningsError> {
    let statement = find(state, user_id, id).await?;
    if statement.summary.scan.entries == 0 {
        return Err(EarningsError::NotNow("No row can be read like this. Choose the columns first."));
    }
    if db::statements::find_same(&state.db, &statement).await?.is_some() {
        return Err(EarningsError::NotNow("The same file is imported already. Undo that first."));
    }
    // Asked twice, it is done once.
    if db::statements::queue(&state.db, statement.summary.id).await? {
        state.import_bell.notify_one();
    }
    Ok(statement.summary.id)
}

/// Removes a statement, and with it what it says and no other does.
///
/// # Errors
/// Unknown; its rows are being stored right now.
pub async fn undo(state: &AppState, user_id: Uuid, id: &str) -> Result<(), EarningsError> {
    let id = find(state, user_id, id).await?.summary.id;
    let mut tx = state.db.begin().await?;
    db::earnings::lock(&mut *tx, user_id).await?;
    db::earnings::delete_of_statement(&mut *tx, user_id, id).await?;
    if !db::statements::delete(&mut *tx, id).await? {
        return Err(EarningsError::NotNow("This statement is being imported. Wait until that is done, then undo it."));
    }
    tx.commit().await?;
    Ok(())
}

async fn find(state: &AppState, user_id: Uuid, id: &str) -> Result<Statement, EarningsError> {
    let id = id.parse().map_err(|_| EarningsError::Unknown)?;
    db::statements::find(&state.db, user_id, id).await?.ok_or(EarningsError::Unknown)
}

/// Enters what a day came to.
///
/// # Errors
/// Invalid, or a day that is not over yet.
pub async fn save_daily_total(state: &AppState, user_id: Uuid, input: &DailyTotalInput) -> Result<(), EarningsError> {
    let (day, amount) = input.parse().map_err(EarningsError::Invalid)?;
    let now = state.clock.now();
    if day > now.date_naive() {
        let sentence = "This day is still to come.".to_owned();
        return Err(EarningsError::Invalid(FieldErrors::from([("day".to_owned(), sentence)])));
    }
    Ok(db::earnings::save_daily_total(&state.db, user_id, day, amount, now).await?)
}

/// Takes back what a day came to.
///
/// # Errors
/// There is no such day.
pub async fn delete_daily_total(state: &AppState, user_id: Uuid, day: &str, currency: &str) -> Result<(), EarningsError> {
    let (Ok(day), Some(currency)) = (day.parse(), Currency::parse(currency)) else { return Err(EarningsError::Unknown) };
    let was_there = db::earnings::delete_daily_total(&state.db, user_id, day, currency).await?;
    if was_there { Ok(()) } else { Err(EarningsError::Unknown) }
}

/// What is known of a creator's earnings over a period and the one before it.
pub struct Revenue {
    /// The period's sum in each currency, the one with the most days first.
    pub now: Vec<Money>,
    /// The sum of the period before, in the first of those currencies.
    pub before: i64,
    /// Days of the period that are known.
    pub known_days: u32,
    /// Days of the period before that are known.
    pub known_days_before: u32,
    /// When the newest of it came here.
    pub captured_at: Option<DateTime<Utc>>,
}

/// What is known of the earnings of the days of `range` before `until`; `None` where nothing was ever known.
///
/// # Errors
/// The database does not answer.
pub async fn revenue(db: &PgPool, user_id: Uuid, range: StatsRange, until: NaiveDate) -> Result<Option<Revenue>, DbError> {
    if !db::earnings::has_any(db, user_id).await? {
        return Ok(None);
    }
    let days = Days::new(range.days().into());
    let (start, start_before) = (until - days, until - days - days);
    let earned = db::earnings::days(db, user_id, start_before, until).await?;
    let known = db::earnings::known(db, user_id, start_before, until).await?;
    let is_known = |day: NaiveDate| known.iter().any(|known| (known.from..=known.until).contains(&day));
    let count = |from: NaiveDate, until: NaiveDate| {
        let days = from.iter_days().take_while(|day| *day < until).filter(|day| is_known(*day)).count();
        u32::try_from(days).unwrap_or(u32::MAX)
    };
    let mut sums: BTreeMap<&str, (usize, Money)> = BTreeMap::new();
    for day in earned.iter().filter(|day| day.day >= start) {
        let (days, sum) = sums.entry(day.amount.currency.code()).or_insert((0, Money { minor: 0, ..day.amount }));
        *days += 1;
        sum.minor = sum.minor.saturating_add(day.amount.minor);
    }
    let mut sums: Vec<_> = sums.into_values().collect();
    sums.sort_by_key(|(days, _)| std::cmp::Reverse(*days));
    let mut now: Vec<_> = sums.into_iter().map(|(_, sum)| sum).collect();
    let known_days = count(start, until);
    // Days that are known to have brought nothing.
    if now.is_empty() && known_days > 0 {
        let currency = match earned.first() {
            Some(day) => day.amount.currency,
            None => db::onboarding::find(db, user_id).await?.currency,
        };
        now.push(Money { minor: 0, currency });
    }
    let is_first = |money: &Money| now.first().is_some_and(|first| first.currency == money.currency);
    let before = earned.iter().filter(|day| day.day < start && is_first(&day.amount)).map(|day| day.amount.minor).sum();
    let captured_at = known.iter().filter(|known| known.until >= start).map(|known| known.since).max();
    Ok(Some(Revenue { now, before, known_days, known_days_before: count(start_before, start), captured_at }))
}
