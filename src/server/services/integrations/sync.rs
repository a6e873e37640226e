//! Reading an account: its tokens are refreshed when it is time, then come its profile and the figures of its days.

use std::time::Duration;

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::{HISTORY, IntegrationError, LEASE, days::read_days, find, hold, to_the_end, tokens, view};
use crate::{
    domain::{
        figures::Metric,
        integration::{FailureKind, IntegrationView},
        platform::Platform,
    },
    server::{
        db::{
            self, DbError,
            integrations::{Integration, Reading},
            sessions::OpenSession,
        },
        infra::crypto::CryptoError,
        providers::{OAuthProvider, ProviderError, Readable, Tokens, readable},
        state::AppState,
    },
};

/// Between two readings.
const PAUSE: TimeDelta = TimeDelta::hours(6);
/// One reading takes no longer.
const DEADLINE: Duration = Duration::from_mins(1);
/// After a failure: 5 min, 10 min, 20 min, … up to the usual pause.
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(5);
/// Where the platform does not say how long it limits us.
const LIMITED: TimeDelta = TimeDelta::hours(1);

/// Reads the account that has been due the longest; `false` if none is.
///
/// # Errors
/// The database does not answer; an account that cannot be read is none.
pub async fn sync_due(state: &AppState) -> Result<bool, DbError> {
    let now = state.clock.now();
    let Some(integration) = db::integrations::claim_due(&state.db, now, now + LEASE).await? else { return Ok(false) };
    // How it went is noted in the row.
    let _ = read(state, integration, false).await?;
    Ok(true)
}

/// Reads an account now, because its creator asks for it, and refreshes its tokens if that is possible.
///
/// # Errors
/// Unknown, held by another reader, or it cannot be read.
pub async fn refresh(
    state: &AppState,
    current: &OpenSession,
    platform: Option<Platform>,
    id: &str,
) -> Result<IntegrationView, IntegrationError> {
    let found = find(state, current.user.id, platform, id).await?;
    let now = state.clock.now();
    if found.facts.last_error == Some(FailureKind::RateLimited) && found.next_sync_at.is_some_and(|next| next > now) {
        // The platform limits all of Huntaze: nobody's impatience may cost the others.
        return Err(IntegrationError::NotRead(FailureKind::RateLimited));
    }
    let (worker, user_id) = (state.clone(), current.user.id);
    let outcome = to_the_end(async move {
        let held = hold(&worker, user_id, found.id).await?;
        Ok(read(&worker, held, true).await?)
    })
    .await?;
    // What is left of the history is fetched by the job.
    state.sync_bell.notify_one();
    let integration = db::integrations::find(&state.db, current.user.id, found.id).await?.ok_or(IntegrationError::Unknown)?;
    match outcome {
        Ok(()) => Ok(view(integration, state.clock.now())),
        Err(kind) => Err(IntegrationError::NotRead(kind)),
    }
}

/// Reads an account that this worker holds, and notes how it went.
async fn read(state: &AppState, mut integration: Integration, is_asked: bool) -> Result<Result<(), FailureKind>, DbError> {
    let outcome = match tokio::time::timeout(DEADLINE, attempt(state, &mut integration, is_asked)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SyncError::Failed(ProviderError::Transient(format!("not done within {DEADLINE:?}")))),
    };
    let now = state.clock.now();
    let (kind, next_sync_at) = match outcome {
        Ok(None) => return Ok(Ok(())),
        Ok(Some(missing)) => return Ok(Err(missing)),
        Err(SyncError::Db(error)) => return Err(error),
        Err(SyncError::Over(kind)) => (kind, None),
        Err(SyncError::Failed(error)) => {
            tracing::warn!(%error, integration = %integration.id, failures = integration.failures, "an account could not be read");
            (error.kind(), retry_at(&error, integration.failures, now))
        }
    };
    db::integrations::set_failed(&state.db, integration.id, &integration.access.access, kind, next_sync_at).await?;
    Ok(Err(kind))
}

/// Why a reading ended early.
pub(super) enum SyncError {
    /// The platform, or our settings for it.
    Failed(ProviderError),
    /// Only the creator can mend it.
    Over(FailureKind),
    /// The database.
    Db(DbError),
}

impl From<ProviderError> for SyncError {
    fn from(error: ProviderError) -> Self {
        Self::Failed(error)
    }
}

impl From<DbError> for SyncError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// When to try again; never by itself where only the creator can mend it.
fn retry_at(error: &ProviderError, failures: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let doubled = FIRST_RETRY * (1 << failures.clamp(0, 16));
    match error {
        ProviderError::Revoked(_) | ProviderError::ScopeLost(_) => None,
        ProviderError::RateLimited { retry_after } => Some(now + retry_after.unwrap_or(LIMITED).clamp(FIRST_RETRY, TimeDelta::days(1))),
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => Some(now + doubled.min(PAUSE)),
    }
}

/// Reads what it can; returns why a day is missing, where one is.
async fn attempt(state: &AppState, integration: &mut Integration, is_asked: bool) -> Result<Option<FailureKind>, SyncError> {
    let now = state.clock.now();
    let Some(provider) = state.providers.get(integration.provider) else {
        return Err(ProviderError::Misconfigured("no keys".to_owned()).into());
    };
    if integration.access.expires_at.is_some_and(|end| end <= now) {
        return Err(SyncError::Over(FailureKind::Expired));
    }
    let tokens = tokens::open(&state.cipher, integration.id, &integration.access).map_err(|error| {
        tracing::error!(%error, integration = %integration.id, "an access could not be decrypted");
        match error {
            // It may come back.
            CryptoError::UnknownKey(_) => ProviderError::Misconfigured(error.to_string()).into(),
            CryptoError::Malformed | CryptoError::Forged | CryptoError::Random => SyncError::Over(FailureKind::Unreadable),
        }
    })?;
    let tokens = refreshed(state, provider, integration, tokens, is_asked).await?;

    let profile = provider.fetch_profile(&tokens.access).await?;
    let today = now.date_naive();
    if let Some(followers) = profile.followers {
        db::figures::save_followers(&state.db, integration.id, today, followers, now).await?;
    }
    let days = read_days(state, provider, integration, &tokens, today).await?;
    if let Some(error) = &days.failure {
        tracing::warn!(%error, integration = %integration.id, missed = integration.missed, "a day could not be read");
    }
    let can_go_on = readable(integration.provider, Metric::Views, &days.scopes) == Readable::Yes;
    let has_more = can_go_on && days.read.from.is_none_or(|oldest| oldest > today - Days::new(HISTORY));
    let next_sync_at = match &days.failure {
        Some(error) => retry_at(error, integration.missed, now).unwrap_or(now + PAUSE),
        None if has_more => now,
        None => now + PAUSE,
    };
    let reading = Reading {
        id: integration.id,
        access_token: &integration.access.access,
        account_name: &profile.name,
        scopes: &days.scopes,
        days_read: days.read,
        failure: days.failure.as_ref().map(ProviderError::kind),
        // Nobody's impatience brings the end nearer.
        missed: if days.failure.is_some() { integration.missed + i32::from(!is_asked) } else { 0 },
        now,
        next_sync_at,
    };
    db::integrations::set_read(&state.db, &reading).await?;
    Ok(reading.failure)
}

/// Newer tokens where it is time, or where the creator asks and it is possible. They are stored before they are used. Where the platform
/// fails for the moment, the old ones still work.
async fn refreshed(
    state: &AppState,
    provider: &dyn OAuthProvider,
    integration: &mut Integration,
    tokens: Tokens,
    is_asked: bool,
) -> Result<Tokens, SyncError> {
    let now = state.clock.now();
    if !(provider.should_refresh(&tokens, now) || is_asked && provider.can_refresh(&tokens, now)) {
        return Ok(tokens);
    }
    let fresh = match provider.refresh(&tokens).await {
        Ok(fresh) => fresh,
        Err(error @ (ProviderError::Transient(_) | ProviderError::RateLimited { .. })) => {
            tracing::warn!(%error, integration = %integration.id, "an access could not be refreshed; it still works");
            return Ok(tokens);
        }
        Err(error) => return Err(error.into()),
    };
    let sealed = tokens::seal(&state.cipher, integration.id, &fresh).map_err(|error| {
        tracing::error!(%error, integration = %integration.id, "an access could not be encrypted");
        SyncError::Over(FailureKind::Unreadable)
    })?;
    if db::integrations::replace_tokens(&state.db, integration.id, &integration.access.access, &sealed).await? {
        integration.access = sealed;
    }
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = DateTime::<Utc>::default();
        let transient = ProviderError::Transient(String::new());
        assert_eq!(retry_at(&transient, 0, now), Some(now + TimeDelta::minutes(5)));
        assert_eq!(retry_at(&transient, 3, now), Some(now + TimeDelta::minutes(40)));
        assert_eq!(retry_at(&transient, i32::MAX, now), Some(now + PAUSE));
        assert_eq!(retry_at(&ProviderError::Revoked(String::new()), 0, now), None);
        let limited = ProviderError::RateLimited { retry_after: Some(TimeDelta::minutes(12)) };
        assert_eq!(retry_at(&limited, 0, now), Some(now + TimeDelta::minutes(12)));
    }
}
