use std::time::{Duration, Instant};

use chrono::TimeDelta;
use huntaze_domain::{
    admin::jobs::JobKind,
    client::ClientInfo,
    ids::{IntegrationId, UserId},
    integrations::{ConnectFailure, IntegrationEventKind},
    platform::Platform,
    string_enum::StringEnum,
    text::clean_line,
};
use huntaze_texts as texts;
use url::Url;
use uuid::Uuid;

use super::{IntegrationError, POLL_INTERVAL, available, budget, find, run_to_completion, tokens};
use crate::{
    Core,
    db::{
        self,
        accounts::{audit::AuditKind, sessions::ActiveSession},
        integrations::{
            NewIntegration, SealedTokens,
            events::NewIntegrationEvent,
            oauth_states::{NewAuthorization, PendingAuthorization, StateKey, StateOutcome},
        },
    },
    error::chain,
    infra::token::{Token, TokenHash, hash_of},
    providers::{AuthorizationRequest, Grant, Profile, ProviderError, ScopedToken, permissions::can_read_account},
    services::accounts::{
        Audit,
        incidents::{self, Owner},
    },
};

/// How long an OAuth `state` is valid, that is, how long a user may stay on the consent page.
const STATE_LIFETIME: TimeDelta = TimeDelta::minutes(10);
/// How long the second callback of a consent waits for the outcome of the first.
const MAX_OUTCOME_WAIT: Duration = Duration::from_secs(30);

/// Starts the OAuth flow and returns the URL of the consent page. The `state` can be used once, only by this session, within ten minutes.
/// With `account`, the id of one of the user's accounts, the flow reconnects that account and rejects any other.
///
/// # Errors
/// Returns [`IntegrationError::NotAvailable`] or [`IntegrationError::NotFound`], or an internal error.
pub async fn connect(core: &Core, current: &ActiveSession, platform: Platform, account: Option<&str>) -> Result<Url, IntegrationError> {
    let provider = available(core, platform)?;
    let integration_id = match account {
        Some(id) => Some(find(core, current.user.id, Some(platform), id).await?.id),
        None => None,
    };
    let (token, pending) = (Token::random()?, PendingAuthorization { code_verifier: Token::random()?.text(), integration_id });
    let new = NewAuthorization {
        state_hash: &token.hash(),
        session_id: current.id,
        provider: platform,
        pending: &pending,
        expires_at: core.clock.now() + STATE_LIFETIME,
    };
    db::integrations::oauth_states::insert(&core.db, &new).await?;
    let (text, redirect_uri) = (token.text(), redirect_uri(core, platform));
    Ok(provider.authorize_url(&AuthorizationRequest { state: &text, code_verifier: &pending.code_verifier, redirect_uri: &redirect_uri }))
}

/// Returns the OAuth redirect URI. It must be registered with the platform exactly as returned.
pub fn redirect_uri(core: &Core, platform: Platform) -> String {
    core.config.app.link(&format!("/api/integrations/callback/{}", platform.as_str()))
}

/// Query parameters of the OAuth callback. Missing ones are empty.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Callback {
    code: String,
    state: String,
    error: String,
}

/// Result of a completed OAuth flow.
pub struct Connected {
    /// Id of the integration.
    pub id: IntegrationId,
}

/// Completes the OAuth flow: exchanges the code and stores the account with its follower count. Data of days and posts follows by a sync
/// job.
///
/// # Errors
/// Returns [`IntegrationError::ConnectFailed`] with the reason if the flow fails; the user's accounts are unchanged then.
pub async fn complete(
    core: &Core,
    client: &ClientInfo,
    current: &ActiveSession,
    (platform, callback): (Platform, &Callback),
) -> Result<Connected, IntegrationError> {
    available(core, platform)?;
    let (state_hash, pending) = match consume_state(core, current, platform, &callback.state).await? {
        Consumed::Pending(state_hash, pending) => (state_hash, pending),
        // A browser or a person that repeats the request, after or during the first one.
        Consumed::Connected(id) => return Ok(Connected { id }),
    };
    if !callback.error.is_empty() {
        finish_failed(core, &state_hash).await;
        let failure = if callback.error == "access_denied" { ConnectFailure::Cancelled } else { ConnectFailure::ProviderUnavailable };
        return Err(IntegrationError::ConnectFailed(failure));
    }
    let consent = Consent {
        core: core.clone(),
        client: client.clone(),
        user_id: current.user.id,
        email: current.user.email.clone(),
        platform,
        state_hash,
        pending,
    };
    let callback = callback.clone();
    run_to_completion(&core.tasks, async move {
        let outcome = consent.exchange_code(&callback).await;
        if outcome.is_err() {
            finish_failed(&consent.core, &consent.state_hash).await;
        }
        outcome
    })
    .await
}

/// Stores that a consent has failed. If that cannot be stored, a second callback waits until its time-out.
async fn finish_failed(core: &Core, state_hash: &TokenHash) {
    if let Err(error) = db::integrations::oauth_states::finish(&core.db, state_hash, None).await {
        tracing::error!(error = chain(&error), "failed to store the outcome of a consent");
    }
}

/// A consent that the user has given at the platform, on its way to a connected account.
struct Consent {
    core: Core,
    client: ClientInfo,
    user_id: UserId,
    email: String,
    platform: Platform,
    state_hash: TokenHash,
    pending: PendingAuthorization,
}

impl Consent {
    /// Exchanges the code for tokens, fetches the profile and stores the account.
    async fn exchange_code(&self, callback: &Callback) -> Result<Connected, IntegrationError> {
        let Self { core, platform, pending, .. } = self;
        let platform = *platform;
        let provider = available(core, platform)?;
        let redirect_uri = redirect_uri(core, platform);
        let request = AuthorizationRequest { state: &callback.state, code_verifier: &pending.code_verifier, redirect_uri: &redirect_uri };
        let profile_price = provider.prices().profile;
        let reservation = budget::reserve(core, platform, provider, profile_price).await?;
        let reservation = reservation.ok_or(IntegrationError::ConnectFailed(ConnectFailure::BudgetExhausted))?;
        let grant = match provider.exchange_code(&callback.code, &request).await {
            Ok(grant) => grant,
            Err(error) => {
                reservation.settle(core, 0).await?;
                return Err(connect_failure(error));
            }
        };
        if !can_read_account(platform, &grant.scopes) {
            reservation.settle(core, 0).await?;
            return Err(IntegrationError::ConnectFailed(ConnectFailure::InsufficientScope));
        }
        let access = ScopedToken { token: &grant.tokens.access, scopes: &grant.scopes };
        let mut profile = match provider.fetch_profile(access).await {
            Ok(profile) => profile,
            Err(error) => {
                reservation.settle_failed(core, &error).await?;
                return Err(connect_failure(error));
            }
        };
        profile.name = clean_line(&profile.name);
        let id = self.store(&grant, &profile).await?;
        Ok(Connected { id })
    }

    /// Inserts a new account, or stores new tokens for one the user already has or had. Rejects an account that is connected by another user
    /// and, if an account is reconnected, every other one.
    async fn store(&self, grant: &Grant, profile: &Profile) -> Result<IntegrationId, IntegrationError> {
        let &Self { ref core, ref client, user_id, platform, ref state_hash, ref pending, .. } = self;
        let failed = |failure| Err(IntegrationError::ConnectFailed(failure));
        let now = core.clock.now();
        let mut tx = db::begin(&core.db).await?;
        if let Some(expected) = pending.integration_id {
            let expected = db::integrations::find(&mut *tx, user_id, expected).await?;
            if expected.is_none_or(|expected| expected.account_id != profile.account_id) {
                return failed(ConnectFailure::WrongAccount);
            }
        }
        let new_id = IntegrationId::from(Uuid::now_v7());
        let access = tokens::seal(&core.cipher, new_id, &grant.tokens)?;
        let new_integration = |id, access| NewIntegration {
            id,
            user_id,
            provider: platform,
            account_id: &profile.account_id,
            account_name: &profile.name,
            scopes: &grant.scopes,
            access,
            now,
        };
        // If two flows for the same account run concurrently, one inserts; the other blocks here until the first commits, and then finds its
        // row.
        let (id, kind) = if db::integrations::insert(&mut *tx, &new_integration(new_id, &access)).await? {
            (new_id, IntegrationEventKind::Connected)
        } else {
            let known = db::integrations::lock_account(&mut *tx, user_id, platform, &profile.account_id).await?;
            // The row was deleted in between; report it like an unavailable platform, so that the user retries.
            let (id, owner) = known.ok_or(IntegrationError::ConnectFailed(ConnectFailure::ProviderUnavailable))?;
            let access: SealedTokens = tokens::seal(&core.cipher, id, &grant.tokens)?;
            if owner != user_id || !db::integrations::reconnect(&mut *tx, &new_integration(id, &access)).await? {
                return failed(ConnectFailure::AlreadyConnected);
            }
            (id, IntegrationEventKind::Reconnected)
        };
        let event = NewIntegrationEvent { integration_id: id, kind, failure: None, now };
        db::integrations::events::insert(&mut *tx, event).await?;
        if let Some(followers) = profile.followers {
            db::analytics::insights::save_followers(&mut *tx, id, followers, now).await?;
        }
        let account = texts::integrations::account(platform, &profile.name);
        Audit { core, client }.record_about(&mut *tx, Some(user_id), (AuditKind::IntegrationConnected, Some(&account))).await?;
        db::integrations::oauth_states::finish(&mut *tx, state_hash, Some(id)).await?;
        // A sync job fetches the data.
        db::jobs::notify_due(&mut *tx, JobKind::Sync).await?;
        let owner = Owner { id: user_id, email: &self.email };
        incidents::note_connected(core, &mut tx, client, (owner, &account)).await?;
        let change = core.data_cache.change(user_id);
        tx.commit().await?;
        change.done().await;
        Ok(id)
    }
}

/// A `state` that came back.
enum Consumed {
    /// For the first time.
    Pending(TokenHash, PendingAuthorization),
    /// Again; the first time connected this account.
    Connected(IntegrationId),
}

/// Consumes the `state`: it must have been issued to this session for this platform, not be used yet, and not be expired. If it is used again,
/// waits for the outcome of the first use.
async fn consume_state(core: &Core, current: &ActiveSession, platform: Platform, text: &str) -> Result<Consumed, IntegrationError> {
    let failed = |failure| Err(IntegrationError::ConnectFailed(failure));
    let Some(hash) = hash_of(text) else { return failed(ConnectFailure::InvalidState) };
    let key = StateKey { state_hash: &hash, session_id: current.id, provider: platform };
    if let Some(pending) = db::integrations::oauth_states::consume(&core.db, key, core.clock.now()).await? {
        return Ok(Consumed::Pending(hash, pending));
    }
    let deadline = Instant::now() + MAX_OUTCOME_WAIT;
    loop {
        match db::integrations::oauth_states::find_outcome(&core.db, key).await? {
            None => return failed(ConnectFailure::InvalidState),
            Some(StateOutcome::Unused) => return failed(ConnectFailure::Expired),
            Some(StateOutcome::Finished(Some(id))) => return Ok(Consumed::Connected(id)),
            Some(StateOutcome::InProgress) if Instant::now() < deadline => tokio::time::sleep(POLL_INTERVAL).await,
            Some(StateOutcome::InProgress | StateOutcome::Finished(None)) => return failed(ConnectFailure::StateReused),
        }
    }
}

fn connect_failure(error: ProviderError) -> IntegrationError {
    tracing::warn!(error = chain(&error), "failed to exchange code or fetch profile");
    let failure = match error {
        ProviderError::InsufficientScope(_) => ConnectFailure::InsufficientScope,
        ProviderError::NoAccount => ConnectFailure::NoAccount,
        ProviderError::Transient(_) | ProviderError::RateLimited { .. } | ProviderError::Revoked(_) | ProviderError::Misconfigured(_) => {
            ConnectFailure::ProviderUnavailable
        }
    };
    IntegrationError::ConnectFailed(failure)
}
