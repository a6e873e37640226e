//! Audit log: security-relevant events of user accounts.

use chrono::{DateTime, Utc};
pub use huntaze_domain::accounts::security::AuditKind;
use huntaze_domain::{accounts::security::SecurityEvent, ids::UserId, string_enum::StringEnum};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::db::{DbError, Slice};

/// An audit event to be inserted.
pub struct NewEvent<'a> {
    /// User concerned; `None` if the account is unknown.
    pub user_id: Option<UserId>,
    /// Kind of the event.
    pub kind: AuditKind,
    /// What it is about, such as a platform and an account.
    pub subject: Option<&'a str>,
    /// IP address of the client.
    pub ip: &'a str,
    /// `User-Agent` of the client, if it sent one.
    pub user_agent: Option<&'a str>,
    /// Request id, as in the log.
    pub request_id: &'a str,
    /// Time of the event.
    pub now: DateTime<Utc>,
}

/// Returns whether the user with this address has signed in from a network (an IPv4 address, or `a:b:c:d::/64`) before.
pub async fn has_signed_in(db: impl PgExecutor<'_>, email: &str, network: &str) -> Result<bool, DbError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM audit_events JOIN users ON users.id = user_id WHERE email = $1 AND kind = $2 AND ip::inet <<= $3::text::cidr) AS "found!""#,
        email,
        AuditKind::LoginSucceeded.as_str(),
        network
    );
    Ok(found.fetch_one(db).await?)
}

/// Inserts an audit event.
pub async fn insert(db: impl PgExecutor<'_>, event: NewEvent<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO audit_events (id, user_id, kind, ip, user_agent, request_id, created_at, subject) VALUES ($1, $2, $3, $4, $5, $6, $7, left($8, 300))",
        Uuid::now_v7(),
        event.user_id.map(UserId::uuid),
        event.kind.as_str(),
        event.ip,
        event.user_agent,
        event.request_id,
        event.now,
        event.subject
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An audit event in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    kind: String,
    subject: Option<String>,
    ip: String,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
}

/// Lists the newest 1000 events of a user, newest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<Event>, DbError> {
    let events = sqlx::query_as!(
        Event,
        "SELECT kind, subject, ip, user_agent, created_at FROM audit_events WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000",
        user_id.uuid()
    );
    Ok(events.fetch_all(db).await?)
}

/// Lists a slice of the events of a user, newest first, and counts all. The count is 0 if the slice is past the end.
pub async fn page(db: impl PgExecutor<'_>, user_id: UserId, slice: Slice) -> Result<(Vec<SecurityEvent>, i64), DbError> {
    let rows = sqlx::query!(
        r#"SELECT kind, subject, ip, user_agent, created_at, count(*) OVER () AS "total!" FROM audit_events
            WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3"#,
        user_id.uuid(),
        slice.limit,
        slice.offset
    );
    let rows = rows.fetch_all(db).await?;
    let total = rows.first().map_or(0, |row| row.total);
    let events = rows.into_iter().map(|row| {
        let kind = AuditKind::parse(&row.kind).ok_or(DbError::Inconsistent { table: "audit_events", column: "kind" })?;
        Ok(SecurityEvent { kind, subject: row.subject, ip: row.ip, user_agent: row.user_agent, created_at: row.created_at })
    });
    Ok((events.collect::<Result<_, DbError>>()?, total))
}

/// Counts the events of a kind since a time.
pub async fn count_since(db: impl PgExecutor<'_>, user_id: UserId, kind: AuditKind, since: DateTime<Utc>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM audit_events WHERE user_id = $1 AND kind = $2 AND created_at >= $3"#,
        user_id.uuid(),
        kind.as_str(),
        since
    );
    Ok(count.fetch_one(db).await?)
}

/// Deletes events older than `before`. Returns how many were deleted.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM audit_events WHERE created_at <= $1", before).execute(db).await?.rows_affected())
}
