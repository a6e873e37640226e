//! Mailed links: they prove that their holder reads an account's mail.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;
use crate::infra::token::TokenHash;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To prove that an address is its owner's.
    VerifyEmail,
    /// To choose a new password.
    ResetPassword,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// A link that was mailed.
#[derive(Debug, Clone)]
pub struct Link {
    /// Whose account.
    pub user_id: Uuid,
    /// When it stops to work.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

/// Makes a link, in the place of the account's older one of the same purpose.
///
/// # Errors
/// [`DbError`].
pub async fn replace(
    db: impl PgExecutor<'_>,
    token_hash: &TokenHash,
    user_id: Uuid,
    purpose: Purpose,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO account_links (token_hash, user_id, purpose, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, purpose) DO UPDATE
            SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL",
        token_hash,
        user_id,
        purpose.as_str(),
        now,
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The link behind a token.
///
/// # Errors
/// [`DbError`].
pub async fn find(db: impl PgExecutor<'_>, token_hash: &TokenHash, purpose: Purpose) -> Result<Option<Link>, DbError> {
    let link = sqlx::query_as!(
        Link,
        "SELECT user_id, expires_at, used_at FROM account_links WHERE token_hash = $1 AND purpose = $2",
        token_hash,
        purpose.as_str()
    );
    Ok(link.fetch_optional(db).await?)
}

/// Uses the link up, if nobody has before and it has not expired. Returns whose account it is for. Of two at once, one wins.
///
/// # Errors
/// [`DbError`].
pub async fn consume(
    db: impl PgExecutor<'_>,
    token_hash: &TokenHash,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, DbError> {
    let consumed = sqlx::query_scalar!(
        "UPDATE account_links SET used_at = $3
          WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
         RETURNING user_id",
        token_hash,
        purpose.as_str(),
        now
    );
    Ok(consumed.fetch_optional(db).await?)
}

/// Whether the account got such a link after `since`.
///
/// # Errors
/// [`DbError`].
pub async fn exists_since(db: impl PgExecutor<'_>, user_id: Uuid, purpose: Purpose, since: DateTime<Utc>) -> Result<bool, DbError> {
    let exists = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM account_links WHERE user_id = $1 AND purpose = $2 AND created_at > $3) AS "exists!""#,
        user_id,
        purpose.as_str(),
        since
    );
    Ok(exists.fetch_one(db).await?)
}

/// Removes links that expired before `before`. Returns how many.
///
/// # Errors
/// [`DbError`].
pub async fn delete_expired(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM account_links WHERE expires_at <= $1", before).execute(db).await?.rows_affected())
}
