use huntaze_domain::{
    account::{LinkRequest, LinkState, LinkSubject},
    client::ClientInfo,
};

use super::{AuthError, RESEND_PAUSE, audit, check_link, find_link, in_constant_time, limits, mail_link};
use crate::{
    Core,
    db::{self, audit::AuditKind, links::Purpose},
    infra::token::hash_of,
};

/// Returns the state of a verification link. Has no side effects, because mail clients prefetch links.
///
/// # Errors
/// The link is unknown or has expired.
pub async fn check_verification_link(core: &Core, token: &str) -> Result<LinkState, AuthError> {
    check_link(core, token, Purpose::VerifyEmail).await
}

/// Verifies the address that the link was mailed to. A second use within 24 hours returns [`LinkState::AlreadyUsed`].
///
/// # Errors
/// The link is unknown or has expired.
pub async fn verify_email(core: &Core, client: &ClientInfo, token: &str) -> Result<LinkState, AuthError> {
    let hash = hash_of(token).ok_or(AuthError::LinkUnknown)?;
    let link = find_link(core, &hash, Purpose::VerifyEmail).await?;
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    // Lock the user before the link, in the same order as registration, to avoid deadlocks.
    db::users::lock_password_hash(&mut *tx, link.user_id).await?;
    let Some(user_id) = db::links::consume(&mut *tx, &hash, Purpose::VerifyEmail, now).await? else {
        tx.rollback().await?;
        return check_link(core, token, Purpose::VerifyEmail).await;
    };
    db::users::set_verified(&mut *tx, user_id, now).await?;
    audit(core, &mut *tx, client, Some(user_id), AuditKind::EmailVerified).await?;
    tx.commit().await?;
    Ok(LinkState::Valid)
}

/// Mails a new link to a user whose address is not verified yet, at most once a minute. Does nothing for any other address; the response is
/// the same.
///
/// # Errors
/// Returns an error if the input is invalid or a rate limit is exceeded; or an internal error.
pub async fn resend_verification(core: &Core, client: &ClientInfo, input: LinkRequest) -> Result<(), AuthError> {
    limits::endpoint(core, client, "resend-verification").await?;
    let subject = input.subject().map_err(AuthError::Invalid)?;
    in_constant_time(resend(core, subject)).await
}

async fn resend(core: &Core, subject: LinkSubject) -> Result<(), AuthError> {
    let Some(email) = super::subject_email(core, subject, Purpose::VerifyEmail).await? else { return Ok(()) };
    let Some(account) = db::users::find_credentials(&core.db, &email).await? else { return Ok(()) };
    let recently = core.clock.now() - RESEND_PAUSE;
    let is_done = account.email_verified_at.is_some()
        || db::links::exists_since(&core.db, account.id, Purpose::VerifyEmail, recently).await?
        || !limits::may_mail(core, "mails-verify", &email).await;
    if is_done {
        return Ok(());
    }
    let mut tx = db::begin(&core.db).await?;
    mail_link(core, &mut tx, account.id, &email, Purpose::VerifyEmail).await?;
    tx.commit().await?;
    Ok(())
}
