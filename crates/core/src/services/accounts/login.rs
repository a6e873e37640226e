use chrono::TimeDelta;
use huntaze_domain::{
    accounts::{LoginInput, Secret, normalize_email},
    client::ClientInfo,
    ids::{SessionId, UserId},
    validation,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    AccountError, Audit,
    incidents::{self, Owner},
    limits,
};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, users::Credentials},
    },
    error::chain,
    infra::{
        password::Verdict,
        token::{Token, TokenHash},
    },
};

const SESSION: TimeDelta = TimeDelta::hours(24);
const REMEMBERED_SESSION: TimeDelta = TimeDelta::days(30);

/// A newly created session.
pub struct IssuedSession {
    /// Id of the user.
    pub user_id: UserId,
    /// Id of the session.
    pub session_id: SessionId,
    /// Token for the cookie; only its hash is stored.
    pub token: Token,
    /// Validity of session and cookie.
    pub lifetime: TimeDelta,
    /// Token of a cookie by which the browser is known again; `None` if it has one.
    pub device: Option<Token>,
}

/// What a browser has of earlier sign-ins.
#[derive(Clone, Copy)]
pub struct Browser {
    /// Session that ends now.
    pub previous: Option<SessionId>,
    /// Hash of the cookie by which it is known again.
    pub device: Option<TokenHash>,
}

/// Creates a session and deletes the previous one of this browser.
///
/// # Errors
/// Returns an error if the credentials are wrong, the address is not verified, a rate limit is exceeded or the input is invalid; or an
/// internal error.
pub async fn login(core: &Core, client: &ClientInfo, input: LoginInput, browser: Browser) -> Result<IssuedSession, AccountError> {
    limits::endpoint(core, client, "login").await?;
    validation::validate(&input).map_err(AccountError::InvalidInput)?;
    let email = normalize_email(&input.email);
    limits::check_login_attempts(core, client, &email).await?;

    let account = db::accounts::users::find_credentials(&core.db, &email).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let verdict = core.passwords.verify(stored, &input.password).await?;
    let user_id = account.as_ref().map(|account| account.id);
    // Nobody else is told of attempts at an address that was never confirmed.
    let is_confirmed = account.as_ref().is_some_and(|account| account.email_verified_at.is_some());
    let Some(mut account) = account.filter(|_| verdict != Verdict::Wrong) else {
        limits::record_login_failure(core, client, &email).await;
        Audit { core, client }.record(&core.db, user_id, AuditKind::LoginFailed).await?;
        if let Some(id) = user_id.filter(|_| is_confirmed) {
            incidents::note_failure(core, client, Owner { id, email: &email });
        }
        return Err(AccountError::InvalidCredentials);
    };
    if verdict == Verdict::RightAsTyped {
        account = renew_hash(core, account, &email, &input.password).await?;
    }
    if account.email_verified_at.is_none() {
        return Err(AccountError::EmailNotVerified);
    }
    let new = NewLogin { is_persistent: input.is_persistent(), previous: browser.previous };
    let mut issued = open_session(core, client, &account, new).await?;
    // The session exists: a failure here must not cost it.
    match incidents::remember_device(core, client, Owner { id: account.id, email: &email }, browser.device).await {
        Ok(device) => issued.device = device,
        Err(error) => tracing::error!(error = chain(&error), "failed to remember the browser of a sign-in"),
    }
    Ok(issued)
}

/// Replaces a hash by one of the normal form of the password. Another sign-in may have done so, or have changed the password, in the meantime.
async fn renew_hash(core: &Core, account: Credentials, email: &str, password: &Secret) -> Result<Credentials, AccountError> {
    let fresh = core.passwords.hash(password).await?;
    if db::accounts::users::replace_password_hash(&core.db, &account, &fresh).await? {
        return Ok(Credentials { password_hash: fresh, ..account });
    }
    let account = db::accounts::users::find_credentials(&core.db, email).await?.ok_or(AccountError::InvalidCredentials)?;
    match core.passwords.verify(Some(account.password_hash.clone()), password).await? {
        Verdict::Right | Verdict::RightAsTyped => Ok(account),
        Verdict::Wrong => Err(AccountError::InvalidCredentials),
    }
}

/// How a session begins.
struct NewLogin {
    is_persistent: bool,
    /// Session that the browser had before.
    previous: Option<SessionId>,
}

async fn open_session(core: &Core, client: &ClientInfo, account: &Credentials, new: NewLogin) -> Result<IssuedSession, AccountError> {
    let user_id = account.id;
    let mut tx = db::begin(&core.db).await?;
    require_unchanged_password(&mut tx, user_id, &account.password_hash).await?;
    let replaced = match new.previous {
        Some(previous) => db::accounts::sessions::delete(&mut *tx, previous).await?,
        None => None,
    };
    let issued = insert_session(core, &mut tx, client, (user_id, new.is_persistent)).await?;
    Audit { core, client }.record(&mut *tx, Some(user_id), AuditKind::LoginSucceeded).await?;
    core.session_cache.forget(replaced.as_slice()).await;
    tx.commit().await?;
    Ok(issued)
}

/// Locks the user's row and checks that the password hash is still the one that was verified. Hashing takes time; a concurrent password
/// reset must win.
pub(super) async fn require_unchanged_password(tx: &mut PgConnection, user_id: UserId, checked: &str) -> Result<(), AccountError> {
    match db::accounts::users::lock_password_hash(tx, user_id).await? {
        Some(stored) if stored == checked => Ok(()),
        _ => Err(AccountError::InvalidCredentials),
    }
}

/// Inserts a new session in the transaction.
pub(super) async fn insert_session(
    core: &Core,
    tx: &mut PgConnection,
    client: &ClientInfo,
    (user_id, is_persistent): (UserId, bool),
) -> Result<IssuedSession, AccountError> {
    let now = core.clock.now();
    let lifetime = if is_persistent { REMEMBERED_SESSION } else { SESSION };
    let (session_id, token) = (SessionId::from(Uuid::now_v7()), Token::random()?);
    let session = db::accounts::sessions::NewSession {
        id: session_id,
        user_id,
        token_hash: &token.hash(),
        is_persistent,
        ip: &client.ip,
        user_agent: client.user_agent.as_deref(),
        now,
        expires_at: now + lifetime,
    };
    db::accounts::sessions::insert(tx, session).await?;
    Ok(IssuedSession { user_id, session_id, token, lifetime, device: None })
}

/// Deletes a session.
pub async fn logout(core: &Core, client: &ClientInfo, session_id: SessionId, user_id: UserId) -> Result<(), AccountError> {
    let mut tx = db::begin(&core.db).await?;
    let hash = db::accounts::sessions::delete(&mut *tx, session_id).await?;
    if let Some(hash) = &hash {
        db::accounts::incidents::add_signed_out(&mut *tx, user_id, hash, core.clock.now()).await?;
    }
    Audit { core, client }.record(&mut *tx, Some(user_id), AuditKind::LoggedOut).await?;
    core.session_cache.forget(hash.as_slice()).await;
    tx.commit().await?;
    Ok(())
}
