//! What happened to accounts, for their owners to read.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    choice::Choice,
    integration::{EventKind, FailureKind, IntegrationEvent},
};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Notes what happened. An account that is gone is left alone.
///
/// # Errors
/// [`DbError`].
pub async fn insert(
    db: impl PgExecutor<'_>,
    integration_id: Uuid,
    kind: EventKind,
    failure: Option<FailureKind>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO integration_events (id, integration_id, at, kind, failure) SELECT $1, id, $3, $4, $5 FROM integrations WHERE id = $2",
        Uuid::now_v7(),
        integration_id,
        now,
        kind.as_str(),
        failure.map(Choice::as_str)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The newest events of a creator's account, the newest first.
///
/// # Errors
/// [`DbError`].
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid, integration_id: Uuid, most: i64) -> Result<Vec<IntegrationEvent>, DbError> {
    let rows = sqlx::query!(
        "SELECT at, kind, failure FROM integration_events
          WHERE integration_id = (SELECT id FROM integrations WHERE id = $2 AND user_id = $1)
          ORDER BY at DESC, id DESC
          LIMIT $3",
        user_id,
        integration_id,
        most
    );
    let inconsistent = |column| DbError::Inconsistent { table: "integration_events", column };
    let rows = rows.fetch_all(db).await?.into_iter().map(|row| {
        Ok(IntegrationEvent {
            at: row.at,
            kind: EventKind::parse(&row.kind).ok_or_else(|| inconsistent("kind"))?,
            reason: row.failure.map(|word| FailureKind::parse(&word).ok_or_else(|| inconsistent("failure"))).transpose()?,
        })
    });
    rows.collect()
}

/// What happened to an account, for its owner's export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedEvent {
    integration_id: Uuid,
    at: DateTime<Utc>,
    kind: String,
    failure: Option<String>,
}

/// All that happened to a creator's accounts, the newest first.
///
/// # Errors
/// [`DbError`].
pub async fn export(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<ExportedEvent>, DbError> {
    let events = sqlx::query_as!(
        ExportedEvent,
        "SELECT integration_id, at, kind, failure FROM integration_events
          WHERE integration_id IN (SELECT id FROM integrations WHERE user_id = $1)
          ORDER BY at DESC, id DESC",
        user_id
    );
    Ok(events.fetch_all(db).await?)
}

/// Removes what happened before `before`. Returns how many.
///
/// # Errors
/// [`DbError`].
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM integration_events WHERE at <= $1", before).execute(db).await?.rows_affected())
}
