//! Tokens of mailed links. Holding one proves access to the mailbox of a user. Only token hashes are stored.

use chrono::{DateTime, Utc};
use huntaze_domain::ids::UserId;
use sqlx::PgExecutor;

use crate::{db::DbError, infra::token::TokenHash};

/// Purpose of a mailed link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenPurpose {
    /// Verification of the user's e-mail address.
    VerifyEmail,
    /// Password reset.
    ResetPassword,
}

impl TokenPurpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }
}

/// A mailed link, as stored.
#[derive(Debug, Clone)]
pub struct EmailToken {
    /// User it was mailed to.
    pub user_id: UserId,
    /// End of validity.
    pub expires_at: DateTime<Utc>,
    /// Time of use; `None` if unused.
    pub used_at: Option<DateTime<Utc>>,
}

/// A mailed link to be inserted.
#[derive(Debug)]
pub struct NewEmailToken<'a> {
    /// Hash of the token in the link.
    pub token_hash: &'a TokenHash,
    /// The user it was mailed to.
    pub user_id: UserId,
    /// What it is for.
    pub purpose: TokenPurpose,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time at which it becomes invalid.
    pub expires_at: DateTime<Utc>,
}

/// Inserts a link; it replaces the user's previous link of the same purpose, used or not.
pub async fn upsert(db: impl PgExecutor<'_>, new: &NewEmailToken<'_>) -> Result<(), DbError> {
    let &NewEmailToken { token_hash, user_id, purpose, created_at, expires_at } = new;
    sqlx::query!(
        "INSERT INTO email_tokens (token_hash, user_id, purpose, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id, purpose) DO UPDATE
            SET token_hash = excluded.token_hash, created_at = excluded.created_at, expires_at = excluded.expires_at, used_at = NULL",
        token_hash,
        user_id.uuid(),
        purpose.as_str(),
        created_at,
        expires_at
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the link with this token hash and purpose, expired and used ones included.
pub async fn find(db: impl PgExecutor<'_>, token_hash: &TokenHash, purpose: TokenPurpose) -> Result<Option<EmailToken>, DbError> {
    let token = sqlx::query_as!(
        EmailToken,
        "SELECT user_id, expires_at, used_at FROM email_tokens WHERE token_hash = $1 AND purpose = $2",
        token_hash,
        purpose.as_str()
    );
    Ok(token.fetch_optional(db).await?)
}

/// Marks a link as used if it is unused and not expired, and returns its user. Of concurrent calls only one succeeds; the others get
/// `None`.
pub async fn consume(
    db: impl PgExecutor<'_>,
    token_hash: &TokenHash,
    purpose: TokenPurpose,
    now: DateTime<Utc>,
) -> Result<Option<UserId>, DbError> {
    let consumed = sqlx::query_scalar!(
        "UPDATE email_tokens SET used_at = $3
          WHERE token_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
         RETURNING user_id",
        token_hash,
        purpose.as_str(),
        now
    );
    Ok(consumed.fetch_optional(db).await?.map(Into::into))
}

/// Returns whether a link of this purpose was created for the user after `since`.
pub async fn exists_since(db: impl PgExecutor<'_>, user_id: UserId, purpose: TokenPurpose, since: DateTime<Utc>) -> Result<bool, DbError> {
    let exists = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM email_tokens WHERE user_id = $1 AND purpose = $2 AND created_at > $3) AS "exists!""#,
        user_id.uuid(),
        purpose.as_str(),
        since
    );
    Ok(exists.fetch_one(db).await?)
}

/// Deletes links that expired before `before`. Returns how many were deleted.
pub async fn delete_expired(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM email_tokens WHERE expires_at <= $1", before).execute(db).await?.rows_affected())
}
