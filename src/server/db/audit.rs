//! Who did what, when, from where.

use chrono::{DateTime, Utc};
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
    /// Made an administrator.
    AdminGranted,
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
            Self::AdminGranted => "admin_granted",
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
