//! Known browsers, tokens of sessions that were signed out of, and which incidents users were told of.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::ids::UserId;
use sqlx::PgExecutor;

use crate::{db::DbError, infra::token::TokenHash};

/// Notes that a user signs in from a browser again. Returns `false` if the user has not signed in there before.
pub async fn touch_device(db: impl PgExecutor<'_>, user_id: UserId, hash: &TokenHash, now: DateTime<Utc>) -> Result<bool, DbError> {
    let touched = sqlx::query!(
        "UPDATE known_devices SET last_used_at = $3 WHERE user_id = $1 AND device_hash = $2",
        user_id.uuid(),
        hash.as_slice(),
        now
    );
    Ok(touched.execute(db).await?.rows_affected() == 1)
}

/// Adds a browser. Returns whether the user has signed in from another one before.
pub async fn add_device(db: impl PgExecutor<'_>, user_id: UserId, hash: &TokenHash, now: DateTime<Utc>) -> Result<bool, DbError> {
    let has_others = sqlx::query_scalar!(
        r#"WITH added AS (
               INSERT INTO known_devices (user_id, device_hash, first_used_at, last_used_at) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING
           )
           SELECT EXISTS (SELECT FROM known_devices WHERE user_id = $1 AND device_hash <> $2) AS "has_others!""#,
        user_id.uuid(),
        hash.as_slice(),
        now
    );
    Ok(has_others.fetch_one(db).await?)
}

/// Keeps the token of a session that its user signs out of.
pub async fn add_signed_out(db: impl PgExecutor<'_>, user_id: UserId, hash: &TokenHash, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO signed_out_sessions (token_hash, user_id, ended_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        hash.as_slice(),
        user_id.uuid(),
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns id and address of the user who signed out of a session before a time.
pub async fn find_signed_out(
    db: impl PgExecutor<'_>,
    hash: &TokenHash,
    before: DateTime<Utc>,
) -> Result<Option<(UserId, String)>, DbError> {
    let row = sqlx::query!(
        "SELECT users.id, users.email FROM signed_out_sessions JOIN users ON users.id = user_id WHERE token_hash = $1 AND ended_at <= $2",
        hash.as_slice(),
        before
    );
    Ok(row.fetch_optional(db).await?.map(|row| (UserId::from(row.id), row.email)))
}

/// Notes that a user is told of an incident. Returns `false` if that was done on this day before.
pub async fn claim_notice(db: impl PgExecutor<'_>, user_id: UserId, kind: &str, day: NaiveDate) -> Result<bool, DbError> {
    let claimed = sqlx::query!(
        "INSERT INTO incident_notices (user_id, kind, day) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        user_id.uuid(),
        kind,
        day
    );
    Ok(claimed.execute(db).await?.rows_affected() == 1)
}

/// Deletes what is older than `before`. Returns how many rows were deleted.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<i64, DbError> {
    let deleted = sqlx::query_scalar!(
        r#"WITH devices AS (DELETE FROM known_devices WHERE last_used_at < $1 RETURNING 1),
                sessions AS (DELETE FROM signed_out_sessions WHERE ended_at < $1 RETURNING 1),
                notices AS (DELETE FROM incident_notices WHERE day < $1::timestamptz::date RETURNING 1)
           SELECT (SELECT count(*) FROM devices) + (SELECT count(*) FROM sessions) + (SELECT count(*) FROM notices) AS "count!""#,
        before
    );
    Ok(deleted.fetch_one(db).await?)
}
