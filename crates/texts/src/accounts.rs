//! Accounts: plans, and the strength of passwords.

use huntaze_domain::accounts::{PasswordStrength, Plan, security::AuditKind};

use crate::texts;

texts! {
    Plan {
        Free => "Free";
        Pro => "Pro";
        Premium => "Premium";
    }
}

texts! {
    AuditKind {
        Registered => "Registered";
        EmailVerified => "E-mail verified";
        LoginSucceeded => "Signed in";
        LoginFailed => "Sign-in failed";
        LoggedOut => "Signed out";
        PasswordResetRequested => "Password reset requested";
        PasswordReset => "Password reset";
        PasswordChanged => "Password changed";
        SessionRevoked => "Another device signed out";
        EndedSessionUsed => "Session used after signing out";
        DataExported => "Data downloaded";
        AccountDeleted => "Account deleted";
        IntegrationConnected => "Account connected";
        IntegrationDisconnected => "Account disconnected";
        IntegrationLost => "Access lost";
        UploadRefused => "File refused";
        AdminGranted => "Made an administrator";
        PlanChanged => "Plan changed";
        JobRetried => "Failed job retried";
        JobDismissed => "Failed job dismissed";
    }
}

/// Label for the score of a password.
pub const fn strength(strength: &PasswordStrength) -> &'static str {
    match strength.score {
        0 => "Too easy to guess",
        1 => "Weak",
        2 => "Fair",
        3 => "Good",
        _ => "Strong",
    }
}

/// Label of a device, from the names of browser and operating system.
pub fn device(names: (Option<&str>, Option<&str>)) -> String {
    match names {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// Error: a mailed link is unknown.
pub const LINK_NOT_FOUND: &str = "This link does not work. A newer one may have taken its place.";
/// Error: the session was ended already.
pub const SESSION_NOT_FOUND: &str = "This device is not signed in any more.";
