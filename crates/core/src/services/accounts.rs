//! User accounts: registration, email verification, login and logout, password change and reset.
//!
//! Responses do not reveal whether an address is registered: they are the same for known and unknown addresses, and take the same time.

mod change_password;
pub mod incidents;
mod limits;
mod login;
mod password_reset;
mod profile;
mod register;
mod sessions;
mod verification;

use std::{future::Future, time::Duration};

use chrono::TimeDelta;
use huntaze_domain::{
    accounts::{CurrentUser, EmailTokenState, EmailTokenSubject, PasswordStrength, PasswordStrengthInput, Secret},
    client::ClientInfo,
    ids::UserId,
    string_enum::StringEnum,
    validation::{FieldError, FieldErrors, field_error},
};
use sqlx::PgConnection;

use crate::{
    Core,
    db::{
        self, DbError,
        accounts::{
            audit::AuditKind,
            email_tokens::{EmailToken, NewEmailToken, TokenPurpose},
        },
    },
    error::{InternalError, chain, internal_errors},
    infra::{
        mail::Message,
        password::{PasswordError, Verdict},
        rate_limiter::Decision,
        token::{Token, TokenHash, hash_of},
    },
};

pub use change_password::change_password;
pub use login::{Browser, IssuedSession, login, logout};
pub use password_reset::{check_reset_link, request_reset, reset_password};
pub use profile::{Export, delete, export, update_profile};
pub use register::register;
pub use sessions::{list_sessions, note_closed_session, open_session, revoke_session, security_events};
pub use verification::{check_verification_link, resend_verification, verify_email};

/// Validity of a link that verifies an email address.
pub const VERIFY_LIFETIME: TimeDelta = TimeDelta::hours(24);
/// Validity of a password reset link.
pub const RESET_LIFETIME: TimeDelta = TimeDelta::hours(1);
/// Minimum time between two mails of the same kind to one account.
pub const RESEND_COOLDOWN: TimeDelta = TimeDelta::seconds(60);

/// Errors of authentication and account operations.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The input failed validation; holds the errors by field name.
    #[error("invalid input")]
    InvalidInput(FieldErrors),
    /// Unknown address or wrong password; the caller must not learn which.
    #[error("invalid credentials")]
    InvalidCredentials,
    /// The password is right, but the email address is not verified.
    #[error("e-mail not verified")]
    EmailNotVerified,
    /// There is no such link, or a newer one has replaced it.
    #[error("link not found")]
    LinkNotFound,
    /// The link has expired or was already used.
    #[error("link expired or already used")]
    LinkExpired,
    /// The user has no such session.
    #[error("session not found")]
    SessionNotFound,
    /// The rate limit is exceeded; retry after this many seconds.
    #[error("rate limited for {0} s")]
    RateLimited(u32),
    /// More passwords are being hashed than the server has room for.
    #[error("busy")]
    Busy,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

impl From<PasswordError> for AccountError {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self::Busy,
            error @ PasswordError::Hashing(_) => Self::Internal(InternalError::new(error)),
        }
    }
}

internal_errors!(AccountError: DbError, sqlx::Error, getrandom::Error, tokio::task::JoinError);

/// Estimates the strength of a password.
///
/// # Errors
/// Returns [`AccountError::RateLimited`], or [`AccountError::Busy`] if the hashing threads are busy.
pub async fn password_strength(core: &Core, client: &ClientInfo, input: PasswordStrengthInput) -> Result<PasswordStrength, AccountError> {
    limits::strength(core, client).await?;
    Ok(core.passwords.strength(&input.password, &input.email).await?)
}

/// Verifies the password of a logged-in user before an irreversible operation; returns its hash. A wrong password is reported as an error
/// of the field that it was entered in.
pub(super) async fn confirm_password(
    core: &Core,
    client: &ClientInfo,
    user: &CurrentUser,
    (field, password): (&str, &Secret),
) -> Result<String, AccountError> {
    // A user with a session does not wait for guesses from elsewhere.
    limits::check_failures(core, client, &user.email).await?;
    let stored = db::accounts::users::find_credentials(&core.db, &user.email).await?.map(|account| account.password_hash);
    let verdict = core.passwords.verify(stored.clone(), password).await?;
    if let Some(stored) = stored.filter(|_| verdict != Verdict::Wrong) {
        return Ok(stored);
    }
    limits::record_login_failure(core, client, &user.email).await;
    Err(AccountError::InvalidInput(field_error(field, FieldError::PasswordWrong)))
}

/// Rejects a new password that is easy to guess.
async fn reject_common_password(core: &Core, password: &Secret, email: &str) -> Result<(), AccountError> {
    if !core.passwords.is_common(password, email).await? {
        return Ok(());
    }
    Err(AccountError::InvalidInput(field_error("password", FieldError::PasswordCommon)))
}

/// Creates a link that replaces the user's older one of the same purpose, and enqueues its mail.
async fn mail_link(
    core: &Core,
    tx: &mut PgConnection,
    (user_id, email): (UserId, &str),
    purpose: TokenPurpose,
) -> Result<(), AccountError> {
    let now = core.clock.now();
    let token = Token::random()?;
    let (lifetime, page) = match purpose {
        TokenPurpose::VerifyEmail => (VERIFY_LIFETIME, "/verify-email"),
        TokenPurpose::ResetPassword => (RESET_LIFETIME, "/reset-password"),
    };
    let new = NewEmailToken { token_hash: &token.hash(), user_id, purpose, created_at: now, expires_at: now + lifetime };
    db::accounts::email_tokens::upsert(&mut *tx, &new).await?;
    let link = core.config.app.link(&format!("{page}?token={}", token.text()));
    let message = match purpose {
        TokenPurpose::VerifyEmail => Message::Verify { link },
        TokenPurpose::ResetPassword => Message::Reset { link },
    };
    Ok(db::mail_outbox::insert(tx, &message.to(email), now).await?)
}

/// Returns the state of the link with this token.
async fn check_link(core: &Core, token: &str, purpose: TokenPurpose) -> Result<EmailTokenState, AccountError> {
    let hash = hash_of(token).ok_or(AccountError::LinkNotFound)?;
    link_state(core, &find_link(core, &hash, purpose).await?)
}

async fn find_link(core: &Core, hash: &TokenHash, purpose: TokenPurpose) -> Result<EmailToken, AccountError> {
    db::accounts::email_tokens::find(&core.db, hash, purpose).await?.ok_or(AccountError::LinkNotFound)
}

fn link_state(core: &Core, link: &EmailToken) -> Result<EmailTokenState, AccountError> {
    let now = core.clock.now();
    match link.used_at {
        Some(used_at) if now < used_at + VERIFY_LIFETIME => Ok(EmailTokenState::AlreadyUsed),
        None if now < link.expires_at => Ok(EmailTokenState::Valid),
        _ => Err(AccountError::LinkExpired),
    }
}

/// Returns the address that a new link is requested for; `None` if there is no such user.
async fn subject_email(core: &Core, subject: EmailTokenSubject, purpose: TokenPurpose) -> Result<Option<String>, DbError> {
    let token = match subject {
        EmailTokenSubject::Email(email) => return Ok(Some(email)),
        EmailTokenSubject::Token(token) => token,
    };
    let Some(hash) = hash_of(token.expose()) else { return Ok(None) };
    let Some(link) = db::accounts::email_tokens::find(&core.db, &hash, purpose).await? else { return Ok(None) };
    db::accounts::users::find_email(&core.db, link.user_id).await
}

/// The audit log, for what one client does.
pub(super) struct Audit<'a> {
    pub core: &'a Core,
    pub client: &'a ClientInfo,
}

impl Audit<'_> {
    /// Inserts an event with the client's address and user agent.
    pub async fn record(&self, db: impl sqlx::PgExecutor<'_>, user_id: Option<UserId>, kind: AuditKind) -> Result<(), DbError> {
        self.record_about(db, user_id, (kind, None)).await
    }

    /// Inserts an event, and what it is about.
    pub async fn record_about(
        &self,
        db: impl sqlx::PgExecutor<'_>,
        user_id: Option<UserId>,
        (kind, subject): (AuditKind, Option<&str>),
    ) -> Result<(), DbError> {
        let Self { core, client } = self;
        metrics::counter!("business_events_total", "event" => kind.as_str()).increment(1);
        let event = db::accounts::audit::NewEvent {
            user_id,
            kind,
            subject,
            ip: &client.ip,
            user_agent: client.user_agent.as_deref(),
            request_id: &client.request_id,
            now: core.clock.now(),
        };
        db::accounts::audit::insert(db, event).await
    }
}

/// Records that a file was refused. A failure is only logged.
pub async fn note_refused_upload(core: &Core, client: &ClientInfo, user_id: UserId) {
    if let Err(error) = (Audit { core, client }).record(&core.db, Some(user_id), AuditKind::UploadRefused).await {
        tracing::error!(error = chain(&error), "failed to record a refused upload");
    }
}

/// Delays the response to a minimum duration that is longer than `work` takes, so that its timing does not reveal whether an address is
/// registered.
async fn with_min_duration<T>(work: impl Future<Output = T>) -> T {
    const MIN_DURATION: Duration = Duration::from_millis(100);
    tokio::join!(work, tokio::time::sleep(MIN_DURATION)).0
}

fn allowed(decision: Decision) -> Result<(), AccountError> {
    decision.allowed().map_err(AccountError::RateLimited)
}
