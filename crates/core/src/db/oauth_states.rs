//! Visits to platforms that are under way.

use chrono::{DateTime, Utc};
use huntaze_domain::{choice::Choice, platform::Platform};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;
use crate::infra::token::TokenHash;

/// A visit that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenVisit {
    /// Proves, with PKCE, that who left is who comes back.
    pub verifier: String,
    /// The account that is to be reconnected, where it is one.
    pub integration_id: Option<Uuid>,
}

/// Notes that a session leaves for a platform.
///
/// # Errors
/// [`DbError`].
pub async fn insert(
    db: impl PgExecutor<'_>,
    state_hash: &TokenHash,
    session_id: Uuid,
    provider: Platform,
    visit: &OpenVisit,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO oauth_states (state_hash, session_id, provider, verifier, integration_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        state_hash,
        session_id,
        provider.as_str(),
        visit.verifier,
        visit.integration_id,
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Uses a state up, if it is this session's, for this platform, fresh and unused. Of two at once, one wins.
///
/// # Errors
/// [`DbError`].
pub async fn consume(
    db: impl PgExecutor<'_>,
    state_hash: &TokenHash,
    session_id: Uuid,
    provider: Platform,
    now: DateTime<Utc>,
) -> Result<Option<OpenVisit>, DbError> {
    let consumed = sqlx::query_as!(
        OpenVisit,
        "UPDATE oauth_states SET used_at = $4
          WHERE state_hash = $1 AND session_id = $2 AND provider = $3 AND used_at IS NULL AND expires_at > $4
         RETURNING verifier, integration_id",
        state_hash,
        session_id,
        provider.as_str(),
        now
    );
    Ok(consumed.fetch_optional(db).await?)
}

/// Whether this session's state was used, where there is one.
///
/// # Errors
/// [`DbError`].
pub async fn was_used(
    db: impl PgExecutor<'_>,
    state_hash: &TokenHash,
    session_id: Uuid,
    provider: Platform,
) -> Result<Option<bool>, DbError> {
    let used = sqlx::query_scalar!(
        r#"SELECT used_at IS NOT NULL AS "used!" FROM oauth_states WHERE state_hash = $1 AND session_id = $2 AND provider = $3"#,
        state_hash,
        session_id,
        provider.as_str()
    );
    Ok(used.fetch_optional(db).await?)
}

/// Removes what expired before `before`. Returns how many.
///
/// # Errors
/// [`DbError`].
pub async fn delete_expired(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM oauth_states WHERE expires_at <= $1", before).execute(db).await?.rows_affected())
}
