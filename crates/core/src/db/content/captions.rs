//! Generated captions (`ai_captions`).

use chrono::{DateTime, Utc};
use huntaze_domain::{
    content::captions::{CaptionRequest, CaptionVariant},
    ids::{CaptionsId, UserId},
};
use serde::Serialize;
use sqlx::{PgExecutor, types::Json};

use crate::db::DbError;

/// Captions generated for one request, as stored. Also the format of the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredCaptions {
    /// Id, equal to the id of the AI request.
    pub id: CaptionsId,
    /// Input of the request.
    pub request: CaptionRequest,
    /// Generated variants, in the order shown.
    pub variants: Vec<CaptionVariant>,
    /// Whether the sandbox generated them instead of the real model.
    pub is_sandbox: bool,
    /// Time of the request.
    pub created_at: DateTime<Utc>,
}

/// Captions to be inserted.
pub struct NewCaptions<'a> {
    /// AI request that generated them.
    pub id: CaptionsId,
    /// What was asked for.
    pub request: &'a CaptionRequest,
    /// The captions.
    pub variants: &'a [CaptionVariant],
    /// Whether the sandbox generated them instead of the real model.
    pub is_sandbox: bool,
}

/// Inserts generated captions.
pub async fn insert(db: impl PgExecutor<'_>, captions: &NewCaptions<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO ai_captions (id, request, variants, is_sandbox) VALUES ($1, $2, $3, $4)",
        captions.id.uuid(),
        Json(captions.request) as _,
        Json(captions.variants) as _,
        captions.is_sandbox
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lists the captions of a user, oldest first; only those of request `id` if it is given.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId, id: Option<CaptionsId>) -> Result<Vec<StoredCaptions>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT id, request AS "request: Json<CaptionRequest>", variants AS "variants: Json<Vec<CaptionVariant>>", is_sandbox, created_at
             FROM ai_captions JOIN ai_requests USING (id) WHERE user_id = $1 AND ($2::uuid IS NULL OR id = $2) ORDER BY id"#,
        user_id.uuid(),
        id.map(CaptionsId::uuid)
    );
    let stored = rows.fetch_all(db).await?.into_iter().map(|row| StoredCaptions {
        id: CaptionsId::from(row.id),
        request: row.request.0,
        variants: row.variants.0,
        is_sandbox: row.is_sandbox,
        created_at: row.created_at,
    });
    Ok(stored.collect())
}

/// Returns the id of the user's newest captions, or `None` if there are none.
pub async fn newest(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Option<CaptionsId>, DbError> {
    let newest = sqlx::query_scalar!(
        "SELECT id FROM ai_captions JOIN ai_requests USING (id) WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1",
        user_id.uuid()
    );
    Ok(newest.fetch_optional(db).await?.map(Into::into))
}
