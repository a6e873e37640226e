use futures::{StreamExt, stream};
use huntaze_domain::{
    client::ClientInfo,
    integration::{DisconnectOutcome, EventKind, FailureKind, History},
    platform::Platform,
};
use uuid::Uuid;

use super::{IntegrationError, find, hold, to_the_end, tokens};
use crate::{
    Core,
    db::{self, DbError, audit::AuditKind, integrations::Integration, sessions::OpenSession},
    providers::ProviderError,
    services::auth::audit,
};

/// So many platforms are told at once that an account is deleted.
const AT_ONCE: usize = 4;

/// Withdraws our access at the platform, and forgets it here, whether or not the platform could be told; the history stays or goes. What was
/// kept of an account that is connected no more can be deleted the same way.
///
/// # Errors
/// [`IntegrationError::Unknown`] also for somebody else's account, and where the platform is another.
pub async fn disconnect(
    core: &Core,
    client: &ClientInfo,
    current: &OpenSession,
    platform: Option<Platform>,
    id: &str,
    history: History,
) -> Result<DisconnectOutcome, IntegrationError> {
    let found = find(core, current.user.id, platform, id).await?;
    if found.disconnected_at.is_some() {
        return match history {
            History::Keep => Ok(DisconnectOutcome::Disconnected),
            History::Delete => delete_history(core, found.id).await,
        };
    }
    let (worker, client, user_id) = (core.clone(), client.clone(), current.user.id);
    to_the_end(&core.tasks, async move { let_go(&worker, &client, user_id, found.id, history).await }).await
}

async fn delete_history(core: &Core, id: Uuid) -> Result<DisconnectOutcome, IntegrationError> {
    if !db::integrations::delete(&core.db, id, None).await? {
        // Connected again in the meantime, or gone.
        return Err(IntegrationError::Busy);
    }
    Ok(DisconnectOutcome::HistoryDeleted)
}

/// Holds the account first: a reading under way could be about to replace the token that is withdrawn here.
async fn let_go(
    core: &Core,
    client: &ClientInfo,
    user_id: Uuid,
    id: Uuid,
    history: History,
) -> Result<DisconnectOutcome, IntegrationError> {
    let integration = hold(core, user_id, id).await?;
    // Disconnected by somebody else while this waited.
    let Some(access) = &integration.access else { return Err(IntegrationError::Unknown) };
    let is_revoked = revoke(core, &integration).await;
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    let is_done = match history {
        History::Keep => db::integrations::forget_access(&mut *tx, id, &access.access, now).await?,
        History::Delete => db::integrations::delete(&mut *tx, id, Some(&access.access)).await?,
    };
    if !is_done {
        return Err(IntegrationError::Busy);
    }
    db::integration_events::insert(&mut *tx, id, EventKind::Disconnected, None, now).await?;
    audit(core, &mut *tx, client, Some(user_id), AuditKind::IntegrationDisconnected).await?;
    tx.commit().await?;
    Ok(if is_revoked { DisconnectOutcome::Disconnected } else { DisconnectOutcome::NotRevoked })
}

/// Withdraws our access to all accounts of a creator who leaves, as far as the platforms answer.
///
/// # Errors
/// The database does not answer.
pub async fn revoke_all(core: &Core, user_id: Uuid) -> Result<(), DbError> {
    let integrations = db::integrations::list(&core.db, user_id).await?;
    stream::iter(&integrations)
        .for_each_concurrent(AT_ONCE, |integration| async {
            // Held first, as far as that is possible: a reading under way could be about to replace the token.
            let held = if integration.access.is_some() { hold(core, user_id, integration.id).await.ok() } else { None };
            revoke(core, held.as_ref().unwrap_or(integration)).await;
        })
        .await;
    Ok(())
}

/// Whether the platform has withdrawn our access. An access that is over needs no withdrawal.
async fn revoke(core: &Core, integration: &Integration) -> bool {
    if matches!(integration.facts.status(core.clock.now()).1, Some(FailureKind::Revoked | FailureKind::Expired)) {
        return true;
    }
    let Some(access) = &integration.access else { return true };
    let Some(provider) = core.providers.get(integration.provider) else { return false };
    let tokens = match tokens::open(&core.cipher, integration.id, access) {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::error!(%error, integration = %integration.id, "an access could not be decrypted");
            return false;
        }
    };
    let now = core.clock.now();
    let is_over = tokens.expires_at.is_some_and(|end| end <= now);
    let tokens = if provider.revokes_by_access_token() && is_over && provider.can_refresh(&tokens, now) {
        match provider.refresh(&tokens).await {
            Ok(fresh) => fresh,
            Err(error) => {
                tracing::warn!(%error, integration = %integration.id, "an access could not be renewed to be withdrawn");
                return matches!(error, ProviderError::Revoked(_));
            }
        }
    } else {
        tokens
    };
    match provider.revoke(&tokens).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, integration = %integration.id, "an access could not be withdrawn");
            // Nothing is left to withdraw.
            matches!(error, ProviderError::Revoked(_))
        }
    }
}
