//! Who did what, when, from where.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Something worth remembering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditKind {
    /// An account was created, or an unverified one given another password.
    Registered,
    /// The owner of the address clicked.
    EmailVerified,
    /// Signed in.
    LoginSucceeded,
    /// A wrong password, or an unknown address.
    LoginFailed,
    /// Signed out.
    LoggedOut,
    /// A link to choose a new password was asked for.
    PasswordResetRequested,
    /// A new password was chosen through a link.
    PasswordReset,
    /// A new password was chosen in the settings.
    PasswordChanged,
    /// A device was signed out from another.
    SessionRevoked,
    /// The owner deleted the account.
    AccountDeleted,
    /// An account at a platform was connected, or connected anew.
    IntegrationConnected,
    /// An account at a platform was let go.
    IntegrationDisconnected,
    /// Made an administrator.
    AdminGranted,
    /// Given another plan.
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

/// An event to be stored.
pub struct NewEvent<'a> {
    /// Whose account, where it is known.
    pub user_id: Option<Uuid>,
    /// What happened.
    pub kind: AuditKind,
    /// From where.
    pub ip: &'a str,
    /// With what.
    pub user_agent: Option<&'a str>,
    /// The request, as in the log.
    pub request_id: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Stores an event.
///
/// # Errors
/// [`DbError`].
pub async fn insert(db: impl PgExecutor<'_>, event: NewEvent<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO audit_events (id, user_id, kind, ip, user_agent, request_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        Uuid::now_v7(),
        event.user_id,
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

/// An event as its owner may see it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    kind: String,
    ip: String,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
}

/// The newest thousand events of an account.
///
/// # Errors
/// [`DbError`].
pub async fn list(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<Event>, DbError> {
    let events = sqlx::query_as!(
        Event,
        "SELECT kind, ip, user_agent, created_at FROM audit_events WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000",
        user_id
    );
    Ok(events.fetch_all(db).await?)
}

/// Removes what happened before `before`. Returns how many events.
///
/// # Errors
/// [`DbError`].
pub async fn delete_old(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> Result<u64, DbError> {
    Ok(sqlx::query!("DELETE FROM audit_events WHERE created_at <= $1", before).execute(db).await?.rows_affected())
}
