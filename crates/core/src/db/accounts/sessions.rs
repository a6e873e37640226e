//! Sessions. Only the hash of a session token is stored.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    accounts::{CurrentUser, settings::SessionView},
    ids::{SessionId, UserId},
};
use serde::{Deserialize, Serialize};
use sqlx::PgExecutor;

use super::users::{parse_plan, parse_role};
use crate::{db::DbError, infra::token::TokenHash};

/// A session to be stored.
pub struct NewSession<'a> {
    /// `UUIDv7`.
    pub id: SessionId,
    /// Owner of the session.
    pub user_id: UserId,
    /// Hash of the token in the cookie.
    pub token_hash: &'a TokenHash,
    /// Whether "remember me" was ticked, which gives the session a longer lifetime.
    pub is_persistent: bool,
    /// IP address of the client at login.
    pub ip: &'a str,
    /// `User-Agent` of the client, if it sent one.
    pub user_agent: Option<&'a str>,
    /// Time of creation.
    pub now: DateTime<Utc>,
    /// Absolute expiry; activity does not extend it.
    pub expires_at: DateTime<Utc>,
}

/// Inserts a session.
pub async fn insert(db: impl PgExecutor<'_>, session: NewSession<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO sessions (id, user_id, token_hash, is_persistent, ip, user_agent, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        session.id.uuid(),
        session.user_id.uuid(),
        session.token_hash,
        session.is_persistent,
        session.ip,
        session.user_agent,
        session.now,
        session.expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An active session and its user.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActiveSession {
    /// Id of the session.
    pub id: SessionId,
    /// Time of the last request, to the resolution at which it is updated.
    pub last_seen_at: DateTime<Utc>,
    /// Whether "remember me" was ticked, which gives the session a longer lifetime.
    pub is_persistent: bool,
    /// Absolute expiry; activity does not extend it.
    pub expires_at: DateTime<Utc>,
    /// User of the session.
    pub user: CurrentUser,
    /// Requests of the month that count against the quota of AI; `None` if they were not asked for. Never cached.
    #[serde(skip)]
    pub quota_requests: Option<i64>,
}

/// Returns the session with this token hash, or `None` if there is none or it has expired; with the requests that count against the quota of
/// `quota_month`, if there is one.
pub async fn find_open(
    db: impl PgExecutor<'_>,
    token_hash: &TokenHash,
    quota_month: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<Option<ActiveSession>, DbError> {
    let row = sqlx::query!(
        "SELECT sessions.id, sessions.last_seen_at, sessions.is_persistent, sessions.expires_at, users.id AS user_id, users.email, users.name, users.role, users.plan,
                CASE WHEN $3::date IS NOT NULL THEN
                    (SELECT count(*) FROM ai_quota_requests WHERE user_id = users.id AND month = $3 AND counts_until > $2) END AS quota_requests
           FROM sessions JOIN users ON users.id = sessions.user_id
          WHERE sessions.token_hash = $1 AND sessions.expires_at > $2",
        token_hash,
        now,
        quota_month
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let user = CurrentUser {
            id: UserId::from(row.user_id),
            email: row.email,
            name: row.name,
            role: parse_role(&row.role)?,
            plan: parse_plan(&row.plan)?,
        };
        Ok(ActiveSession {
            id: SessionId::from(row.id),
            last_seen_at: row.last_seen_at,
            is_persistent: row.is_persistent,
            expires_at: row.expires_at,
            user,
            quota_requests: row.quota_requests,
        })
    })
    .transpose()
}

/// Sets the time at which the session was last used.
pub async fn touch(db: impl PgExecutor<'_>, id: SessionId, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE sessions SET last_seen_at = $2 WHERE id = $1", id.uuid(), now).execute(db).await?;
    Ok(())
}

/// Deletes a session. Returns the hash of its token; `None` if there is no such session.
pub async fn delete(db: impl PgExecutor<'_>, id: SessionId) -> Result<Option<TokenHash>, DbError> {
    let hash = sqlx::query_scalar!("DELETE FROM sessions WHERE id = $1 RETURNING token_hash", id.uuid()).fetch_optional(db).await?;
    hash.map(token_hash).transpose()
}

/// Returns the hashes of the tokens of a user's sessions.
pub async fn token_hashes(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<TokenHash>, DbError> {
    let hashes = sqlx::query_scalar!("SELECT token_hash FROM sessions WHERE user_id = $1", user_id.uuid()).fetch_all(db).await?;
    hashes.into_iter().map(token_hash).collect()
}

/// Lists the active sessions of a user, newest first. `is_current` is `false` for all of them; the caller sets it.
pub async fn list_open(db: impl PgExecutor<'_>, user_id: UserId, now: DateTime<Utc>) -> Result<Vec<SessionView>, DbError> {
    let sessions = sqlx::query_as!(
        SessionView,
        r#"SELECT id, false AS "is_current!", ip, user_agent, created_at, last_seen_at, expires_at
             FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC"#,
        user_id.uuid(),
        now
    );
    Ok(sessions.fetch_all(db).await?)
}

/// Deletes a session of a user. Returns the hash of its token; `None` if the user has no such session.
pub async fn delete_of(db: impl PgExecutor<'_>, user_id: UserId, id: SessionId) -> Result<Option<TokenHash>, DbError> {
    let deleted =
        sqlx::query_scalar!("DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING token_hash", id.uuid(), user_id.uuid());
    deleted.fetch_optional(db).await?.map(token_hash).transpose()
}

/// Deletes all sessions of a user. Returns the hashes of their tokens.
pub async fn delete_all(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<TokenHash>, DbError> {
    let deleted = sqlx::query_scalar!("DELETE FROM sessions WHERE user_id = $1 RETURNING token_hash", user_id.uuid());
    deleted.fetch_all(db).await?.into_iter().map(token_hash).collect()
}

fn token_hash(stored: Vec<u8>) -> Result<TokenHash, DbError> {
    stored.try_into().map_err(|_| DbError::Inconsistent { table: "sessions", column: "token_hash" })
}

/// Deletes expired sessions. Returns how many were deleted.
pub async fn delete_expired(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", now).execute(db).await?.rows_affected())
}
