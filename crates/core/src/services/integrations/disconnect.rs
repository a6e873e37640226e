use futures::{StreamExt, stream};
use huntaze_domain::{
    client::ClientInfo,
    ids::{IntegrationId, Owned, UserId},
    integrations::{DataRetention, DisconnectOutcome, FailureKind, IntegrationEventKind},
    platform::Platform,
};

use super::{IntegrationError, acquire_lease, find, run_to_completion, tokens};
use crate::{
    Core,
    db::{
        self, DbError,
        accounts::{audit::AuditKind, sessions::ActiveSession},
        integrations::{Integration, events::NewIntegrationEvent},
    },
    error::chain,
    providers::ProviderError,
    services::accounts::Audit,
};

/// Maximum number of concurrent revocations when a user account is deleted.
const MAX_CONCURRENCY: usize = 4;

/// An account to be disconnected.
#[derive(Debug, Clone, Copy)]
pub struct Disconnect<'a> {
    /// Id as in the request.
    pub id: &'a str,
    /// Platform that the account must be of; `None` if the request does not name it.
    pub platform: Option<Platform>,
    /// Whether the data is kept.
    pub retention: DataRetention,
}

/// Revokes the tokens at the platform and deletes them here, whether or not the revocation succeeds. For an account that is already disconnected, [`DataRetention::Delete`] deletes its kept data.
///
/// # Errors
/// Returns [`IntegrationError::NotFound`] if the account does not exist, belongs to another user, or is not of `platform`.
pub async fn disconnect(
    core: &Core,
    client: &ClientInfo,
    current: &ActiveSession,
    account: Disconnect<'_>,
) -> Result<DisconnectOutcome, IntegrationError> {
    let Disconnect { id, platform, retention } = account;
    let found = find(core, current.user.id, platform, id).await?;
    if found.disconnected_at.is_some() {
        return match retention {
            DataRetention::Keep => Ok(DisconnectOutcome::Disconnected),
            DataRetention::Delete => delete_data(core, Owned { user_id: current.user.id, id: found.id }).await,
        };
    }
    let (worker, client, user_id) = (core.clone(), client.clone(), current.user.id);
    run_to_completion(&core.tasks, async move { disconnect_leased(&worker, &client, Owned { user_id, id: found.id }, retention).await })
        .await
}

async fn delete_data(core: &Core, Owned { user_id, id }: Owned<IntegrationId>) -> Result<DisconnectOutcome, IntegrationError> {
    let change = core.data_cache.change(user_id);
    if !db::integrations::delete(&core.db, id, None).await? {
        // The account was reconnected or deleted in the meantime.
        return Err(IntegrationError::Busy);
    }
    change.done().await;
    Ok(DisconnectOutcome::DataDeleted)
}

/// Revokes the tokens under the lease, because a running sync could replace them in the meantime.
async fn disconnect_leased(
    core: &Core,
    client: &ClientInfo,
    Owned { user_id, id }: Owned<IntegrationId>,
    retention: DataRetention,
) -> Result<DisconnectOutcome, IntegrationError> {
    let integration = acquire_lease(core, user_id, id).await?;
    // Disconnected by another request while this one waited for the lease.
    let Some(access) = &integration.access else { return Err(IntegrationError::NotFound) };
    let is_revoked = revoke(core, &integration).await;
    let now = core.clock.now();
    let mut tx = db::begin(&core.db).await?;
    let is_done = match retention {
        DataRetention::Keep => db::integrations::clear_tokens(&mut *tx, id, &access.access, now).await?,
        DataRetention::Delete => db::integrations::delete(&mut *tx, id, Some(&access.access)).await?,
    };
    if !is_done {
        return Err(IntegrationError::Busy);
    }
    let event = NewIntegrationEvent { integration_id: id, kind: IntegrationEventKind::Disconnected, failure: None, now };
    db::integrations::events::insert(&mut *tx, event).await?;
    let account = huntaze_texts::integrations::account(integration.provider, &integration.account_name);
    Audit { core, client }.record_about(&mut *tx, Some(user_id), (AuditKind::IntegrationDisconnected, Some(&account))).await?;
    let change = core.data_cache.change(user_id);
    tx.commit().await?;
    change.done().await;
    Ok(if is_revoked { DisconnectOutcome::Disconnected } else { DisconnectOutcome::NotRevoked })
}

/// Revokes the tokens of all accounts of a user who deletes the user account. Failed revocations are only logged.
pub async fn revoke_all(core: &Core, user_id: UserId) -> Result<(), DbError> {
    let integrations = db::integrations::list(&core.db, user_id).await?;
    stream::iter(&integrations)
        .for_each_concurrent(MAX_CONCURRENCY, |integration| async {
            // Acquire the lease if possible, because a running sync could replace the tokens.
            let held = if integration.access.is_some() { acquire_lease(core, user_id, integration.id).await.ok() } else { None };
            revoke(core, held.as_ref().unwrap_or(integration)).await;
        })
        .await;
    Ok(())
}

/// Revokes the tokens; returns whether none of them is valid any more. Tokens that are expired or already revoked need no request.
async fn revoke(core: &Core, integration: &Integration) -> bool {
    if matches!(integration.health.status(core.clock.now()).1, Some(FailureKind::Revoked | FailureKind::Expired)) {
        return true;
    }
    let Some(access) = &integration.access else { return true };
    let Some(provider) = core.providers.get(integration.provider) else { return false };
    let tokens = match tokens::open(&core.cipher, integration.id, access) {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::error!(error = chain(&error), integration_id = %integration.id, "failed to decrypt tokens");
            return false;
        }
    };
    let now = core.clock.now();
    let is_over = tokens.expires_at.is_some_and(|end| end <= now);
    let tokens = if provider.revokes_by_access_token() && is_over && provider.can_refresh(&tokens, now) {
        match provider.refresh(&tokens).await {
            Ok(fresh) => fresh,
            Err(error) => {
                tracing::warn!(error = chain(&error), integration_id = %integration.id, "failed to refresh access token before revocation");
                return matches!(error, ProviderError::Revoked(_));
            }
        }
    } else {
        tokens
    };
    match provider.revoke(&tokens).await {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(error = chain(&error), integration_id = %integration.id, "failed to revoke tokens");
            // The platform had already revoked them.
            matches!(error, ProviderError::Revoked(_))
        }
    }
}
