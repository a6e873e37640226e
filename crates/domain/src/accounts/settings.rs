//! Account settings: profile, password, deletion and sessions.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};

use super::{Secret, some_password, valid_new_password};
use crate::{
    ids::SessionId,
    text::clean_line,
    validation::{FieldError, Rules},
};

/// Maximum length of a display name in characters.
pub const MAX_NAME_CHARS: usize = 80;

/// `POST /api/account/profile`: updates the profile.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
pub struct ProfileInput {
    /// Display name; empty removes it. Must be there, so that a body that lacks it removes nothing.
    #[garde(custom(valid_name))]
    pub name: String,
}

impl ProfileInput {
    /// Returns the trimmed name, or `None` if it is empty.
    pub fn normalized_name(&self) -> Option<String> {
        Some(clean_line(&self.name)).filter(|name| !name.is_empty())
    }
}

/// `POST /api/auth/change-password`: changes the password.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct ChangePasswordInput {
    /// Current password, to confirm the identity of the user.
    #[garde(custom(some_password))]
    pub current_password: Secret,
    /// New password, 8 to 128 characters.
    #[garde(custom(valid_new_password))]
    pub password: Secret,
}

/// `POST /api/account/delete`: deletes the account.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct DeleteAccountInput {
    /// Current password, to confirm the identity of the user.
    #[garde(custom(some_password))]
    pub password: Secret,
}

/// `GET /api/auth/sessions`: an active session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// Id of the session, used to revoke it.
    pub id: SessionId,
    /// Whether this is the session of the request.
    pub is_current: bool,
    /// IP address from which the session was created.
    pub ip: String,
    /// `User-Agent` header of the request that created the session; `None` if there was none.
    pub user_agent: Option<String>,
    /// Time of creation.
    pub created_at: DateTime<Utc>,
    /// Time of the last request, accurate to a minute.
    pub last_seen_at: DateTime<Utc>,
    /// Time at which the session expires.
    pub expires_at: DateTime<Utc>,
}

impl SessionView {
    /// Returns the names of the browser and of the operating system, as far as the `User-Agent` header reveals them.
    pub fn device(&self) -> (Option<&'static str>, Option<&'static str>) {
        device_of(self.user_agent.as_deref())
    }
}

/// Returns the names of the browser and of the operating system, as far as a `User-Agent` header reveals them.
pub fn device_of(user_agent: Option<&str>) -> (Option<&'static str>, Option<&'static str>) {
    let agent = user_agent.unwrap_or_default();
    let first = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    // The order matters, because most user agents also contain the names of other browsers.
    let browser = first(&[("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    (browser, system)
}

/// Rules of a display name.
pub const NAME_RULES: Rules = Rules::at_most(MAX_NAME_CHARS, FieldError::NameTooLong);

fn valid_name(name: &str, (): &()) -> garde::Result {
    NAME_RULES.check(name.trim())?;
    if name.chars().any(char::is_control) {
        return Err(FieldError::NameMultiline.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn device(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
        let now = DateTime::<Utc>::default();
        let user_agent = Some(agent.to_owned());
        SessionView {
            id: Uuid::nil().into(),
            is_current: false,
            ip: String::new(),
            user_agent,
            created_at: now,
            last_seen_at: now,
            expires_at: now,
        }
        .device()
    }

    #[test]
    fn device_names_browser_and_system() {
        assert_eq!(
            device("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"),
            (Some("Chrome"), Some("Linux"))
        );
        assert_eq!(
            device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"),
            (Some("Safari"), Some("iPhone"))
        );
        assert_eq!(
            device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0 Safari/537.36 Edg/156.0"),
            (Some("Edge"), Some("Windows"))
        );
        assert_eq!(device("curl/8.0"), (None, None));
    }
}
