use huntaze_domain::{
    accounts::{EmailTokenRequest, EmailTokenState, EmailTokenSubject, ResetPasswordInput},
    client::ClientInfo,
    validation,
};

use super::{
    AccountError, Audit, RESEND_COOLDOWN, check_link, find_link, limits, link_state, mail_link, reject_common_password, with_min_duration,
};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, email_tokens::TokenPurpose},
    },
    infra::{mail::Message, token::hash_of},
};

/// Mails a password reset link, at most once a minute. Does nothing for an unknown address; the response is the same.
///
/// # Errors
/// Returns an error if the input is invalid or a rate limit is exceeded; or an internal error.
pub async fn request_reset(core: &Core, client: &ClientInfo, input: EmailTokenRequest) -> Result<(), AccountError> {
    limits::endpoint(core, client, "forgot-password").await?;
    let subject = input.subject().map_err(AccountError::InvalidInput)?;
    with_min_duration(mail_reset(core, client, subject)).await
}

async fn mail_reset(core: &Core, client: &ClientInfo, subject: EmailTokenSubject) -> Result<(), AccountError> {
    let Some(email) = super::subject_email(core, subject, TokenPurpose::ResetPassword).await? else { return Ok(()) };
    let Some(account) = db::accounts::users::find_credentials(&core.db, &email).await? else { return Ok(()) };
    let recently = core.clock.now() - RESEND_COOLDOWN;
    let is_done = db::accounts::email_tokens::exists_since(&core.db, account.id, TokenPurpose::ResetPassword, recently).await?
        || !limits::allow_mail(core, "mails-reset", &email).await;
    if is_done {
        return Ok(());
    }
    let mut tx = db::begin(&core.db).await?;
    mail_link(core, &mut tx, (account.id, &email), TokenPurpose::ResetPassword).await?;
    Audit { core, client }.record(&mut *tx, Some(account.id), AuditKind::PasswordResetRequested).await?;
    tx.commit().await?;
    Ok(())
}

/// Checks that a password reset link is still valid.
///
/// # Errors
/// Returns [`AccountError::LinkNotFound`], or [`AccountError::LinkExpired`] if the link was used or has expired.
pub async fn check_reset_link(core: &Core, token: &str) -> Result<(), AccountError> {
    require_valid(check_link(core, token, TokenPurpose::ResetPassword).await?)
}

/// Rejects a used link: a password reset link works once.
fn require_valid(link: EmailTokenState) -> Result<(), AccountError> {
    match link {
        EmailTokenState::Valid => Ok(()),
        EmailTokenState::AlreadyUsed => Err(AccountError::LinkExpired),
    }
}

/// Sets the new password and deletes all sessions. Also verifies the email address, because the link was mailed to it.
///
/// # Errors
/// Returns an error if the input is invalid, the link is unknown, used or expired, or a rate limit is exceeded; or an internal error.
pub async fn reset_password(core: &Core, client: &ClientInfo, input: ResetPasswordInput) -> Result<(), AccountError> {
    limits::endpoint(core, client, "reset-password").await?;
    validation::validate(&input).map_err(AccountError::InvalidInput)?;
    let hash = hash_of(input.token.expose()).ok_or(AccountError::LinkNotFound)?;
    let link = find_link(core, &hash, TokenPurpose::ResetPassword).await?;
    require_valid(link_state(core, &link)?)?;
    let email = db::accounts::users::find_email(&core.db, link.user_id).await?.ok_or(AccountError::LinkNotFound)?;
    reject_common_password(core, &input.password, &email).await?;
    let password_hash = core.passwords.hash(&input.password).await?;

    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    // Lock the user before the link, in the same order as registration, to avoid deadlocks.
    db::accounts::users::lock_password_hash(&mut *tx, link.user_id).await?;
    // Another request may have used the link while this one was hashing.
    let user_id =
        db::accounts::email_tokens::consume(&mut *tx, &hash, TokenPurpose::ResetPassword, now).await?.ok_or(AccountError::LinkExpired)?;
    db::accounts::users::set_password(&mut *tx, user_id, &password_hash, now).await?;
    db::accounts::users::set_verified(&mut *tx, user_id, now).await?;
    let ended = db::accounts::sessions::delete_all(&mut *tx, user_id).await?;
    Audit { core, client }.record(&mut *tx, Some(user_id), AuditKind::PasswordReset).await?;
    let message = Message::PasswordChanged { forgot: core.config.app.link("/forgot-password") };
    db::mail_outbox::insert(&mut *tx, &message.to(email), now).await?;
    core.session_cache.forget(&ended).await;
    tx.commit().await?;
    Ok(())
}
