//! Money spent on API requests to platforms that bill them.

use chrono::NaiveDate;
use huntaze_domain::{choice::Choice, platform::Platform};
use sqlx::PgExecutor;

use super::DbError;

/// Reserves `micro_dollars` (millionths of a US dollar) in a month. Returns `false` if that would exceed `budget`. The check is part of the
/// upsert, so concurrent reservations cannot exceed the budget.
pub async fn spend(
    db: impl PgExecutor<'_>,
    provider: Platform,
    month: NaiveDate,
    micro_dollars: i64,
    budget: i64,
) -> Result<bool, DbError> {
    let spent = sqlx::query!(
        "INSERT INTO platform_spending (provider, month, micro_dollars) SELECT $1, $2, $3 WHERE $3::bigint <= $4::bigint
         ON CONFLICT (provider, month) DO UPDATE SET micro_dollars = platform_spending.micro_dollars + $3
          WHERE platform_spending.micro_dollars + $3 <= $4",
        provider.as_str(),
        month,
        micro_dollars,
        budget
    );
    Ok(spent.execute(db).await?.rows_affected() == 1)
}

/// Releases the part of a reservation that was not billed.
pub async fn give_back(db: impl PgExecutor<'_>, provider: Platform, month: NaiveDate, micro_dollars: i64) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE platform_spending SET micro_dollars = greatest(micro_dollars - $3, 0) WHERE provider = $1 AND month = $2",
        provider.as_str(),
        month,
        micro_dollars
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the sum spent and reserved in a month, in millionths of a US dollar.
pub async fn spent(db: impl PgExecutor<'_>, provider: Platform, month: NaiveDate) -> Result<i64, DbError> {
    let spent =
        sqlx::query_scalar!("SELECT micro_dollars FROM platform_spending WHERE provider = $1 AND month = $2", provider.as_str(), month);
    Ok(spent.fetch_optional(db).await?.unwrap_or_default())
}
