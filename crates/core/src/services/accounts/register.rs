use huntaze_domain::{
    accounts::{RegisterInput, normalize_email},
    client::ClientInfo,
    validation,
};
use uuid::Uuid;

use super::{AccountError, Audit, limits, mail_link, reject_common_password, with_min_duration};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, email_tokens::TokenPurpose, users::NewUser},
    },
    infra::mail::Message,
};

/// Creates a user who cannot log in before the email address is verified, and mails the link. Registering again before that replaces the
/// password and invalidates the older link: a link always confirms the password it was mailed for, and the newest registration counts. The
/// owner of an address that is already verified is notified by mail. If the mail limit of the address is reached, nothing is changed.
///
/// # Errors
/// Returns an error if the input is invalid or a rate limit is exceeded; or an internal error. An address that is already registered is not
/// an error.
pub async fn register(core: &Core, client: &ClientInfo, input: RegisterInput) -> Result<(), AccountError> {
    limits::endpoint(core, client, "register").await?;
    validation::validate(&input).map_err(AccountError::InvalidInput)?;
    let email = normalize_email(&input.email);
    reject_common_password(core, &input.password, &email).await?;
    let password_hash = core.passwords.hash(&input.password).await?;
    if !limits::allow_mail(core, "mails-register", &email).await {
        tracing::warn!("mail limit for one address reached: registration ignored");
        return with_min_duration(async { Ok(()) }).await;
    }
    with_min_duration(save(core, client, &email, &password_hash)).await
}

async fn save(core: &Core, client: &ClientInfo, email: &str, password_hash: &str) -> Result<(), AccountError> {
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    let user = NewUser { id: Uuid::now_v7().into(), email, password_hash, now };
    let saved = db::accounts::users::upsert_unverified(&mut *tx, &user).await?;
    if let Some(user_id) = saved {
        mail_link(core, &mut tx, (user_id, email), TokenPurpose::VerifyEmail).await?;
        Audit { core, client }.record(&mut *tx, Some(user_id), AuditKind::Registered).await?;
    } else {
        let message = Message::AlreadyRegistered { login: core.config.app.link("/login") };
        db::mail_outbox::insert(&mut *tx, &message.to(email), now).await?;
    }
    tx.commit().await?;
    Ok(())
}
