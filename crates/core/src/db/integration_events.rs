//! Event log of integrations, shown to their users.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    choice::Choice,
    integration::{EventKind, FailureKind, IntegrationEvent},
};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Inserts an integration event; does nothing if the integration has been deleted.
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

/// Lists the newest events of a user's integration, newest first, at most `most`.
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

/// An integration event in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedEvent {
    integration_id: Uuid,
    at: DateTime<Utc>,
    kind: String,
    failure: Option<String>,
}

/// Lists all events of all integrations of a user, newest first, for the data export.
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

/// Deletes events older than `before`. Returns how many were deleted.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM integration_events WHERE at <= $1", before).execute(db).await?.rows_affected())
}
