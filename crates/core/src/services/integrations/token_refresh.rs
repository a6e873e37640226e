//! Tokens of an account during a sync: decrypted, refreshed when due, and verified by fetching the profile.

use std::time::Duration;

use huntaze_domain::{
    ids::IntegrationId,
    integrations::{FailureKind, IntegrationEventKind},
    platform::Platform,
};

use super::{
    budget,
    leased::{LeasedIntegration, SyncError},
    tokens,
};
use crate::{
    Core,
    db::{
        self,
        integrations::{SealedTokens, events::NewIntegrationEvent},
    },
    error::chain,
    infra::crypto::CryptoError,
    providers::{OAuthProvider, Profile, ProviderError, ScopedToken, Tokens},
};

/// Maximum number of retries to store new tokens.
const STORE_TRIES: u32 = 5;
const BETWEEN_STORES: Duration = Duration::from_secs(1);

/// Returns valid tokens and the profile. If an access token is rejected before it expires, because of clock skew or an early revocation, it
/// is refreshed once.
pub(super) async fn refresh_and_fetch_profile(
    core: &Core,
    provider: &dyn OAuthProvider,
    leased: &mut LeasedIntegration,
    is_manual: bool,
) -> Result<(Tokens, Profile), SyncError> {
    let now = core.clock.now();
    let stored = open(core, leased)?;
    let is_due = provider.should_refresh(&stored, now) || is_manual && provider.can_refresh(&stored, now);
    let (tokens, failure) = if is_due { refresh_tokens(core, leased, stored).await? } else { (stored, None) };
    match (fetch_profile(core, provider, leased, &tokens).await, failure) {
        (Ok(profile), _) => Ok((tokens, profile)),
        // The old token does not work either; report why the refresh failed.
        (Err(SyncError::Provider(ProviderError::Revoked(_))), Some(error)) => Err(error.into()),
        (Err(SyncError::Provider(ProviderError::Revoked(_))), None)
            if !is_due && tokens.refresh.is_some() && provider.can_refresh(&tokens, now) =>
        {
            let (tokens, _) = refresh_tokens(core, leased, Tokens { expires_at: Some(now), ..tokens }).await?;
            let profile = fetch_profile(core, provider, leased, &tokens).await?;
            Ok((tokens, profile))
        }
        (Err(error), _) => Err(error),
    }
}

/// Fetches the profile. If the platform bills that, it does so once a day.
async fn fetch_profile(
    core: &Core,
    provider: &dyn OAuthProvider,
    leased: &LeasedIntegration,
    tokens: &Tokens,
) -> Result<Profile, SyncError> {
    let integration = &leased.integration;
    let price = provider.prices().profile;
    let was_billed =
        price > 0 && db::analytics::insights::has_audience_snapshot(&core.db, integration.id, core.clock.now().date_naive()).await?;
    let reservation = budget::reserve(core, integration.provider, provider, if was_billed { 0 } else { price }).await?;
    let reservation = reservation.ok_or(SyncError::BudgetExhausted)?;
    let outcome = provider.fetch_profile(ScopedToken { token: &tokens.access, scopes: &integration.scopes }).await;
    if let Err(error) = &outcome {
        reservation.settle_failed(core, error).await?;
    }
    Ok(outcome?)
}

fn open(core: &Core, leased: &LeasedIntegration) -> Result<Tokens, SyncError> {
    tokens::open(&core.cipher, leased.integration.id, &leased.access).map_err(|error| {
        tracing::error!(error = chain(&error), integration_id = %leased.integration.id, "failed to decrypt tokens");
        match error {
            // The key may be configured again.
            CryptoError::UnknownKey(_) => ProviderError::Misconfigured(error.to_string()).into(),
            CryptoError::Malformed | CryptoError::DecryptionFailed | CryptoError::Random => {
                SyncError::Permanent(FailureKind::DecryptionFailed)
            }
        }
    })
}

/// Refreshes the tokens and stores them before they are used. If the refresh fails temporarily, the old access token is returned with the
/// error as long as it has not expired. The same applies if a single-use refresh token was consumed by a process that crashed before it
/// stored the new one.
async fn refresh_tokens(core: &Core, leased: &mut LeasedIntegration, tokens: Tokens) -> Result<(Tokens, Option<ProviderError>), SyncError> {
    let id = leased.integration.id;
    let (worker, given) = (core.clone(), tokens.clone());
    let held = HeldTokens { platform: leased.integration.provider, id, sealed_access: leased.access.access.clone() };
    // Runs to completion even if the sync times out: a token response that is not stored is lost.
    let task = core.tasks.spawn(async move { refresh_and_store(&worker, &held, &given).await });
    let outcome = task.await.unwrap_or_else(|error| Err(ProviderError::Transient(error.to_string()).into()));
    let now = core.clock.now();
    match outcome {
        Ok((fresh, sealed)) => {
            if let Some(sealed) = sealed {
                leased.access = sealed;
                record_event(core, id, IntegrationEventKind::TokenRefreshed, None).await;
            }
            Ok((fresh, None))
        }
        Err(SyncError::Provider(error)) => {
            tracing::warn!(error = chain(&error), integration_id = %id, "failed to refresh access token");
            record_event(core, id, IntegrationEventKind::TokenRefreshFailed, Some(error.kind())).await;
            let still_works = tokens.expires_at.is_none_or(|end| end > now);
            let may_pass = match error {
                ProviderError::Transient(_) | ProviderError::RateLimited { .. } | ProviderError::Misconfigured(_) => true,
                ProviderError::Revoked(_) => tokens.refresh.is_some(),
                _ => false,
            };
            if still_works && may_pass { Ok((tokens, Some(error))) } else { Err(error.into()) }
        }
        Err(error) => Err(error),
    }
}

/// The account whose tokens are replaced.
struct HeldTokens {
    platform: Platform,
    id: IntegrationId,
    /// Access token (encrypted) that is replaced.
    sealed_access: Vec<u8>,
}

/// Requests new tokens and stores them, unless they were replaced in the meantime; then the second value is `None`. Storing is retried,
/// because the old refresh token may already be invalid.
async fn refresh_and_store(core: &Core, held: &HeldTokens, tokens: &Tokens) -> Result<(Tokens, Option<SealedTokens>), SyncError> {
    let id = held.id;
    let Some(provider) = core.providers.get(held.platform) else {
        return Err(ProviderError::Misconfigured("no keys".to_owned()).into());
    };
    let fresh = provider.refresh(tokens).await?;
    let sealed = tokens::seal(&core.cipher, id, &fresh).map_err(|error| {
        tracing::error!(error = chain(&error), integration_id = %id, "failed to encrypt tokens");
        SyncError::Permanent(FailureKind::DecryptionFailed)
    })?;
    let mut tries = 0;
    let is_stored = loop {
        match db::integrations::replace_tokens(&core.db, id, &held.sealed_access, &sealed).await {
            Ok(is_stored) => break is_stored,
            Err(error) if tries < STORE_TRIES => {
                tracing::error!(error = chain(&error), integration_id = %id, tries, "failed to store refreshed tokens, retrying");
                tries += 1;
                tokio::time::sleep(BETWEEN_STORES).await;
            }
            Err(error) => return Err(error.into()),
        }
    };
    Ok((fresh, is_stored.then_some(sealed)))
}

/// Inserts an event into the event log. A failure is logged only, because the event itself has happened.
async fn record_event(core: &Core, id: IntegrationId, kind: IntegrationEventKind, failure: Option<FailureKind>) {
    let event = NewIntegrationEvent { integration_id: id, kind, failure, now: core.clock.now() };
    if let Err(error) = db::integrations::events::insert(&core.db, event).await {
        tracing::error!(error = chain(&error), integration_id = %id, "failed to insert integration event");
    }
}
