//! Answers to requests with an idempotency key.

use chrono::{DateTime, Utc};
use huntaze_domain::ids::UserId;
use sqlx::PgExecutor;

use super::DbError;

/// A request with a key.
pub struct KeyedRequest {
    /// User who makes the request.
    pub user_id: UserId,
    /// Digest of the user and the key.
    pub key_hash: [u8; 32],
    /// Digest of the request.
    pub request_hash: [u8; 32],
}

/// How long a key stays taken.
pub struct KeyLifetime {
    /// Keys answered before this time are free again.
    pub expired_before: DateTime<Utc>,
    /// Keys taken before this time are free again if their request has not been answered: its process has died.
    pub abandoned_before: DateTime<Utc>,
    /// Whether another request with the same key takes it.
    pub frees_for_other_request: bool,
}

/// An answer that is kept.
#[derive(Default)]
pub struct KeptAnswer {
    /// HTTP status; 0 for a success that is not kept itself.
    pub status: i16,
    /// Header `Content-Type`.
    pub content_type: Option<String>,
    /// Header `Location`.
    pub location: Option<String>,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The request that has taken a key.
pub struct TakenKey {
    /// Digest of the request.
    pub request_hash: Vec<u8>,
    /// Its answer; `None` while it is being answered.
    pub answer: Option<KeptAnswer>,
}

/// Takes a key for a request. Returns `false` if another request has it.
pub async fn take(db: impl PgExecutor<'_>, request: &KeyedRequest, lifetime: &KeyLifetime, now: DateTime<Utc>) -> Result<bool, DbError> {
    let taken = sqlx::query!(
        "INSERT INTO idempotency_keys AS known (key_hash, user_id, request_hash, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (key_hash) DO UPDATE SET request_hash = excluded.request_hash, created_at = excluded.created_at, status = NULL,
                                              content_type = NULL, location = NULL, body = NULL
          WHERE known.status IS NOT NULL AND known.created_at < $5 OR known.status IS NULL AND known.created_at < $6 OR $7 AND known.request_hash <> excluded.request_hash",
        request.key_hash.as_slice(),
        request.user_id.uuid(),
        request.request_hash.as_slice(),
        now,
        lifetime.expired_before,
        lifetime.abandoned_before,
        lifetime.frees_for_other_request
    );
    Ok(taken.execute(db).await?.rows_affected() == 1)
}

/// Returns the request that has taken a key, if there is one.
pub async fn find(db: impl PgExecutor<'_>, key_hash: &[u8; 32]) -> Result<Option<TakenKey>, DbError> {
    let row = sqlx::query!(
        "SELECT request_hash, status, content_type, location, body FROM idempotency_keys WHERE key_hash = $1",
        key_hash.as_slice()
    );
    Ok(row.fetch_optional(db).await?.map(|row| TakenKey {
        request_hash: row.request_hash,
        answer: row.status.map(|status| KeptAnswer {
            status,
            content_type: row.content_type,
            location: row.location,
            body: row.body.unwrap_or_default(),
        }),
    }))
}

/// Keeps the answer to the request that has taken a key, if it still has it; the lifetime of the key counts from now.
pub async fn keep(db: impl PgExecutor<'_>, request: &KeyedRequest, answer: &KeptAnswer, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE idempotency_keys SET status = $3, content_type = $4, location = $5, body = $6, created_at = $7
          WHERE key_hash = $1 AND request_hash = $2 AND status IS NULL",
        request.key_hash.as_slice(),
        request.request_hash.as_slice(),
        answer.status,
        answer.content_type,
        answer.location,
        answer.body,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Frees a key, if the request still has it: it has failed, and may be sent again.
pub async fn release(db: impl PgExecutor<'_>, request: &KeyedRequest) -> Result<(), DbError> {
    sqlx::query!(
        "DELETE FROM idempotency_keys WHERE key_hash = $1 AND request_hash = $2 AND status IS NULL",
        request.key_hash.as_slice(),
        request.request_hash.as_slice()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes keys that were taken before `before`. Returns their number.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    let deleted = sqlx::query!("DELETE FROM idempotency_keys WHERE created_at < $1", before);
    Ok(deleted.execute(db).await?.rows_affected())
}
