//! Transactional outbox of mails.

use chrono::{DateTime, Utc};
use huntaze_domain::{admin::jobs::JobKind, ids::MailId, string_enum::StringEnum};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{DbError, jobs::DUE_CHANNEL};
use crate::infra::mail::{Mail, OutboxMail};

/// Inserts a mail that is due at once, and notifies the schedulers when it is committed.
pub async fn insert(db: impl PgExecutor<'_>, mail: &Mail, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "WITH mail AS (
             INSERT INTO mail_outbox (id, recipient, subject, text_body, html_body, created_at, next_attempt_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6))
         SELECT pg_notify($7, $8)",
        Uuid::now_v7(),
        mail.to,
        mail.subject,
        mail.text,
        mail.html,
        now,
        DUE_CHANNEL,
        JobKind::Mail.as_str()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lists due mails, longest overdue first, at most `limit`.
pub async fn list_due(db: impl PgExecutor<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<MailId>, DbError> {
    let due = sqlx::query_scalar!(
        "SELECT id FROM mail_outbox WHERE failed_at IS NULL AND next_attempt_at <= $1 ORDER BY next_attempt_at, id LIMIT $2",
        now,
        limit
    );
    Ok(due.fetch_all(db).await?.into_iter().map(Into::into).collect())
}

/// Claims a due mail and counts an attempt. Other workers do not see it until `leased_until`; if this worker dies, the mail becomes due
/// again at that time. Returns `None` if the mail is not due or has been deleted.
pub async fn claim(
    db: impl PgExecutor<'_>,
    id: MailId,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> Result<Option<OutboxMail>, DbError> {
    let claimed = sqlx::query_as!(
        OutboxMail,
        "UPDATE mail_outbox SET attempts = attempts + 1, next_attempt_at = $3
          WHERE id = $1 AND failed_at IS NULL AND next_attempt_at <= $2
         RETURNING id, recipient, subject, text_body, html_body, attempts",
        id.uuid(),
        now,
        leased_until
    );
    Ok(claimed.fetch_optional(db).await?)
}

/// Deletes a mail after it has been sent.
pub async fn delete(db: impl PgExecutor<'_>, id: MailId) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM mail_outbox WHERE id = $1", id.uuid()).execute(db).await?;
    Ok(())
}

/// A failed attempt to deliver a mail.
pub struct MailFailure<'a> {
    /// What the server said.
    pub error: &'a str,
    /// Time at which the mail is due again; `None` marks it as permanently failed.
    pub retry_at: Option<DateTime<Utc>>,
    /// Time of the attempt.
    pub now: DateTime<Utc>,
}

/// Records a failed attempt.
pub async fn record_failure(db: impl PgExecutor<'_>, id: MailId, failure: MailFailure<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE mail_outbox
            SET last_error = $2, next_attempt_at = coalesce($3, next_attempt_at), failed_at = CASE WHEN $3::timestamptz IS NULL THEN $4::timestamptz END
          WHERE id = $1",
        id.uuid(),
        failure.error,
        failure.retry_at,
        failure.now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Releases a claimed mail, so that it is due at once.
pub async fn release(db: impl PgExecutor<'_>, id: MailId, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!("UPDATE mail_outbox SET next_attempt_at = $2 WHERE id = $1 AND failed_at IS NULL", id.uuid(), now).execute(db).await?;
    Ok(())
}

/// Requeues a permanently failed mail with its attempts reset. Returns `false` if there is no such mail.
pub async fn requeue(db: impl PgExecutor<'_>, id: MailId, now: DateTime<Utc>) -> Result<bool, DbError> {
    let requeued = sqlx::query!(
        "UPDATE mail_outbox SET failed_at = NULL, attempts = 0, next_attempt_at = $2 WHERE id = $1 AND failed_at IS NOT NULL",
        id.uuid(),
        now
    );
    Ok(requeued.execute(db).await?.rows_affected() == 1)
}

/// Deletes mails that failed permanently before `before`. Returns how many were deleted.
pub async fn delete_failed(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM mail_outbox WHERE failed_at <= $1", before).execute(db).await?.rows_affected())
}

/// Deletes all mails to an address.
pub async fn delete_by_recipient(db: impl PgExecutor<'_>, recipient: &str) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM mail_outbox WHERE recipient = $1", recipient).execute(db).await?;
    Ok(())
}
