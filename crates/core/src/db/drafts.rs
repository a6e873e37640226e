//! Texts that creators keep to publish later.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    choice::Choice,
    draft::{Draft, KeepRequest},
    platform::Platform,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Waits until nobody else keeps something for this creator; until the transaction ends.
///
/// # Errors
/// [`DbError`].
pub async fn lock(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('drafts ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// Keeps a variant of a creator's captions, in place of what was kept of it before. Returns its number; none where the creator has no such
/// captions, or keeps `most` drafts already.
///
/// # Errors
/// [`DbError`].
pub async fn keep(
    db: impl PgExecutor<'_>,
    user_id: Uuid,
    request: &KeepRequest,
    most: i64,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, DbError> {
    let kept = sqlx::query_scalar!(
        r#"INSERT INTO drafts (id, user_id, captions_id, variant, platform, text, updated_at)
           SELECT $1, user_id, ai_captions.id, $4, ai_captions.request ->> 'platform', $5, $6
             FROM ai_captions JOIN ai_requests USING (id)
            WHERE user_id = $2 AND ai_captions.id = $3
              AND ((SELECT count(*) FROM drafts WHERE drafts.user_id = $2) < $7
                   OR EXISTS (SELECT FROM drafts WHERE captions_id = $3 AND variant = $4))
           ON CONFLICT (captions_id, variant) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
           RETURNING id"#,
        Uuid::now_v7(),
        user_id,
        request.captions_id,
        request.variant,
        request.text,
        now,
        most
    );
    Ok(kept.fetch_optional(db).await?)
}

/// Lets a creator's draft say something else than the variant that it was. Returns whether there is one.
///
/// # Errors
/// [`DbError`].
pub async fn save(db: impl PgExecutor<'_>, user_id: Uuid, id: Uuid, text: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let saved = sqlx::query!(
        "UPDATE drafts SET text = $3, captions_id = NULL, updated_at = $4 WHERE user_id = $1 AND id = $2",
        user_id,
        id,
        text,
        now
    );
    Ok(saved.execute(db).await?.rows_affected() == 1)
}

/// Deletes a creator's draft. Returns whether there was one.
///
/// # Errors
/// [`DbError`].
pub async fn delete(db: impl PgExecutor<'_>, user_id: Uuid, id: Uuid) -> Result<bool, DbError> {
    let deleted = sqlx::query!("DELETE FROM drafts WHERE user_id = $1 AND id = $2", user_id, id);
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// All drafts of a creator, the one that was changed last first; or one of them alone.
///
/// # Errors
/// [`DbError`].
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid, id: Option<Uuid>) -> Result<Vec<Draft>, DbError> {
    let rows = sqlx::query!(
        "SELECT id, platform, text, updated_at FROM drafts WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY updated_at DESC, id",
        user_id,
        id
    );
    let drafts = rows.fetch_all(db).await?.into_iter().map(|row| {
        let platform = Platform::parse(&row.platform).ok_or(DbError::Inconsistent { table: "drafts", column: "platform" })?;
        Ok(Draft { id: row.id, platform, text: row.text, updated_at: row.updated_at })
    });
    drafts.collect()
}
