use huntaze_domain::{client::ClientInfo, settings::ChangePasswordInput, validation};

use super::{AuthError, SignedIn, audit, confirm_password, login, refuse_common};
use crate::{
    Core,
    db::{self, audit::AuditKind, sessions::OpenSession},
    infra::mail::Message,
};

/// Replaces the password. This device gets a new session, all others are signed out, and the owner is told by mail.
///
/// # Errors
/// Invalid input, the current password is wrong, too many attempts, or a fault of ours.
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
    core.due_bell.notify_one();
    Ok(signed_in)
}
