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
    error::chain,
    providers::ProviderError,
    services::auth::audit,
};

/// Maximum number of concurrent revocations when a user account is deleted.
const AT_ONCE: usize = 4;

/// Revokes the tokens at the platform and deletes them here, whether or not the revocation succeeds; `history` says whether the data is
/// kept. For an account that is already disconnected, [`History::Delete`] deletes its kept data.
///
/// # Errors
/// Returns [`IntegrationError::Unknown`] if the account does not exist, belongs to another user, or is not of `platform`.
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
        // The account was reconnected or deleted in the meantime.
        return Err(IntegrationError::Busy);
    }
    Ok(DisconnectOutcome::HistoryDeleted)
}

/// Revokes the tokens under the lease, because a running sync could replace them in the meantime.
async fn let_go(
    core: &Core,
    client: &ClientInfo,
    user_id: Uuid,
    id: Uuid,
    history: History,
) -> Result<DisconnectOutcome, IntegrationError> {
    let integration = hold(core, user_id, id).await?;
    // Disconnected by another request while this one waited for the lease.
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

/// Revokes the tokens of all accounts of a user who deletes the user account. Failed revocations are only logged.
pub async fn revoke_all(core: &Core, user_id: Uuid) -> Result<(), DbError> {
    let integrations = db::integrations::list(&core.db, user_id).await?;
    stream::iter(&integrations)
        .for_each_concurrent(AT_ONCE, |integration| async {
            // Acquire the lease if possible, because a running sync could replace the tokens.
            let held = if integration.access.is_some() { hold(core, user_id, integration.id).await.ok() } else { None };
            revoke(core, held.as_ref().unwrap_or(integration)).await;
        })
        .await;
    Ok(())
}

/// Revokes the tokens; returns whether none of them is valid any more. Tokens that are expired or already revoked need no request.
async fn revoke(core: &Core, integration: &Integration) -> bool {
    if matches!(integration.facts.status(core.clock.now()).1, Some(FailureKind::Revoked | FailureKind::Expired)) {
        return true;
    }
    let Some(access) = &integration.access else { return true };
    let Some(provider) = core.providers.get(integration.provider) else { return false };
    let tokens = match tokens::open(&core.cipher, integration.id, access) {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::error!(error = chain(&error), integration = %integration.id, "failed to decrypt tokens");
            return false;
        }
    };
    let now = core.clock.now();
    let is_over = tokens.expires_at.is_some_and(|end| end <= now);
    let tokens = if provider.revokes_by_access_token() && is_over && provider.can_refresh(&tokens, now) {
        match provider.refresh(&tokens).await {
            Ok(fresh) => fresh,
            Err(error) => {
                tracing::warn!(error = chain(&error), integration = %integration.id, "failed to refresh access token before revocation");
                return matches!(error, ProviderError::Revoked(_));
            }
        }
    } else {
        tokens
    };
    match provider.revoke(&tokens).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error = chain(&error), integration = %integration.id, "failed to revoke tokens");
            // The platform had already revoked them.
            matches!(error, ProviderError::Revoked(_))
        }
    }
}
