//! Event log of integrations, shown to their users.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    ids::{IntegrationId, UserId},
    integrations::{FailureKind, IntegrationEvent, IntegrationEventKind},
    string_enum::StringEnum,
};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::db::DbError;

/// An event to be inserted.
pub struct NewIntegrationEvent {
    /// The integration.
    pub integration_id: IntegrationId,
    /// What happened.
    pub kind: IntegrationEventKind,
    /// Why it failed, if it did.
    pub failure: Option<FailureKind>,
    /// Time of the event.
    pub now: DateTime<Utc>,
}

/// Inserts an integration event; does nothing if the integration has been deleted.
pub async fn insert(db: impl PgExecutor<'_>, event: NewIntegrationEvent) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO integration_events (id, integration_id, occurred_at, kind, error_kind)
         SELECT $1, id, $3, $4, $5 FROM integrations WHERE id = $2",
        Uuid::now_v7(),
        event.integration_id.uuid(),
        event.now,
        event.kind.as_str(),
        event.failure.map(StringEnum::as_str)
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lists the newest events of a user's integration, newest first, at most `limit`.
pub async fn list(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    integration_id: IntegrationId,
    limit: i64,
) -> Result<Vec<IntegrationEvent>, DbError> {
    let rows = sqlx::query!(
        "SELECT occurred_at, kind, error_kind FROM integration_events
          WHERE integration_id = (SELECT id FROM integrations WHERE id = $2 AND user_id = $1)
          ORDER BY occurred_at DESC, id DESC
          LIMIT $3",
        user_id.uuid(),
        integration_id.uuid(),
        limit
    );
    let inconsistent = |column| DbError::Inconsistent { table: "integration_events", column };
    let rows = rows.fetch_all(db).await?.into_iter().map(|row| {
        Ok(IntegrationEvent {
            occurred_at: row.occurred_at,
            kind: IntegrationEventKind::parse(&row.kind).ok_or_else(|| inconsistent("kind"))?,
            reason: row.error_kind.map(|word| FailureKind::parse(&word).ok_or_else(|| inconsistent("error_kind"))).transpose()?,
        })
    });
    rows.collect()
}

/// An integration event in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedEvent {
    integration_id: IntegrationId,
    occurred_at: DateTime<Utc>,
    kind: String,
    error_kind: Option<String>,
}

/// Lists all events of all integrations of a user, newest first, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedEvent>, DbError> {
    let events = sqlx::query_as!(
        ExportedEvent,
        "SELECT integration_id, occurred_at, kind, error_kind FROM integration_events
          WHERE integration_id IN (SELECT id FROM integrations WHERE user_id = $1)
          ORDER BY occurred_at DESC, id DESC",
        user_id.uuid()
    );
    Ok(events.fetch_all(db).await?)
}

/// Deletes events older than `before`. Returns how many were deleted.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM integration_events WHERE occurred_at <= $1", before).execute(db).await?.rows_affected())
}
