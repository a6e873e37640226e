//! Sessions. The token is never stored, only its hash.

use chrono::{DateTime, Utc};
use huntaze_domain::{account::CurrentUser, settings::SessionView};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{
    DbError,
    users::{parse_plan, parse_role},
};
use crate::infra::token::TokenHash;

/// A session to be stored.
pub struct NewSession<'a> {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// Hash of the cookie's token.
    pub token_hash: &'a TokenHash,
    /// Whether "remember me" was ticked.
    pub remembered: bool,
    /// Where it was opened.
    pub ip: &'a str,
    /// With what.
    pub user_agent: Option<&'a str>,
    /// Now.
    pub now: DateTime<Utc>,
    /// When it ends, whatever happens.
    pub expires_at: DateTime<Utc>,
}

/// Stores a session.
///
/// # Errors
/// [`DbError`].
pub async fn insert(db: impl PgExecutor<'_>, session: NewSession<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO sessions (id, user_id, token_hash, remembered, ip, user_agent, created_at, last_seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        session.id,
        session.user_id,
        session.token_hash,
        session.remembered,
        session.ip,
        session.user_agent,
        session.now,
        session.expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An open session and its owner.
#[derive(Debug, Clone)]
pub struct OpenSession {
    /// The session.
    pub id: Uuid,
    /// When its owner was last seen, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// Whether "remember me" was ticked.
    pub remembered: bool,
    /// The owner.
    pub user: CurrentUser,
}

/// The session behind a token, if it has not ended.
///
/// # Errors
/// [`DbError`].
pub async fn find_open(db: impl PgExecutor<'_>, token_hash: &TokenHash, now: DateTime<Utc>) -> Result<Option<OpenSession>, DbError> {
    let row = sqlx::query!(
        "SELECT sessions.id, sessions.last_seen_at, sessions.remembered, users.id AS user_id, users.email, users.name, users.role, users.plan
           FROM sessions JOIN users ON users.id = sessions.user_id
          WHERE sessions.token_hash = $1 AND sessions.expires_at > $2",
        token_hash,
        now
    )
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let user =
            CurrentUser { id: row.user_id, email: row.email, name: row.name, role: parse_role(&row.role)?, plan: parse_plan(&row.plan)? };
        Ok(OpenSession { id: row.id, last_seen_at: row.last_seen_at, remembered: row.remembered, user })
    })
    .transpose()
}

/// Notes that the owner was here.
///
/// # Errors
/// [`DbError`].
pub async fn touch(db: impl PgExecutor<'_>, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE sessions SET last_seen_at = $2 WHERE id = $1", id, now).execute(db).await?;
    Ok(())
}

/// Ends one session.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM sessions WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// The open sessions of an account, the newest first. None is marked as the current one.
///
/// # Errors
/// [`DbError`].
pub async fn list_open(db: impl PgExecutor<'_>, user_id: Uuid, now: DateTime<Utc>) -> Result<Vec<SessionView>, DbError> {
    let sessions = sqlx::query_as!(
        SessionView,
        r#"SELECT id, false AS "is_current!", ip, user_agent, created_at, last_seen_at, expires_at
             FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY id DESC"#,
        user_id,
        now
    );
    Ok(sessions.fetch_all(db).await?)
}

/// Ends one session of an account. `false`: it has no such session.
///
/// # Errors
/// [`DbError`].
pub async fn delete_of(db: impl PgExecutor<'_>, user_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let deleted = sqlx::query!("DELETE FROM sessions WHERE id = $1 AND user_id = $2", id, user_id).execute(db).await?;
    Ok(deleted.rows_affected() == 1)
}

/// Ends all sessions of an account.
///
/// # Errors
/// [`DbError`].
pub async fn delete_all(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1", user_id).execute(db).await?;
    Ok(())
}

/// Removes what has ended. Returns how many.
///
/// # Errors
/// [`DbError`].
pub async fn delete_expired(db: impl PgExecutor<'_>, now: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", now).execute(db).await?.rows_affected())
}
