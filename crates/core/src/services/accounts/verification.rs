use huntaze_domain::{
    accounts::{EmailTokenRequest, EmailTokenState, EmailTokenSubject},
    client::ClientInfo,
};

use super::{AccountError, Audit, RESEND_COOLDOWN, check_link, find_link, limits, mail_link, with_min_duration};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, email_tokens::TokenPurpose},
    },
    infra::token::hash_of,
};

/// Returns the state of a verification link. Has no side effects, because mail clients prefetch links.
///
/// # Errors
/// The link is unknown or has expired.
pub async fn check_verification_link(core: &Core, token: &str) -> Result<EmailTokenState, AccountError> {
    check_link(core, token, TokenPurpose::VerifyEmail).await
}

/// Verifies the address that the link was mailed to. A second use within 24 hours returns [`EmailTokenState::AlreadyUsed`].
///
/// # Errors
/// The link is unknown or has expired.
pub async fn verify_email(core: &Core, client: &ClientInfo, token: &str) -> Result<EmailTokenState, AccountError> {
    let hash = hash_of(token).ok_or(AccountError::LinkNotFound)?;
    let link = find_link(core, &hash, TokenPurpose::VerifyEmail).await?;
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    // Lock the user before the link, in the same order as registration, to avoid deadlocks.
    db::accounts::users::lock_password_hash(&mut *tx, link.user_id).await?;
    let Some(user_id) = db::accounts::email_tokens::consume(&mut *tx, &hash, TokenPurpose::VerifyEmail, now).await? else {
        tx.rollback().await?;
        return check_link(core, token, TokenPurpose::VerifyEmail).await;
    };
    db::accounts::users::set_verified(&mut *tx, user_id, now).await?;
    Audit { core, client }.record(&mut *tx, Some(user_id), AuditKind::EmailVerified).await?;
    tx.commit().await?;
    Ok(EmailTokenState::Valid)
}

/// Mails a new link to a user whose address is not verified yet, at most once a minute. Does nothing for any other address; the response is
/// the same.
///
/// # Errors
/// Returns an error if the input is invalid or a rate limit is exceeded; or an internal error.
pub async fn resend_verification(core: &Core, client: &ClientInfo, input: EmailTokenRequest) -> Result<(), AccountError> {
    limits::endpoint(core, client, "resend-verification").await?;
    let subject = input.subject().map_err(AccountError::InvalidInput)?;
    with_min_duration(resend(core, subject)).await
}

async fn resend(core: &Core, subject: EmailTokenSubject) -> Result<(), AccountError> {
    let Some(email) = super::subject_email(core, subject, TokenPurpose::VerifyEmail).await? else { return Ok(()) };
    let Some(account) = db::accounts::users::find_credentials(&core.db, &email).await? else { return Ok(()) };
    let recently = core.clock.now() - RESEND_COOLDOWN;
    let is_done = account.email_verified_at.is_some()
        || db::accounts::email_tokens::exists_since(&core.db, account.id, TokenPurpose::VerifyEmail, recently).await?
        || !limits::allow_mail(core, "mails-verify", &email).await;
    if is_done {
        return Ok(());
    }
    let mut tx = db::begin(&core.db).await?;
    mail_link(core, &mut tx, (account.id, &email), TokenPurpose::VerifyEmail).await?;
    tx.commit().await?;
    Ok(())
}
