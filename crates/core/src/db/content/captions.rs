//! Generated captions (`ai_captions`).

use chrono::{DateTime, Utc};
use huntaze_domain::content::captions::{CaptionRequest, CaptionVariant};
use serde::Serialize;
use sqlx::{PgExecutor, types::Json};
use uuid::Uuid;

use crate::db::DbError;

/// Captions generated for one request, as stored. Also the format of the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredCaptions {
    /// Id, equal to the id of the AI request.
    pub id: Uuid,
    /// Input of the request.
    pub request: CaptionRequest,
    /// Generated variants, in the order shown.
    pub variants: Vec<CaptionVariant>,
    /// Whether the sandbox generated them instead of the real model.
    pub is_sandbox: bool,
    /// Time of the request.
    pub created_at: DateTime<Utc>,
}

/// Inserts the captions generated for the AI request `id`.
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

/// Lists the captions of a user, oldest first; only those of request `id` if it is given.
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

/// Returns the id of the user's newest captions, or `None` if there are none.
pub async fn newest(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Option<Uuid>, DbError> {
    let newest = sqlx::query_scalar!(
        "SELECT id FROM ai_captions JOIN ai_requests USING (id) WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1",
        user_id
    );
    Ok(newest.fetch_optional(db).await?)
}
