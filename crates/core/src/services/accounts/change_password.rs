use huntaze_domain::{accounts::settings::ChangePasswordInput, client::ClientInfo, validation};

use super::{AccountError, Audit, IssuedSession, confirm_password, login, reject_common_password};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, sessions::ActiveSession},
    },
    infra::mail::Message,
};

/// Changes the password. Ends all sessions, creates a new one for this device, and notifies the user by mail.
///
/// # Errors
/// Returns an error if the input is invalid, the current password is wrong, or a rate limit is exceeded; or an internal error.
pub async fn change_password(
    core: &Core,
    client: &ClientInfo,
    current: &ActiveSession,
    input: ChangePasswordInput,
) -> Result<IssuedSession, AccountError> {
    validation::validate(&input).map_err(AccountError::InvalidInput)?;
    let checked = confirm_password(core, client, &current.user, ("currentPassword", &input.current_password)).await?;
    reject_common_password(core, &input.password, &current.user.email).await?;
    let password_hash = core.passwords.hash(&input.password).await?;

    let (now, user) = (core.clock.now(), &current.user);
    let mut tx = db::begin(&core.db).await?;
    login::require_unchanged_password(&mut tx, user.id, &checked).await?;
    db::accounts::users::set_password(&mut *tx, user.id, &password_hash, now).await?;
    let ended = db::accounts::sessions::delete_all(&mut *tx, user.id).await?;
    let issued = login::insert_session(core, &mut tx, client, (user.id, current.is_persistent)).await?;
    Audit { core, client }.record(&mut *tx, Some(user.id), AuditKind::PasswordChanged).await?;
    let message = Message::PasswordChanged { forgot: core.config.app.link("/forgot-password") };
    db::mail_outbox::insert(&mut *tx, &message.to(&user.email), now).await?;
    core.session_cache.forget(&ended).await;
    tx.commit().await?;
    Ok(issued)
}
