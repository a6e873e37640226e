//! Pending OAuth authorizations, keyed by the hash of their `state` parameter.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    ids::{IntegrationId, SessionId},
    platform::Platform,
    string_enum::StringEnum,
};
use sqlx::PgExecutor;

use crate::{db::DbError, infra::token::TokenHash};

/// A pending OAuth authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingAuthorization {
    /// PKCE code verifier (RFC 7636): proves to the platform that the client that exchanges the code is the one that started the
    /// authorization.
    pub code_verifier: String,
    /// Integration to be reconnected; `None` when a new account is connected.
    pub integration_id: Option<IntegrationId>,
}

/// A pending authorization to be inserted.
#[derive(Debug)]
pub struct NewAuthorization<'a> {
    /// Hash of the `state` parameter.
    pub state_hash: &'a TokenHash,
    /// Session that has started it.
    pub session_id: SessionId,
    /// Platform that is asked.
    pub provider: Platform,
    /// What its completion needs.
    pub pending: &'a PendingAuthorization,
    /// Time at which it becomes invalid.
    pub expires_at: DateTime<Utc>,
}

/// Inserts a pending authorization.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewAuthorization<'_>) -> Result<(), DbError> {
    let &NewAuthorization { state_hash, session_id, provider, pending, expires_at } = new;
    sqlx::query!(
        "INSERT INTO oauth_states (state_hash, session_id, provider, code_verifier, integration_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
        state_hash,
        session_id.uuid(),
        provider.as_str(),
        pending.code_verifier,
        pending.integration_id.map(IntegrationId::uuid),
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A state, and what it was issued to.
#[derive(Clone, Copy)]
pub struct StateKey<'a> {
    /// Hash of the state.
    pub state_hash: &'a TokenHash,
    /// Session of the user who started the authorization.
    pub session_id: SessionId,
    /// Platform.
    pub provider: Platform,
}

/// Marks a state as used and returns its authorization, if it belongs to this session and platform, has not expired and has not been used.
/// Of concurrent calls only one succeeds; the others get `None`.
pub async fn consume(db: impl PgExecutor<'_>, key: StateKey<'_>, now: DateTime<Utc>) -> Result<Option<PendingAuthorization>, DbError> {
    let consumed = sqlx::query!(
        "UPDATE oauth_states SET used_at = $4
          WHERE state_hash = $1 AND session_id = $2 AND provider = $3 AND used_at IS NULL AND expires_at > $4
         RETURNING code_verifier, integration_id",
        key.state_hash,
        key.session_id.uuid(),
        key.provider.as_str(),
        now
    );
    let consumed = consumed.fetch_optional(db).await?;
    Ok(consumed.map(|row| PendingAuthorization { code_verifier: row.code_verifier, integration_id: row.integration_id.map(Into::into) }))
}

/// What became of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateOutcome {
    /// Not used, and expired.
    Unused,
    /// Used, and its consent is being completed.
    InProgress,
    /// Used; the integration that was connected, if one was and it still is.
    Finished(Option<IntegrationId>),
}

/// Returns what became of this session's state, or `None` if there is no such state.
pub async fn find_outcome(db: impl PgExecutor<'_>, key: StateKey<'_>) -> Result<Option<StateOutcome>, DbError> {
    let found = sqlx::query!(
        r#"SELECT used_at IS NOT NULL AS "is_used!", is_finished, integrations.id AS "connected_id?"
             FROM oauth_states LEFT JOIN integrations ON integrations.id = connected_integration_id AND disconnected_at IS NULL
            WHERE state_hash = $1 AND session_id = $2 AND oauth_states.provider = $3"#,
        key.state_hash,
        key.session_id.uuid(),
        key.provider.as_str()
    );
    Ok(found.fetch_optional(db).await?.map(|row| match (row.is_used, row.is_finished) {
        (false, _) => StateOutcome::Unused,
        (true, false) => StateOutcome::InProgress,
        (true, true) => StateOutcome::Finished(row.connected_id.map(Into::into)),
    }))
}

/// Stores the outcome of a used state: the integration that was connected, or `None` if the connection failed.
pub async fn finish(db: impl PgExecutor<'_>, state_hash: &TokenHash, connected: Option<IntegrationId>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE oauth_states SET is_finished = true, connected_integration_id = $2 WHERE state_hash = $1 AND NOT is_finished",
        state_hash,
        connected.map(IntegrationId::uuid)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes states that expired before `before`. Returns how many were deleted.
pub async fn delete_expired(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM oauth_states WHERE expires_at <= $1", before).execute(db).await?.rows_affected())
}
