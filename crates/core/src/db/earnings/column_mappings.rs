//! Column mappings that users confirmed, by the layout of a statement.

use huntaze_domain::{earnings::statement::ColumnMapping, ids::UserId};
use sqlx::{PgExecutor, types::Json};

use crate::db::DbError;

/// Returns the mapping that the user last confirmed for columns with these names.
pub async fn find(db: impl PgExecutor<'_>, user_id: UserId, header_hash: &[u8]) -> Result<Option<ColumnMapping>, DbError> {
    let mapping = sqlx::query_scalar!(
        r#"SELECT column_mapping AS "column_mapping: Json<ColumnMapping>" FROM statement_column_mappings WHERE user_id = $1 AND header_hash = $2"#,
        user_id.uuid(),
        header_hash
    );
    Ok(mapping.fetch_optional(db).await?.map(|mapping| mapping.0))
}

/// Upserts the mapping that the user confirmed for columns with these names.
pub async fn upsert(db: impl PgExecutor<'_>, user_id: UserId, header_hash: &[u8], mapping: &ColumnMapping) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO statement_column_mappings (user_id, header_hash, column_mapping) VALUES ($1, $2, $3)
         ON CONFLICT (user_id, header_hash) DO UPDATE SET column_mapping = excluded.column_mapping",
        user_id.uuid(),
        header_hash,
        Json(mapping) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes the mapping that the user confirmed for columns with these names.
pub async fn delete(db: impl PgExecutor<'_>, user_id: UserId, header_hash: &[u8]) -> Result<(), DbError> {
    sqlx::query!("DELETE FROM statement_column_mappings WHERE user_id = $1 AND header_hash = $2", user_id.uuid(), header_hash)
        .execute(db)
        .await?;
    Ok(())
}
