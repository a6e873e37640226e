use chrono::TimeDelta;
use url::Url;
use uuid::Uuid;

use super::{IntegrationError, available, to_the_end, tokens};
use crate::{
    domain::{choice::Choice, integration::ConnectFailure, platform::Platform},
    server::{
        context::ClientInfo,
        db::{
            self,
            audit::AuditKind,
            integrations::{Connection, SealedTokens},
            sessions::OpenSession,
        },
        infra::token::{Token, hash_of},
        providers::{Grant, Profile, ProviderError},
        services::auth::audit,
        state::AppState,
    },
};

/// How long one may stay on a consent page.
const STATE_LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// Starts a visit to a platform: the address of its consent page. What comes back is taken once, from this session, within ten minutes.
///
/// # Errors
/// The platform is not available, or a fault of ours.
pub async fn connect(state: &AppState, current: &OpenSession, platform: Platform) -> Result<Url, IntegrationError> {
    let provider = available(state, platform)?;
    let token = Token::random()?;
    db::oauth_states::insert(&state.db, &token.hash(), current.id, platform, state.clock.now() + STATE_LIFETIME).await?;
    Ok(provider.authorize_url(&token.text(), &redirect_uri(state, platform)))
}

/// Where platforms send creators back to. It must be registered with the platform, to the letter.
fn redirect_uri(state: &AppState, platform: Platform) -> String {
    state.config.app.link(&format!("/api/integrations/callback/{}", platform.as_str()))
}

/// What a platform sends back in the query.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Callback {
    code: String,
    state: String,
    error: String,
}

/// An account that was just connected.
pub struct Connected {
    /// Its id.
    pub id: Uuid,
}

/// Ends a visit to a platform: stores the account with its first figures.
///
/// # Errors
/// [`IntegrationError::NotConnected`] says how the visit ended instead; nothing was changed then.
pub async fn finish(
    state: &AppState,
    client: &ClientInfo,
    current: &OpenSession,
    platform: Platform,
    callback: &Callback,
) -> Result<Connected, IntegrationError> {
    available(state, platform)?;
    use_state(state, current, platform, &callback.state).await?;
    if !callback.error.is_empty() {
        let failure = if callback.error == "access_denied" { ConnectFailure::Cancelled } else { ConnectFailure::ProviderDown };
        return Err(IntegrationError::NotConnected(failure));
    }
    let (state, client, current, code) = (state.clone(), client.clone(), current.clone(), callback.code.clone());
    to_the_end(async move { take_code(&state, &client, &current, platform, &code).await }).await
}

/// Turns the code into an account.
async fn take_code(
    state: &AppState,
    client: &ClientInfo,
    current: &OpenSession,
    platform: Platform,
    code: &str,
) -> Result<Connected, IntegrationError> {
    let provider = available(state, platform)?;
    let grant = provider.exchange_code(code, &redirect_uri(state, platform)).await.map_err(refusal)?;
    if !provider.can_read_account(&grant.scopes) {
        return Err(IntegrationError::NotConnected(ConnectFailure::ScopeMissing));
    }
    let profile = provider.fetch_profile(&grant.tokens.access).await.map_err(refusal)?;
    let id = store(state, client, current, platform, &grant, &profile).await?;
    // The history is fetched by a job.
    state.sync_bell.notify_one();
    Ok(Connected { id })
}

/// Makes sure that this session left for this platform, and that it comes back for the first time and in time.
async fn use_state(state: &AppState, current: &OpenSession, platform: Platform, text: &str) -> Result<(), IntegrationError> {
    let failed = |failure| Err(IntegrationError::NotConnected(failure));
    let Some(hash) = hash_of(text) else { return failed(ConnectFailure::InvalidState) };
    if db::oauth_states::consume(&state.db, &hash, current.id, platform, state.clock.now()).await? {
        return Ok(());
    }
    match db::oauth_states::was_used(&state.db, &hash, current.id, platform).await? {
        Some(true) => failed(ConnectFailure::Replayed),
        Some(false) => failed(ConnectFailure::Expired),
        None => failed(ConnectFailure::InvalidState),
    }
}

fn refusal(error: ProviderError) -> IntegrationError {
    tracing::warn!(%error, "a platform did not give access");
    let failure = match error {
        ProviderError::ScopeLost(_) => ConnectFailure::ScopeMissing,
        ProviderError::Transient(_) | ProviderError::RateLimited { .. } | ProviderError::Revoked(_) | ProviderError::Misconfigured(_) => {
            ConnectFailure::ProviderDown
        }
    };
    IntegrationError::NotConnected(failure)
}

/// Stores a new account, or new tokens of one that the creator has. Somebody else's is left alone.
async fn store(
    state: &AppState,
    client: &ClientInfo,
    current: &OpenSession,
    platform: Platform,
    grant: &Grant,
    profile: &Profile,
) -> Result<Uuid, IntegrationError> {
    let (now, user_id) = (state.clock.now(), current.user.id);
    let mut tx = state.db.begin().await?;
    let new_id = Uuid::now_v7();
    let access = tokens::seal(&state.cipher, new_id, &grant.tokens)?;
    let connection = |id, access| Connection {
        id,
        user_id,
        provider: platform,
        account_id: &profile.account_id,
        account_name: &profile.name,
        scopes: &grant.scopes,
        access,
        now,
    };
    // Of two visits at once one inserts; the other waits here until that one is stored, and then finds it.
    let id = if db::integrations::insert(&mut *tx, &connection(new_id, &access)).await? {
        new_id
    } else {
        let known = db::integrations::lock_account(&mut *tx, platform, &profile.account_id).await?;
        // Gone again in between: as if the platform had not answered.
        let (id, owner) = known.ok_or(IntegrationError::NotConnected(ConnectFailure::ProviderDown))?;
        if owner != user_id {
            return Err(IntegrationError::NotConnected(ConnectFailure::AlreadyConnected));
        }
        let access: SealedTokens = tokens::seal(&state.cipher, id, &grant.tokens)?;
        db::integrations::reconnect(&mut *tx, &connection(id, &access)).await?;
        id
    };
    if let Some(followers) = profile.followers {
        db::figures::save_followers(&mut *tx, id, now.date_naive(), followers, now).await?;
    }
    audit(state, &mut *tx, client, Some(user_id), AuditKind::IntegrationConnected).await?;
    tx.commit().await?;
    Ok(id)
}
