use futures::{StreamExt, stream};
use uuid::Uuid;

use super::{IntegrationError, find, hold, to_the_end, tokens};
use crate::{
    domain::{
        integration::{DisconnectOutcome, FailureKind},
        platform::Platform,
    },
    server::{
        context::ClientInfo,
        db::{self, DbError, audit::AuditKind, integrations::Integration, sessions::OpenSession},
        providers::ProviderError,
        services::auth::audit,
        state::AppState,
    },
};

/// So many platforms are told at once that an account is deleted.
const AT_ONCE: usize = 4;

/// Withdraws our access at the platform, and deletes the account with its history here, whether or not the platform could be told.
///
/// # Errors
/// [`IntegrationError::Unknown`] also for somebody else's account, and where the platform is another.
pub async fn disconnect(
    state: &AppState,
    client: &ClientInfo,
    current: &OpenSession,
    platform: Option<Platform>,
    id: &str,
) -> Result<DisconnectOutcome, IntegrationError> {
    let id = find(state, current.user.id, platform, id).await?.id;
    let (state, client, user_id) = (state.clone(), client.clone(), current.user.id);
    to_the_end(async move { let_go(&state, &client, user_id, id).await }).await
}

/// Holds the account first: a reading under way could be about to replace the token that is withdrawn here.
async fn let_go(state: &AppState, client: &ClientInfo, user_id: Uuid, id: Uuid) -> Result<DisconnectOutcome, IntegrationError> {
    let integration = hold(state, user_id, id).await?;
    let is_revoked = revoke(state, &integration).await;
    let mut tx = state.db.begin().await?;
    if !db::integrations::delete(&mut *tx, integration.id, &integration.access.access).await? {
        return Err(IntegrationError::Busy);
    }
    audit(state, &mut *tx, client, Some(user_id), AuditKind::IntegrationDisconnected).await?;
    tx.commit().await?;
    Ok(if is_revoked { DisconnectOutcome::Disconnected } else { DisconnectOutcome::NotRevoked })
}

/// Withdraws our access to all accounts of a creator who leaves, as far as the platforms answer.
///
/// # Errors
/// The database does not answer.
pub async fn revoke_all(state: &AppState, user_id: Uuid) -> Result<(), DbError> {
    let integrations = db::integrations::list(&state.db, user_id).await?;
    stream::iter(&integrations)
        .for_each_concurrent(AT_ONCE, |integration| async {
            revoke(state, integration).await;
        })
        .await;
    Ok(())
}

/// Whether the platform has withdrawn our access. An access that is over needs no withdrawal.
async fn revoke(state: &AppState, integration: &Integration) -> bool {
    if matches!(integration.facts.status(state.clock.now()).1, Some(FailureKind::Revoked | FailureKind::Expired)) {
        return true;
    }
    let Some(provider) = state.providers.get(integration.provider) else { return false };
    let tokens = match tokens::open(&state.cipher, integration.id, &integration.access) {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::error!(%error, integration = %integration.id, "an access could not be decrypted");
            return false;
        }
    };
    match provider.revoke(&tokens.access).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, integration = %integration.id, "an access could not be withdrawn");
            // Nothing is left to withdraw.
            matches!(error, ProviderError::Revoked(_))
        }
    }
}
