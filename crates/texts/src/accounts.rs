//! Accounts: plans, and the strength of passwords.

use huntaze_domain::accounts::{PasswordStrength, Plan, settings::SessionView};

use crate::texts;

texts! {
    Plan {
        Free => "Free";
        Pro => "Pro";
        Premium => "Premium";
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

/// Label of the device of a session: browser and operating system.
pub fn device(session: &SessionView) -> String {
    match session.device() {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => "Unknown device".to_owned(),
    }
}

/// Error: a mailed link is unknown.
pub const LINK_NOT_FOUND: &str = "This link does not work. A newer one may have taken its place.";
/// Error: the session was ended already.
pub const SESSION_NOT_FOUND: &str = "This device is not signed in any more.";
