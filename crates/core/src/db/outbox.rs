//! Mails that are to leave.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;
use crate::infra::mail::Mail;

/// A mail in the outbox.
#[derive(Debug, Clone)]
pub struct OutboxMail {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Address of the recipient.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// For readers of text.
    pub text_body: String,
    /// For everybody else.
    pub html_body: String,
    /// How often it was tried.
    pub attempts: i32,
}

/// Puts a mail in.
///
/// # Errors
/// [`DbError`].
pub async fn insert(db: impl PgExecutor<'_>, mail: &Mail, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO mail_outbox (id, recipient, subject, text_body, html_body, created_at, next_attempt_at) VALUES ($1, $2, $3, $4, $5, $6, $6)",
        Uuid::now_v7(),
        mail.to,
        mail.subject,
        mail.text,
        mail.html,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The mails that are due, the oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn due(db: impl PgExecutor<'_>, now: DateTime<Utc>, most: i64) -> Result<Vec<Uuid>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM mail_outbox WHERE failed_at IS NULL AND next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $2",
        now,
        most
    );
    Ok(due.fetch_all(db).await?)
}

/// Takes a mail that is due, and hides it from other workers until `hidden_until`: should this worker die, it is due again.
///
/// # Errors
/// [`DbError`].
pub async fn claim(
    db: impl PgExecutor<'_>,
    id: Uuid,
    now: DateTime<Utc>,
    hidden_until: DateTime<Utc>,
) -> Result<Option<OutboxMail>, DbError> {
    let claimed = sqlx::query_as!(
        OutboxMail,
        "UPDATE mail_outbox SET attempts = attempts + 1, next_attempt_at = $3
          WHERE id = $1 AND failed_at IS NULL AND next_attempt_at <= $2
         RETURNING id, recipient, subject, text_body, html_body, attempts",
        id,
        now,
        hidden_until
    );
    Ok(claimed.fetch_optional(db).await?)
}

/// Removes a mail that has left.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, id: Uuid) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM mail_outbox WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// Notes a failure and when to try again; with no such time, it is given up.
///
/// # Errors
/// [`DbError`].
pub async fn set_failure(
    db: impl PgExecutor<'_>,
    id: Uuid,
    error: &str,
    retry_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE mail_outbox
            SET last_error = $2, next_attempt_at = coalesce($3, next_attempt_at), failed_at = CASE WHEN $3::timestamptz IS NULL THEN $4::timestamptz END
          WHERE id = $1",
        id,
        error,
        retry_at,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Has a mail in hand be due again at once.
///
/// # Errors
/// [`DbError`].
pub async fn let_go(db: impl PgExecutor<'_>, id: Uuid, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE mail_outbox SET next_attempt_at = $2 WHERE id = $1 AND failed_at IS NULL", id, now).execute(db).await?;
    Ok(())
}

/// Has a mail that was given up leave after all. Returns whether there was one.
///
/// # Errors
/// [`DbError`].
pub async fn revive(db: impl PgExecutor<'_>, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbError> {
    let revived = sqlx::query!(
        "UPDATE mail_outbox SET failed_at = NULL, attempts = 0, next_attempt_at = $2 WHERE id = $1 AND failed_at IS NOT NULL",
        id,
        now
    );
    Ok(revived.execute(db).await?.rows_affected() == 1)
}

/// Removes mails that were given up before `before`. Returns how many.
///
/// # Errors
/// [`DbError`].
pub async fn delete_failed(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM mail_outbox WHERE failed_at <= $1", before).execute(db).await?.rows_affected())
}

/// Removes what was to leave for an address.
///
/// # Errors
/// [`DbError`].
pub async fn delete_to(db: impl PgExecutor<'_>, recipient: &str) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM mail_outbox WHERE recipient = $1", recipient).execute(db).await?;
    Ok(())
}
