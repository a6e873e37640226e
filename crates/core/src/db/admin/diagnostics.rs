//! Diagnostics for admins, aggregated over all users. No result identifies a user.

use chrono::{DateTime, Utc};
use huntaze_domain::{admin::connection_doctor::FailureCount, integrations::FailureKind, platform::Platform, string_enum::StringEnum};
use sqlx::PgExecutor;

use crate::db::DbError;

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
pub async fn failures(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> Result<Vec<(Platform, FailureCount)>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT provider, error_kind AS "error_kind!", count(*)::integer AS "count!", count(DISTINCT integration_id)::integer AS "accounts!",
                  max(occurred_at) AS "last_at!"
             FROM integration_events JOIN integrations ON integrations.id = integration_id
            WHERE occurred_at >= $1 AND error_kind IS NOT NULL
            GROUP BY provider, error_kind
            ORDER BY count(*) DESC, error_kind"#,
        since
    );
    let rows = rows.fetch_all(db).await?.into_iter().map(|row| {
        let platform = Platform::parse(&row.provider).ok_or(DbError::Inconsistent { table: "integrations", column: "provider" })?;
        let reason =
            FailureKind::parse(&row.error_kind).ok_or(DbError::Inconsistent { table: "integration_events", column: "error_kind" })?;
        let (count, accounts) = (row.count.unsigned_abs(), row.accounts.unsigned_abs());
        Ok((platform, FailureCount { reason, count, accounts, last_at: row.last_at }))
    });
    rows.collect()
}
