//! Money spent on API requests to platforms that bill them.

use chrono::NaiveDate;
use huntaze_domain::{platform::Platform, string_enum::StringEnum};
use sqlx::PgExecutor;

use crate::db::DbError;

/// Money to be reserved for requests to a platform, in millionths of a US dollar.
#[derive(Debug, Clone, Copy)]
pub struct NewSpending {
    /// Platform that bills it.
    pub provider: Platform,
    /// First day of the month.
    pub month: NaiveDate,
    /// Amount.
    pub micro_usd: i64,
    /// Most that may be spent in the month.
    pub budget: i64,
}

/// Reserves money. Returns `false` if that would exceed the budget. The check is part of the
/// upsert, so concurrent reservations cannot exceed the budget.
pub async fn reserve(db: impl PgExecutor<'_>, spending: NewSpending) -> Result<bool, DbError> {
    let reserved = sqlx::query!(
        "INSERT INTO platform_spending (provider, month, spent_micro_usd) SELECT $1, $2, $3 WHERE $3::bigint <= $4::bigint
         ON CONFLICT (provider, month) DO UPDATE SET spent_micro_usd = platform_spending.spent_micro_usd + $3
          WHERE platform_spending.spent_micro_usd + $3 <= $4",
        spending.provider.as_str(),
        spending.month,
        spending.micro_usd,
        spending.budget
    );
    Ok(reserved.execute(db).await?.rows_affected() == 1)
}

/// Releases the part of a reservation that was not billed.
pub async fn release(db: impl PgExecutor<'_>, provider: Platform, month: NaiveDate, micro_usd: i64) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE platform_spending SET spent_micro_usd = greatest(spent_micro_usd - $3, 0) WHERE provider = $1 AND month = $2",
        provider.as_str(),
        month,
        micro_usd
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the sum spent and reserved in a month, in millionths of a US dollar.
pub async fn spent(db: impl PgExecutor<'_>, provider: Platform, month: NaiveDate) -> Result<i64, DbError> {
    let spent =
        sqlx::query_scalar!("SELECT spent_micro_usd FROM platform_spending WHERE provider = $1 AND month = $2", provider.as_str(), month);
    Ok(spent.fetch_optional(db).await?.unwrap_or_default())
}
