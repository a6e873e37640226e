//! User accounts: credentials, roles, plans and the validation of what users enter.

pub mod security;
pub mod settings;

use std::fmt;

use garde::Validate;
use serde::{Deserialize, Serialize};

use super::string_enum::string_enum;
use crate::{
    ids::UserId,
    text::normalize_password,
    validation::{FieldError, Rules, field_error},
};

/// Minimum length of a password in characters.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// Maximum length of a password in characters: enough for any password manager, short enough to hash.
pub const MAX_PASSWORD_CHARS: usize = 128;
/// Maximum length of an e-mail address in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets).
pub const MAX_EMAIL_BYTES: usize = 254;

/// Text that must not be logged, such as passwords and the tokens of mailed links. `Debug` prints a placeholder.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret text. The conspicuous name makes every use easy to find.
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

/// `POST /api/auth/register`: creates an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct RegisterInput {
    /// E-mail address in any spelling; normalized by [`normalize_email`] before it is stored.
    #[garde(custom(valid_email))]
    pub email: String,
    /// New password, 8 to 128 characters.
    #[garde(custom(valid_new_password))]
    pub password: Secret,
}

/// `POST /api/auth/login`: signs a user in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct LoginInput {
    /// E-mail address in any spelling.
    #[garde(custom(valid_email))]
    pub email: String,
    /// Password as typed. The minimum length is not checked, because the rules may have been different when it was set.
    #[garde(custom(some_password))]
    pub password: Secret,
    /// `"true"` or `"on"` makes the session persistent, for 30 days.
    #[garde(skip)]
    pub remember_me: String,
    /// Path to redirect to after sign-in.
    #[garde(skip)]
    pub next: String,
}

impl LoginInput {
    /// Returns whether a persistent session is requested: forms send `on`, JSON clients `true`.
    pub fn is_persistent(&self) -> bool {
        matches!(self.remember_me.as_str(), "on" | "true")
    }
}

/// `POST /api/auth/resend-verification` and `/forgot-password`: requests a new mailed link, by address or by the token of an expired link.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EmailTokenRequest {
    /// E-mail address; ignored if there is a token.
    pub email: String,
    /// Token of an expired link; empty if the user enters an address instead.
    pub token: Secret,
}

impl EmailTokenRequest {
    /// Returns the subject of the new link; the token takes precedence over the address.
    ///
    /// # Errors
    /// The address is invalid, and there is no token.
    pub fn subject(&self) -> Result<EmailTokenSubject, super::validation::FieldErrors> {
        if !self.token.expose().is_empty() {
            return Ok(EmailTokenSubject::Token(self.token.clone()));
        }
        match check_email(&self.email) {
            Ok(()) => Ok(EmailTokenSubject::Email(normalize_email(&self.email))),
            Err(error) => Err(field_error("email", error)),
        }
    }
}

/// Identifies the user who requests a new link.
#[derive(Debug, Clone)]
pub enum EmailTokenSubject {
    /// Normalized e-mail address.
    Email(String),
    /// Token of an earlier link of the same kind.
    Token(Secret),
}

/// `POST /api/auth/reset-password`: sets a new password.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct ResetPasswordInput {
    /// Token of the mailed link.
    #[garde(skip)]
    pub token: Secret,
    /// New password, 8 to 128 characters.
    #[garde(custom(valid_new_password))]
    pub password: Secret,
}

/// State of the token of a mailed link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailTokenState {
    /// The token can be used.
    Valid,
    /// The token was used in the last 24 hours, and its action has been carried out.
    AlreadyUsed,
}

/// Response to every request that sends a mail. It is the same whether or not the address is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// The user should check their mailbox.
    CheckEmail,
}

/// Response body with a single field: `{"status": …}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusView<T> {
    /// Outcome of the request.
    pub status: T,
}

impl<T> From<T> for StatusView<T> {
    fn from(status: T) -> Self {
        Self { status }
    }
}

/// The signed-in user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUser {
    /// Id of the user, a `UUIDv7`.
    pub id: UserId,
    /// Normalized e-mail address.
    pub email: String,
    /// Display name; `None` if the user has not set one.
    pub name: Option<String>,
    /// Role of the user.
    pub role: Role,
    /// Plan of the user.
    pub plan: Plan,
}

impl CurrentUser {
    /// Returns the name, or the part of the address before the `@`.
    pub fn display_name(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.email.split('@').next().unwrap_or_default())
    }

    /// Returns the first letter of the display name in upper case, for the avatar.
    pub fn initial(&self) -> String {
        self.display_name().chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default()
    }
}

/// Role of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// A regular user.
    User,
    /// An admin.
    Admin,
}

string_enum! {
    /// Plan of a user.
    Plan {
        /// 100 AI requests per month.
        Free = "FREE";
        /// 1000 AI requests per month.
        Pro = "PRO";
        /// No monthly quota.
        Premium = "PREMIUM";
    }
}

/// Normalizes an e-mail address: trims it and converts it to lower case, so that each address has one spelling.
pub fn normalize_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Rules of an e-mail address. The pattern leaves out limits of length, and that a top-level domain is no number.
pub const EMAIL_RULES: Rules = Rules {
    pattern: Some((
        r"[A-Za-z0-9!#$%&'*+\/=?^_`\{\|\}~\-]+(\.[A-Za-z0-9!#$%&'*+\/=?^_`\{\|\}~\-]+)*@([A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9\-]{0,61}[A-Za-z0-9]",
        FieldError::EmailInvalid,
    )),
    ..Rules::required(FieldError::EmailMissing)
};
/// Rules of a password that exists. The minimum length may have been different when it was set.
pub const PASSWORD_RULES: Rules =
    Rules { max_chars: Some((MAX_PASSWORD_CHARS, FieldError::PasswordTooLong)), ..Rules::required(FieldError::PasswordMissing) };
/// Rules of a new password, which must not be easy to guess either.
pub const NEW_PASSWORD_RULES: Rules = Rules { min_chars: Some((MIN_PASSWORD_CHARS, FieldError::PasswordTooShort)), ..PASSWORD_RULES };

/// Checks that a mail server could accept the address: `local@domain.tld`, ASCII, no spaces, no empty parts.
///
/// Only a mail can verify that the address exists.
fn check_email(email: &str) -> Result<(), FieldError> {
    let email = email.trim();
    EMAIL_RULES.check(email)?;
    if email.len() <= MAX_EMAIL_BYTES && looks_like_email(email) { Ok(()) } else { Err(FieldError::EmailInvalid) }
}

fn valid_email(email: &str, (): &()) -> garde::Result {
    Ok(check_email(email)?)
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
    Ok(PASSWORD_RULES.check(password.expose())?)
}

pub(super) fn valid_new_password(password: &Secret, (): &()) -> garde::Result {
    Ok(NEW_PASSWORD_RULES.check(&normalize_password(password.expose()))?)
}

/// Estimated strength of a password, with advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordStrength {
    /// Score of zxcvbn, from 0 (too guessable) to 4 (very unguessable).
    pub score: u8,
    /// Main weakness; `None` if there is none.
    pub warning: Option<String>,
    /// Ways to make the password stronger.
    pub suggestions: Vec<String>,
}

/// `POST /api/auth/password-strength`: estimates the strength of a password.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PasswordStrengthInput {
    /// Password to check; neither stored nor logged.
    pub password: Secret,
    /// E-mail address of the user; parts of it in the password lower the score.
    pub email: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::validate;
    use proptest::prelude::*;

    fn register(email: &str, password: &str) -> RegisterInput {
        RegisterInput { email: email.to_owned(), password: password.to_owned().into() }
    }

    #[test]
    fn check_accepts_valid_email_addresses() {
        for email in ["a@b.co", " Ada.Lovelace+x@Example.COM ", "o'neil@sub.example.org", "x_y-z@example.museum", "1@2.io"] {
            assert_eq!(validate(&register(email, "long enough")), Ok(()), "{email}");
        }
    }

    #[test]
    fn check_of_invalid_email_names_the_field() {
        let long = format!("{}@example.com", "a".repeat(65));
        for email in
            ["", "a", "a@b", "@b.co", "a@", "a b@c.de", "a..b@c.de", ".a@c.de", "a@-c.de", "a@c..de", "a@b.c", "a@1.2", "a@b.co\0", &long]
        {
            let errors = validate(&register(email, "long enough")).expect_err(email);
            assert_eq!(errors.keys().collect::<Vec<_>>(), ["email"], "{email}");
        }
    }

    #[test]
    fn password_length_is_counted_in_characters() {
        assert!(validate(&register("a@b.co", "éééééééé")).is_ok());
        assert!(validate(&register("a@b.co", "ééééééé")).is_err());
        assert!(validate(&register("a@b.co", &"é".repeat(128))).is_ok());
        assert!(validate(&register("a@b.co", &"é".repeat(129))).is_err());
    }

    #[test]
    fn check_reports_all_invalid_fields() {
        let errors = validate(&register("nope", "short")).expect_err("both fields are invalid");
        assert_eq!(errors["email"], FieldError::EmailInvalid);
        assert_eq!(errors["password"], FieldError::PasswordTooShort);
    }

    #[test]
    fn debug_of_secret_hides_the_text() {
        assert!(!format!("{:?}", register("a@b.co", "hunter2 hunter2")).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn normalize_email_is_idempotent(email in "\\PC{0,40}") {
            let once = normalize_email(&email);
            prop_assert_eq!(normalize_email(&once), once.clone());
        }

        #[test]
        fn check_of_any_text_does_not_panic(email in ".*", password in ".*") {
            let _ = validate(&register(&email, &password));
        }

        #[test]
        fn normalize_email_keeps_address_valid(local in "[a-zA-Z0-9+_-]{1,20}", domain in "[a-zA-Z0-9]{1,20}", tld in "[a-zA-Z]{2,6}") {
            let email = format!("{local}@{domain}.{tld}");
            prop_assert!(validate(&register(&email, "long enough")).is_ok());
            prop_assert!(validate(&register(&normalize_email(&email), "long enough")).is_ok());
        }
    }
}
