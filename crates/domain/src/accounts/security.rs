//! Security events of an account.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{accounts::settings::device_of, string_enum::string_enum};

/// Number of events on a page.
pub const EVENTS_PER_PAGE: u32 = 20;

string_enum! {
    /// Kind of an audit event.
    AuditKind {
        /// An account was created, or an unverified one was given a new password.
        Registered = "registered";
        /// The e-mail address was verified.
        EmailVerified = "email_verified";
        /// A user signed in.
        LoginSucceeded = "login_succeeded";
        /// Sign-in failed: wrong password or unknown address.
        LoginFailed = "login_failed";
        /// A user signed out.
        LoggedOut = "logged_out";
        /// A password reset was requested.
        PasswordResetRequested = "password_reset_requested";
        /// The password was reset with a mailed link.
        PasswordReset = "password_reset";
        /// The password was changed in the settings.
        PasswordChanged = "password_changed";
        /// A session was revoked from another session.
        SessionRevoked = "session_revoked";
        /// The token of a session was used after its user had signed out.
        EndedSessionUsed = "ended_session_used";
        /// The user downloaded all data of the account.
        DataExported = "data_exported";
        /// The user deleted the account.
        AccountDeleted = "account_deleted";
        /// An integration was connected or reconnected.
        IntegrationConnected = "integration_connected";
        /// An integration was disconnected by its user.
        IntegrationDisconnected = "integration_disconnected";
        /// A platform does not accept the access to an account any more.
        IntegrationLost = "integration_lost";
        /// A file was refused.
        UploadRefused = "upload_refused";
        /// The user was made an admin.
        AdminGranted = "admin_granted";
        /// The user's plan was changed.
        PlanChanged = "plan_changed";
        /// An admin made the work of a failed job due again.
        JobRetried = "job_retried";
        /// An admin removed a failed job from the list.
        JobDismissed = "job_dismissed";
    }
}

/// A security event, as shown to its user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityEvent {
    /// What happened.
    pub kind: AuditKind,
    /// What it was about, such as a platform and an account.
    pub subject: Option<String>,
    /// IP address of the client; a word if it was not a client.
    pub ip: String,
    /// `User-Agent` header of the client, if it sent one.
    pub user_agent: Option<String>,
    /// When it happened.
    pub created_at: DateTime<Utc>,
}

impl SecurityEvent {
    /// Returns the names of the browser and of the operating system, as far as the `User-Agent` header reveals them.
    pub fn device(&self) -> (Option<&'static str>, Option<&'static str>) {
        device_of(self.user_agent.as_deref())
    }
}

/// `GET /api/auth/events`: one page of the security events of the user, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecurityEvents {
    /// Page number, from 1.
    pub page: u32,
    /// Total number of pages.
    pub pages: u32,
    /// Events of this page.
    pub events: Vec<SecurityEvent>,
}
