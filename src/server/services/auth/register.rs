use uuid::Uuid;

use super::{AuthError, audit, limits, mail_link, refuse_common};
use crate::{
    domain::{
        account::{RegisterInput, normalize_email},
        validation,
    },
    server::{
        context::ClientInfo,
        db::{self, audit::AuditKind, links::Purpose},
        infra::mail::Message,
        state::AppState,
    },
};

/// Creates an account that cannot sign in before its address is verified, and mails the link. Registering again before that replaces
/// the password and voids the older link, so nobody can set a password for an address that is not theirs and wait. The owner of a
/// verified account is told by mail.
///
/// # Errors
/// Invalid input, too many attempts, or a fault of ours. An address that is taken is none.
pub async fn register(state: &AppState, client: &ClientInfo, input: RegisterInput) -> Result<(), AuthError> {
    limits::endpoint(state, client, "register").await?;
    validation::check(&input).map_err(AuthError::Invalid)?;
    let email = normalize_email(&input.email);
    refuse_common(state, &input.password, &email).await?;
    let password_hash = state.passwords.hash(&input.password).await?;
    let may_mail = limits::may_mail(state, &email).await;

    let now = state.clock.now();
    let mut tx = state.db.begin().await?;
    let saved = db::users::upsert_unverified(&mut *tx, Uuid::now_v7(), &email, &password_hash, now).await?;
    match saved {
        Some(user_id) if may_mail => mail_link(state, &mut tx, user_id, &email, Purpose::VerifyEmail).await?,
        None if may_mail => {
            let message = Message::AlreadyRegistered { login: state.config.app.link("/login") };
            db::outbox::insert(&mut *tx, &message.to(&email), now).await?;
        }
        _ => tracing::warn!("too many mails to one address: none was sent"),
    }
    if let Some(user_id) = saved {
        audit(state, &mut *tx, client, Some(user_id), AuditKind::Registered).await?;
    }
    tx.commit().await?;
    state.outbox_bell.notify_one();
    Ok(())
}
