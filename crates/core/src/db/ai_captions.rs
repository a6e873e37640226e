//! Captions that were written.

use chrono::{DateTime, Utc};
use huntaze_domain::ai::caption::{CaptionRequest, CaptionVariant};
use serde::Serialize;
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use super::DbError;

/// Captions, and what they are for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredCaptions {
    /// Ours.
    pub id: Uuid,
    /// What was asked for.
    pub request: CaptionRequest,
    /// What was written.
    pub variants: Vec<CaptionVariant>,
    /// Whether a stand-in wrote them.
    pub is_sandbox: bool,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// Stores the captions of a request.
///
/// # Errors
/// [`DbError`].
pub async fn insert(
    db: impl PgExecutor<'_>,
    id: Uuid,
    request: &CaptionRequest,
    variants: &[CaptionVariant],
    is_sandbox: bool,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO ai_captions (id, request, variants, is_sandbox) VALUES ($1, $2, $3, $4)",
        id,
        Json(request) as _,
        Json(variants) as _,
        is_sandbox
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The captions of a creator, or those of one request alone; the oldest first.
///
/// # Errors
/// [`DbError`].
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid, id: Option<Uuid>) -> Result<Vec<StoredCaptions>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT id, request AS "request: Json<CaptionRequest>", variants AS "variants: Json<Vec<CaptionVariant>>", is_sandbox, created_at
             FROM ai_captions JOIN ai_requests USING (id) WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY id"#,
        user_id,
        id
    );
    let stored = rows.fetch_all(db).await?.into_iter().map(|row| StoredCaptions {
        id: row.id,
        request: row.request.0,
        variants: row.variants.0,
        is_sandbox: row.is_sandbox,
        created_at: row.created_at,
    });
    Ok(stored.collect())
}

/// The newest captions of a creator.
///
/// # Errors
/// [`DbError`].
pub async fn newest(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Option<Uuid>, DbError> {
    let newest = sqlx::query_scalar!(
        "SELECT id FROM ai_captions JOIN ai_requests USING (id) WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1",
        user_id
    );
    Ok(newest.fetch_optional(db).await?)
}
