//! Syncs an account: refreshes its tokens if due, then fetches the profile, the daily metrics, and the posts.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    admin::jobs::JobKind,
    analytics::figures::Metric,
    client::ClientInfo,
    ids::{IntegrationId, Owned},
    integrations::{FailureKind, IntegrationEventKind, IntegrationView},
    month::next_month,
    platform::Platform,
    text::clean_line,
};
use huntaze_texts as texts;

use super::{
    super::notify_due,
    BACKFILL_DAYS, IntegrationError, LEASE, LEASE_WAIT, LeaseOutcome, LeaseWait, acquire_lease_unless,
    daily_insights::sync_daily_insights,
    find_connected,
    leased::{LeasedIntegration, SyncContext, SyncError},
    posts::{PostsSync, sync_posts},
    run_to_completion,
    token_refresh::refresh_and_fetch_profile,
    view,
};
use crate::{
    Core,
    db::{
        self, DbError,
        accounts::{audit::AuditKind, sessions::ActiveSession},
        integrations::{Integration, SyncFailure, SyncSuccess, SyncedRange, events::NewIntegrationEvent},
    },
    error::chain,
    providers::{Availability, OAuthProvider, Profile, ProviderError, ScopedToken, metric_availability},
    services::accounts::Audit,
};

/// A manual sync within this time of the last successful one returns the stored result.
const MANUAL_SYNC_COOLDOWN: TimeDelta = TimeDelta::seconds(10);
/// Timeout of one sync.
const SYNC_TIMEOUT: Duration = Duration::from_mins(1);
/// Backoff after failures: 5 min, 10 min, 20 min, …, at most 6 h.
const MIN_BACKOFF: TimeDelta = TimeDelta::minutes(5);
const MAX_BACKOFF: TimeDelta = TimeDelta::hours(6);
/// Retry delay if the platform limits requests without saying for how long.
const DEFAULT_RETRY_AFTER: TimeDelta = TimeDelta::hours(1);

/// Syncs an account if it is due and its lease is free.
///
/// # Errors
/// Returns an error if a database query fails. A failed sync is not an error; it is recorded in the row.
pub async fn sync(core: &Core, id: IntegrationId) -> Result<(), DbError> {
    let now = core.clock.now();
    let Some(integration) = db::integrations::claim_due(&core.db, id, now, now + LEASE).await? else { return Ok(()) };
    let user_id = integration.user_id;
    let change = core.data_cache.change(user_id);
    let outcome = run_sync(core, integration, false).await;
    change.done().await;
    // The outcome is recorded in the row.
    outcome.map(|_| ())
}

/// Defers the next sync of an account by the maximum backoff and records a failed sync, because its job has failed permanently with an
/// internal error.
pub async fn postpone(core: &Core, id: IntegrationId) -> Result<(), DbError> {
    let now = core.clock.now();
    if let Some(user_id) = db::integrations::defer(&core.db, id, now + MAX_BACKOFF).await? {
        let (kind, failure) = (IntegrationEventKind::SyncFailed, Some(FailureKind::Transient));
        db::integrations::events::insert(&core.db, NewIntegrationEvent { integration_id: id, kind, failure, now }).await?;
        core.data_cache.change(user_id).done().await;
    }
    Ok(())
}

/// Syncs an account on request of its user, and refreshes its tokens if possible.
///
/// # Errors
/// Returns [`IntegrationError::NotFound`], [`IntegrationError::Busy`] if another worker holds the lease, or
/// [`IntegrationError::SyncFailed`] if the sync fails.
pub async fn sync_now(
    core: &Core,
    current: &ActiveSession,
    platform: Option<Platform>,
    id: &str,
) -> Result<IntegrationView, IntegrationError> {
    let found = find_connected(core, current.user.id, platform, id).await?;
    let (id, now) = (found.id, core.clock.now());
    let costs_money = core.providers.get(found.provider).is_some_and(|provider| provider.monthly_budget().is_some());
    let costs_others = |kind: &FailureKind| *kind == FailureKind::RateLimited || costs_money && *kind == FailureKind::Transient;
    if let Some(kind) = found.health.last_error_kind.filter(costs_others)
        && found.next_sync_at.is_some_and(|next| next > now)
    {
        // The rate limit and the budget are shared by all users, so a manual sync must not use them up.
        return Err(IntegrationError::SyncFailed(kind));
    }
    if found.synced_range.until.is_some()
        && found.health.last_error_kind.is_none()
        && found.health.last_ok_at.is_some_and(|at| now - at < MANUAL_SYNC_COOLDOWN)
    {
        return Ok(view(found, now));
    }
    let (worker, user_id) = (core.clone(), current.user.id);
    let outcome = run_to_completion(&core.tasks, async move {
        // Concurrent manual syncs are coalesced: one process calls the platform, the others wait for its outcome.
        let is_done = |known: &Integration| known.sync_attempts != found.sync_attempts || known.access.is_none();
        let wait = LeaseWait { max: LEASE_WAIT, is_done };
        match acquire_lease_unless(&worker.db, worker.clock.as_ref(), Owned { user_id, id }, wait).await? {
            LeaseOutcome::Acquired(leased) => {
                let change = worker.data_cache.change(user_id);
                let outcome = run_sync(&worker, *leased, true).await;
                change.done().await;
                Ok(outcome?)
            }
            LeaseOutcome::AlreadyDone(known) if known.access.is_some() => Ok(known.health.last_error_kind.map_or(Ok(()), Err)),
            LeaseOutcome::AlreadyDone(_) | LeaseOutcome::NotFound => Err(IntegrationError::NotFound),
            LeaseOutcome::Busy => Err(IntegrationError::Busy),
        }
    })
    .await?;
    // A sync job continues the backfill.
    notify_due(core, JobKind::Sync).await;
    let integration = db::integrations::find(&core.db, user_id, id).await?.ok_or(IntegrationError::NotFound)?;
    match outcome {
        Ok(()) => Ok(view(integration, core.clock.now())),
        Err(kind) => Err(IntegrationError::SyncFailed(kind)),
    }
}

/// Syncs an account whose lease this worker holds, and records the outcome. The inner result is the reason why data is missing.
async fn run_sync(core: &Core, mut integration: Integration, is_manual: bool) -> Result<Result<(), FailureKind>, DbError> {
    let Some(access) = integration.access.take() else { return Ok(Ok(())) };
    let mut leased = LeasedIntegration { integration, access };
    let outcome = match tokio::time::timeout(SYNC_TIMEOUT, try_sync(core, &mut leased, is_manual)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SyncError::Provider(ProviderError::Transient(format!("sync timed out after {SYNC_TIMEOUT:?}")))),
    };
    let now = core.clock.now();
    let LeasedIntegration { integration, access } = leased;
    let (kind, next_sync_at, fault) = match outcome {
        Ok(None) => return Ok(Ok(())),
        Ok(Some(missing)) => return Ok(Err(missing)),
        Err(SyncError::Permanent(kind)) => (kind, None, None),
        Err(SyncError::BudgetExhausted) => (FailureKind::BudgetExhausted, Some(next_month(now)), None),
        Err(SyncError::Provider(error)) => {
            tracing::warn!(error = chain(&error), integration_id = %integration.id, consecutive_failures = integration.consecutive_failures, "sync failed");
            (error.kind(), retry_at(&error, integration.consecutive_failures, now), None)
        }
        // An internal error still needs a backoff, or the sync would be retried in a loop.
        Err(SyncError::Db(error)) => {
            let later = retry_at(&ProviderError::Transient(String::new()), integration.consecutive_failures, now);
            (FailureKind::Transient, later, Some(error))
        }
    };
    let mut tx = db::begin(&core.db).await?;
    let failure = SyncFailure { id: integration.id, access_token: &access.access, kind, next_sync_at };
    if db::integrations::record_failure(&mut *tx, &failure).await? {
        let event =
            NewIntegrationEvent { integration_id: integration.id, kind: IntegrationEventKind::SyncFailed, failure: Some(kind), now };
        db::integrations::events::insert(&mut *tx, event).await?;
        if next_sync_at.is_none() && integration.health.last_error_kind != Some(kind) {
            let account = texts::integrations::account(integration.provider, &integration.account_name);
            let audit = Audit { core, client: &ClientInfo::server() };
            audit.record_about(&mut *tx, Some(integration.user_id), (AuditKind::IntegrationLost, Some(&account))).await?;
        }
    }
    tx.commit().await?;
    fault.map_or(Ok(Err(kind)), Err)
}

/// Returns the time of the next attempt; `None` if the user must reconnect the account.
fn retry_at(error: &ProviderError, failures: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let doubled = MIN_BACKOFF * (1 << failures.clamp(0, 16));
    match error {
        ProviderError::Revoked(_) | ProviderError::NoAccount | ProviderError::InsufficientScope(_) => None,
        ProviderError::RateLimited { retry_after } => {
            Some(now + retry_after.unwrap_or(DEFAULT_RETRY_AFTER).clamp(MIN_BACKOFF, TimeDelta::days(1)))
        }
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => Some(now + doubled.min(MAX_BACKOFF)),
    }
}

/// Fetches and stores what it can. Returns why data is missing, or `None` if it is complete.
async fn try_sync(core: &Core, leased: &mut LeasedIntegration, is_manual: bool) -> Result<Option<FailureKind>, SyncError> {
    let now = core.clock.now();
    let platform = leased.integration.provider;
    let Some(provider) = core.providers.get(platform) else {
        return Err(ProviderError::Misconfigured("platform is not configured".to_owned()).into());
    };
    if leased.access.access_expires_at().is_some_and(|end| end <= now) {
        return Err(SyncError::Permanent(FailureKind::Expired));
    }
    let result = fetch_all(core, provider, leased, is_manual).await?;
    let has_more = needs_backfill(provider, (platform, &result.scopes), result.days, now.date_naive());
    let incomplete_syncs = leased.integration.incomplete_syncs;
    let regular = provider.next_sync_at(now) + jitter(leased.integration.id);
    let next_sync_at = match &result.failure {
        Some(error) if result.is_day_missing => retry_at(error, incomplete_syncs, now).unwrap_or(regular),
        // Missing posts wait for the next regular sync, or longer if the platform says so.
        Some(error) => retry_at(error, 0, now).map_or(regular, |at| at.max(regular)),
        None if has_more => now,
        None => regular,
    };
    let success = SyncSuccess {
        id: leased.integration.id,
        access_token: &leased.access.access,
        account_name: &result.profile.name,
        scopes: &result.scopes,
        synced_range: result.days,
        failure: result.failure.as_ref().map(ProviderError::kind),
        // Manual syncs and failed posts do not count towards `MAX_INCOMPLETE_SYNCS`.
        incomplete_syncs: if result.is_day_missing { incomplete_syncs + i32::from(!is_manual) } else { 0 },
        now,
        next_sync_at,
    };
    let kind = if success.failure.is_some() { IntegrationEventKind::SyncFailed } else { IntegrationEventKind::Synced };
    let mut tx = db::begin(&core.db).await?;
    if db::integrations::record_success(&mut *tx, &success).await? {
        let event = NewIntegrationEvent { integration_id: success.id, kind, failure: success.failure, now };
        db::integrations::events::insert(&mut *tx, event).await?;
    }
    tx.commit().await.map_err(DbError::from)?;
    Ok(success.failure)
}

/// Result of a sync that was not aborted.
struct SyncResult {
    profile: Profile,
    days: SyncedRange,
    is_day_missing: bool,
    scopes: Vec<String>,
    failure: Option<ProviderError>,
}

/// Fetches the profile and the daily metrics and, once the backfill is complete, the posts.
async fn fetch_all(
    core: &Core,
    provider: &dyn OAuthProvider,
    leased: &mut LeasedIntegration,
    is_manual: bool,
) -> Result<SyncResult, SyncError> {
    let now = core.clock.now();
    let today = now.date_naive();
    let (tokens, mut profile) = refresh_and_fetch_profile(core, provider, leased, is_manual).await?;
    profile.name = clean_line(&profile.name);
    let integration = &leased.integration;
    if let Some(followers) = profile.followers {
        db::analytics::insights::save_followers(&core.db, integration.id, followers, now).await?;
    }
    let sync = SyncContext { core, provider, integration, today };
    let access = ScopedToken { token: &tokens.access, scopes: &integration.scopes };
    let days = sync_daily_insights(&sync, access).await.map_err(as_transient)?;
    let access = ScopedToken { token: &tokens.access, scopes: &days.scopes };
    let posts = if days.failure.is_none() && !needs_backfill(provider, (integration.provider, &days.scopes), days.synced, today) {
        sync_posts(&sync, access, &profile).await.map_err(as_transient)?
    } else {
        PostsSync::default()
    };
    let is_day_missing = days.failure.is_some();
    let failure = days.failure.or(posts.failure);
    if let Some(error) = &failure {
        tracing::warn!(error = chain(&error), integration_id = %integration.id, incomplete_syncs = integration.incomplete_syncs, "sync is incomplete");
    }
    Ok(SyncResult { profile, days: days.synced, is_day_missing, scopes: posts.scopes.unwrap_or(days.scopes), failure })
}

/// Returns whether the backfill is incomplete.
fn needs_backfill(provider: &dyn OAuthProvider, (platform, scopes): (Platform, &[String]), days: SyncedRange, today: NaiveDate) -> bool {
    let can_go_on = provider.has_daily_insights() && metric_availability(platform, Metric::Views, scopes) == Availability::Available;
    can_go_on && days.from.is_none_or(|oldest| oldest > today - Days::new(BACKFILL_DAYS))
}

/// Maps a rejected token to a transient error, because the profile was just fetched with the same token. If the token is revoked, the next
/// sync finds out.
fn as_transient(error: SyncError) -> SyncError {
    match error {
        SyncError::Provider(ProviderError::Revoked(text)) => {
            ProviderError::Transient(format!("token rejected after it was accepted for the profile: {text}")).into()
        }
        error => error,
    }
}

/// Returns a delay of up to ten minutes, constant for each account, so that accounts that were connected together are not always synced
/// together.
fn jitter(id: IntegrationId) -> TimeDelta {
    let [.., high, low] = *id.uuid().as_bytes();
    TimeDelta::seconds(i64::from(u16::from_be_bytes([high, low])) % 600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_maximum() {
        let now = DateTime::<Utc>::default();
        let transient = ProviderError::Transient(String::new());
        assert_eq!(retry_at(&transient, 0, now), Some(now + TimeDelta::minutes(5)));
        assert_eq!(retry_at(&transient, 3, now), Some(now + TimeDelta::minutes(40)));
        assert_eq!(retry_at(&transient, i32::MAX, now), Some(now + MAX_BACKOFF));
        assert_eq!(retry_at(&ProviderError::Revoked(String::new()), 0, now), None);
        let limited = ProviderError::RateLimited { retry_after: Some(TimeDelta::minutes(12)) };
        assert_eq!(retry_at(&limited, 0, now), Some(now + TimeDelta::minutes(12)));
    }
}
