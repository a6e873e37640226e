//! Drafts: texts that users save to publish later.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    content::drafts::{Draft, MAX_DRAFTS, NewDraft},
    ids::{DraftId, Owned, UserId},
    platform::Platform,
    string_enum::StringEnum,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::db::DbError;

/// Serializes the creation of a user's drafts until the transaction ends (advisory lock), so that the limit holds.
pub async fn lock(db: impl PgExecutor<'_>, user_id: UserId) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('drafts ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// Inserts a draft from a variant of a user's captions, or updates the text of the existing draft of that variant. Returns the id of the
/// draft, or `None` if the user has no such captions or already has [`MAX_DRAFTS`] drafts.
pub async fn upsert(db: impl PgExecutor<'_>, user_id: UserId, request: &NewDraft, now: DateTime<Utc>) -> Result<Option<DraftId>, DbError> {
    let kept = sqlx::query_scalar!(
        r#"INSERT INTO drafts (id, user_id, captions_id, variant_index, platform, text, updated_at)
           SELECT $1, user_id, ai_captions.id, $4, ai_captions.request ->> 'platform', $5, $6
             FROM ai_captions JOIN ai_requests USING (id)
            WHERE user_id = $2 AND ai_captions.id = $3
              AND ((SELECT count(*) FROM drafts WHERE drafts.user_id = $2) < $7
                   OR EXISTS (SELECT FROM drafts WHERE captions_id = $3 AND variant_index = $4))
           ON CONFLICT (captions_id, variant_index) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
           RETURNING id"#,
        Uuid::now_v7(),
        user_id.uuid(),
        request.captions_id.uuid(),
        request.variant_index,
        request.text,
        now,
        MAX_DRAFTS
    );
    Ok(kept.fetch_optional(db).await?.map(Into::into))
}

/// Updates the text of a user's draft and detaches it from the caption variant that it came from. Returns `false` if there is no such
/// draft.
pub async fn update(db: impl PgExecutor<'_>, draft: Owned<DraftId>, text: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
    let saved = sqlx::query!(
        "UPDATE drafts SET text = $3, captions_id = NULL, updated_at = $4 WHERE user_id = $1 AND id = $2",
        draft.user_id.uuid(),
        draft.id.uuid(),
        text,
        now
    );
    Ok(saved.execute(db).await?.rows_affected() == 1)
}

/// Deletes a user's draft. Returns `false` if there is no such draft.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, id: DraftId) -> Result<bool, DbError> {
    let deleted = sqlx::query!("DELETE FROM drafts WHERE user_id = $1 AND id = $2", user_id.uuid(), id.uuid());
    Ok(deleted.execute(db).await?.rows_affected() == 1)
}

/// Lists a user's drafts, most recently changed first; only draft `id` if it is given.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId, id: Option<DraftId>) -> Result<Vec<Draft>, DbError> {
    let rows = sqlx::query!(
        "SELECT id, platform, text, updated_at FROM drafts WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY updated_at DESC, id",
        user_id.uuid(),
        id.map(DraftId::uuid)
    );
    let drafts = rows.fetch_all(db).await?.into_iter().map(|row| {
        let platform = Platform::parse(&row.platform).ok_or(DbError::Inconsistent { table: "drafts", column: "platform" })?;
        Ok(Draft { id: DraftId::from(row.id), platform, text: row.text, updated_at: row.updated_at })
    });
    drafts.collect()
}
