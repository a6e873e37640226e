//! What an account is made of, and the rules for what one may type.

use std::fmt;

use garde::Validate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::choice::choices;

/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 8;
/// Longest password, in characters: enough for any manager, short enough to hash.
pub const PASSWORD_MAX: usize = 128;
/// Longest e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;

/// Text that must not be printed: passwords and the tokens of mailed links.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself. The name makes each use easy to find.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// `POST /api/auth/register`
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct RegisterInput {
    /// Any spelling; stored as [`normalize_email`] makes it.
    #[garde(custom(valid_email))]
    pub email: String,
    /// 8 to 128 characters.
    #[garde(custom(valid_new_password))]
    pub password: Secret,
}

/// `POST /api/auth/login`
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct LoginInput {
    /// Any spelling.
    #[garde(custom(valid_email))]
    pub email: String,
    /// Whatever was typed: the rules for new passwords may have changed since.
    #[garde(custom(some_password))]
    pub password: Secret,
    /// `"true"` or `"on"` keeps the session for 30 days.
    #[garde(skip)]
    pub remember_me: String,
    /// The page to go on to.
    #[garde(skip)]
    pub next: String,
}

impl LoginInput {
    /// Whether the box was ticked: a form sends `on`, JSON `true`.
    pub fn remembers(&self) -> bool {
        matches!(self.remember_me.as_str(), "on" | "true")
    }
}

/// `POST /api/auth/resend-verification` and `/forgot-password`: by address, or by a link that has expired.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LinkRequest {
    /// The address, unless there is a token.
    pub email: String,
    /// The token of an expired link; then the address need not be typed again.
    pub token: Secret,
}

impl LinkRequest {
    /// Whom the link is for.
    ///
    /// # Errors
    /// The address breaks a rule, and there is no token.
    pub fn subject(&self) -> Result<LinkSubject, super::validation::FieldErrors> {
        if !self.token.expose().is_empty() {
            return Ok(LinkSubject::Token(self.token.clone()));
        }
        match valid_email(&self.email, &()) {
            Ok(()) => Ok(LinkSubject::Email(normalize_email(&self.email))),
            Err(error) => Err([("email".to_owned(), error.message().to_owned())].into()),
        }
    }
}

/// How the owner of a new link is named.
#[derive(Debug, Clone)]
pub enum LinkSubject {
    /// A normalised address.
    Email(String),
    /// The token of an earlier link of the same kind.
    Token(Secret),
}

/// `POST /api/auth/reset-password`
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct ResetPasswordInput {
    /// From the mailed link.
    #[garde(skip)]
    pub token: Secret,
    /// 8 to 128 characters.
    #[garde(custom(valid_new_password))]
    pub password: Secret,
}

/// What a mailed link is still good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It can be used.
    Valid,
    /// It was used in the last 24 hours, and what it was for is done.
    AlreadyUsed,
}

/// The answer to every request that ends in a mail, whether or not the address is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// "Check your e-mail."
    CheckEmail,
}

/// Answer wrapper: `{"status": …}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusView<T> {
    /// The outcome.
    pub status: T,
}

impl<T> From<T> for StatusView<T> {
    fn from(status: T) -> Self {
        Self { status }
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUser {
    /// `UUIDv7`.
    pub id: Uuid,
    /// Normalised.
    pub email: String,
    /// How the creator wants to be called.
    pub name: Option<String>,
    /// What the account may do.
    pub role: Role,
    /// What the account pays for.
    pub plan: Plan,
}

impl CurrentUser {
    /// The name, or the part of the address before the `@`.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.email.split('@').next().unwrap_or_default())
    }

    /// One capital letter for the avatar.
    pub fn initial(&self) -> String {
        self.display_name().chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
    }
}

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// A creator.
    User,
    /// Someone who runs Huntaze.
    Admin,
}

choices! {
    /// What an account pays for.
    Plan {
        /// 100 AI requests a month.
        Free = "FREE", "Free";
        /// 1000 AI requests a month.
        Pro = "PRO", "Pro";
        /// No fixed limit.
        Premium = "PREMIUM", "Premium";
    }
}

/// Trimmed and in lower case: one person, one spelling.
pub fn normalize_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// An address that a mail server could take: `local@domain.tld`, ASCII, no spaces, no empty part.
///
/// Whether it exists, only a mail can tell.
fn valid_email(email: &str, (): &()) -> garde::Result {
    let email = email.trim();
    if email.is_empty() {
        return Err(garde::Error::new("Enter your e-mail."));
    }
    if email.len() <= EMAIL_MAX && looks_like_email(email) {
        Ok(())
    } else {
        Err(garde::Error::new("Enter an e-mail address like name@example.com."))
    }
}

fn looks_like_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let local_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (1..=64).contains(&local.len())
        && local.bytes().all(local_byte)
        && local.split('.').all(|part| !part.is_empty())
        && domain.contains('.')
        && domain.split('.').all(label)
        && domain.rsplit('.').next().is_some_and(|tld| tld.len() >= 2 && !tld.bytes().all(|byte| byte.is_ascii_digit()))
}

pub(super) fn some_password(password: &Secret, (): &()) -> garde::Result {
    match password.expose().chars().count() {
        0 => Err(garde::Error::new("Enter your password.")),
        length if length > PASSWORD_MAX => Err(garde::Error::new("A password has at most 128 characters.")),
        _ => Ok(()),
    }
}

pub(super) fn valid_new_password(password: &Secret, context: &()) -> garde::Result {
    some_password(password, context)?;
    if password.expose().chars().count() < PASSWORD_MIN {
        return Err(garde::Error::new("Use at least 8 characters."));
    }
    Ok(())
}

/// How hard a password is to guess, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordStrength {
    /// 0 (guessed at once) to 4 (out of reach), as zxcvbn counts.
    pub score: u8,
    /// What is weak about it.
    pub warning: Option<String>,
    /// What would make it stronger.
    pub suggestions: Vec<String>,
}

impl PasswordStrength {
    /// One word for the score.
    pub const fn label(&self) -> &'static str {
        match self.score {
            0 => "Too easy to guess",
            1 => "Weak",
            2 => "Fair",
            3 => "Good",
            _ => "Strong",
        }
    }
}

/// `POST /api/auth/password-strength`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PasswordStrengthInput {
    /// The candidate. Neither stored nor logged.
    pub password: Secret,
    /// Parts of it in the password make it weaker.
    pub email: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::check;
    use proptest::prelude::*;

    fn register(email: &str, password: &str) -> RegisterInput {
        RegisterInput { email: email.to_owned(), password: password.to_owned().into() }
    }

    #[test]
    fn real_addresses_pass() {
        for email in ["a@b.co", " Ada.Lovelace+x@Example.COM ", "o'neil@sub.example.org", "x_y-z@example.museum", "1@2.io"] {
            assert_eq!(check(&register(email, "long enough")), Ok(()), "{email}");
        }
    }

    #[test]
    fn broken_addresses_are_named() {
        let long = format!("{}@example.com", "a".repeat(65));
        for email in
            ["", "a", "a@b", "@b.co", "a@", "a b@c.de", "a..b@c.de", ".a@c.de", "a@-c.de", "a@c..de", "a@b.c", "a@1.2", "a@b.co\0", &long]
        {
            let errors = check(&register(email, "long enough")).expect_err(email);
            assert_eq!(errors.keys().collect::<Vec<_>>(), ["email"], "{email}");
        }
    }

    #[test]
    fn password_length_counts_characters_not_bytes() {
        assert!(check(&register("a@b.co", "éééééééé")).is_ok());
        assert!(check(&register("a@b.co", "ééééééé")).is_err());
        assert!(check(&register("a@b.co", &"é".repeat(128))).is_ok());
        assert!(check(&register("a@b.co", &"é".repeat(129))).is_err());
    }

    #[test]
    fn every_broken_field_is_reported_at_once() {
        let errors = check(&register("nope", "short")).expect_err("both are wrong");
        assert_eq!(errors["email"], "Enter an e-mail address like name@example.com.");
        assert_eq!(errors["password"], "Use at least 8 characters.");
    }

    #[test]
    fn secrets_are_not_printed() {
        assert!(!format!("{:?}", register("a@b.co", "hunter2 hunter2")).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(email in "\\PC{0,40}") {
            let once = normalize_email(&email);
            prop_assert_eq!(normalize_email(&once), once.clone());
        }

        #[test]
        fn validation_never_panics(email in ".*", password in ".*") {
            let _ = check(&register(&email, &password));
        }

        #[test]
        fn a_valid_address_stays_valid_when_normalised(local in "[a-zA-Z0-9+_-]{1,20}", domain in "[a-zA-Z0-9]{1,20}", tld in "[a-zA-Z]{2,6}") {
            let email = format!("{local}@{domain}.{tld}");
            prop_assert!(check(&register(&email, "long enough")).is_ok());
            prop_assert!(check(&register(&normalize_email(&email), "long enough")).is_ok());
        }
    }
}
