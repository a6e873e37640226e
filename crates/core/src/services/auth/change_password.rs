use huntaze_domain::{client::ClientInfo, settings::ChangePasswordInput, validation};

use super::{AuthError, SignedIn, audit, confirm_password, login, refuse_common};
use crate::{
    Core,
    db::{self, audit::AuditKind, sessions::OpenSession},
    infra::mail::Message,
};

/// Changes the password. Ends all sessions, creates a new one for this device, and notifies the user by mail.
///
/// # Errors
/// Returns an error if the input is invalid, the current password is wrong, or a rate limit is exceeded; or an internal error.
pub async fn change_password(
    core: &Core,
    client: &ClientInfo,
    current: &OpenSession,
    input: ChangePasswordInput,
) -> Result<SignedIn, AuthError> {
    validation::check(&input).map_err(AuthError::Invalid)?;
    let checked = confirm_password(core, client, &current.user, &input.current_password, "currentPassword").await?;
    refuse_common(core, &input.password, &current.user.email).await?;
    let password_hash = core.passwords.hash(&input.password).await?;

    let (now, user) = (core.clock.now(), &current.user);
    let mut tx = db::begin(&core.db).await?;
    login::require_unchanged_password(&mut tx, user.id, &checked).await?;
    db::users::set_password(&mut *tx, user.id, &password_hash, now).await?;
    db::sessions::delete_all(&mut *tx, user.id).await?;
    let signed_in = login::insert_session(core, &mut tx, client, user.id, current.remembered).await?;
    audit(core, &mut *tx, client, Some(user.id), AuditKind::PasswordChanged).await?;
    let message = Message::PasswordChanged { forgot: core.config.app.link("/forgot-password") };
    db::outbox::insert(&mut *tx, &message.to(&user.email), now).await?;
    tx.commit().await?;
    Ok(signed_in)
}
