//! Audit log: security-relevant events of user accounts.

use chrono::{DateTime, Utc};
use huntaze_domain::ids::UserId;
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::db::DbError;

/// Kind of an audit event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditKind {
    /// An account was created, or an unverified one was given a new password.
    Registered,
    /// The e-mail address was verified.
    EmailVerified,
    /// A user signed in.
    LoginSucceeded,
    /// Login failed: wrong password or unknown address.
    LoginFailed,
    /// A user signed out.
    LoggedOut,
    /// A password reset was requested.
    PasswordResetRequested,
    /// The password was reset with a mailed link.
    PasswordReset,
    /// The password was changed in the settings.
    PasswordChanged,
    /// A session was revoked from another session.
    SessionRevoked,
    /// The user deleted the account.
    AccountDeleted,
    /// An integration was connected or reconnected.
    IntegrationConnected,
    /// An integration was disconnected.
    IntegrationDisconnected,
    /// The user was made an admin.
    AdminGranted,
    /// The user's plan was changed.
    PlanChanged,
}

impl AuditKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::EmailVerified => "email_verified",
            Self::LoginSucceeded => "login_succeeded",
            Self::LoginFailed => "login_failed",
            Self::LoggedOut => "logged_out",
            Self::PasswordResetRequested => "password_reset_requested",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::SessionRevoked => "session_revoked",
            Self::AccountDeleted => "account_deleted",
            Self::IntegrationConnected => "integration_connected",
            Self::IntegrationDisconnected => "integration_disconnected",
            Self::AdminGranted => "admin_granted",
            Self::PlanChanged => "plan_changed",
        }
    }
}

/// An audit event to be inserted.
pub struct NewEvent<'a> {
    /// User concerned; `None` if the account is unknown.
    pub user_id: Option<UserId>,
    /// Kind of the event.
    pub kind: AuditKind,
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
        "INSERT INTO audit_events (id, user_id, kind, ip, user_agent, request_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::now_v7(),
        event.user_id.map(UserId::uuid),
        event.kind.as_str(),
        event.ip,
        event.user_agent,
        event.request_id,
        event.now
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
    ip: String,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
}

/// Lists the newest 1000 events of a user, newest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<Event>, DbError> {
    let events = sqlx::query_as!(
        Event,
        "SELECT kind, ip, user_agent, created_at FROM audit_events WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000",
        user_id.uuid()
    );
    Ok(events.fetch_all(db).await?)
}

/// Deletes events older than `before`. Returns how many were deleted.
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM audit_events WHERE created_at <= $1", before).execute(db).await?.rows_affected())
}
