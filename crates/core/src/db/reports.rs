//! Diagnostics for admins, aggregated over all users. No result identifies a user.

use chrono::{DateTime, Utc};
use huntaze_domain::{admin::FailureReport, choice::Choice, integration::FailureKind, platform::Platform};
use sqlx::PgExecutor;

use super::DbError;

/// Lists the distinct sets of granted scopes per platform, with the number of connected accounts that have each set.
pub async fn granted_scopes(db: impl PgExecutor<'_>) -> Result<Vec<(Platform, Vec<String>, u32)>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT provider, scopes, count(*)::integer AS "accounts!" FROM integrations WHERE disconnected_at IS NULL GROUP BY provider, scopes"#
    );
    let platform = |word: &str| Platform::parse(word).ok_or(DbError::Inconsistent { table: "integrations", column: "provider" });
    let rows = rows.fetch_all(db).await?.into_iter();
    rows.map(|row| Ok((platform(&row.provider)?, row.scopes, row.accounts.unsigned_abs()))).collect()
}

/// Counts sync errors since `since` by platform and kind of error, most frequent first.
pub async fn failures(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> Result<Vec<(Platform, FailureReport)>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT provider, failure AS "failure!", count(*)::integer AS "times!", count(DISTINCT integration_id)::integer AS "accounts!",
                  max(at) AS "last_at!"
             FROM integration_events JOIN integrations ON integrations.id = integration_id
            WHERE at >= $1 AND failure IS NOT NULL
            GROUP BY provider, failure
            ORDER BY count(*) DESC, failure"#,
        since
    );
    let rows = rows.fetch_all(db).await?.into_iter().map(|row| {
        let platform = Platform::parse(&row.provider).ok_or(DbError::Inconsistent { table: "integrations", column: "provider" })?;
        let reason = FailureKind::parse(&row.failure).ok_or(DbError::Inconsistent { table: "integration_events", column: "failure" })?;
        let (times, accounts) = (row.times.unsigned_abs(), row.accounts.unsigned_abs());
        Ok((platform, FailureReport { reason, times, accounts, last_at: row.last_at }))
    });
    rows.collect()
}
