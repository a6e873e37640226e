//! Syncs an account: refreshes its tokens if due, then fetches the profile, the daily metrics, and the posts.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    figures::Metric,
    integration::{EventKind, FailureKind, IntegrationView},
    job::JobKind,
    month::next_month,
    platform::Platform,
};
use uuid::Uuid;

use super::{
    HISTORY, IntegrationError, LEASE, PATIENCE, Turn,
    days::read_days,
    find_connected, hold_unless,
    posts::{PostsOutcome, read_posts, storable},
    renew::renew_and_read_profile,
    to_the_end, view,
};
use crate::{
    Core,
    db::{
        self, DbError,
        integrations::{DaysRead, Integration, Reading, SealedTokens},
        sessions::OpenSession,
    },
    error::chain,
    providers::{Access, OAuthProvider, Profile, ProviderError, Readable, readable},
};

/// A manual sync within this time of the last successful one returns the stored result.
const JUST_READ: TimeDelta = TimeDelta::seconds(10);
/// Timeout of one sync.
const DEADLINE: Duration = Duration::from_mins(1);
/// Backoff after failures: 5 min, 10 min, 20 min, …, at most 6 h.
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(5);
const LONGEST_RETRY: TimeDelta = TimeDelta::hours(6);
/// Retry delay if the platform limits requests without saying for how long.
const LIMITED: TimeDelta = TimeDelta::hours(1);

/// Syncs an account if it is due and its lease is free.
///
/// # Errors
/// Returns an error if a database query fails. A failed sync is not an error; it is recorded in the row.
pub async fn sync(core: &Core, id: Uuid) -> Result<(), DbError> {
    let now = core.clock.now();
    let Some(integration) = db::integrations::claim_due(&core.db, id, now, now + LEASE).await? else { return Ok(()) };
    // The outcome is recorded in the row.
    let _ = read(core, integration, false).await?;
    Ok(())
}

/// Defers the next sync of an account by the maximum backoff and records a failed sync, because its job has failed permanently with an
/// internal error.
pub async fn postpone(core: &Core, id: Uuid) -> Result<(), DbError> {
    let now = core.clock.now();
    if db::integrations::postpone(&core.db, id, now + LONGEST_RETRY).await? {
        db::integration_events::insert(&core.db, id, EventKind::ReadFailed, Some(FailureKind::Transient), now).await?;
    }
    Ok(())
}

/// Syncs an account on request of its user, and refreshes its tokens if possible.
///
/// # Errors
/// Returns [`IntegrationError::Unknown`], [`IntegrationError::Busy`] if another worker holds the lease, or [`IntegrationError::NotRead`] if
/// the sync fails.
pub async fn refresh(
    core: &Core,
    current: &OpenSession,
    platform: Option<Platform>,
    id: &str,
) -> Result<IntegrationView, IntegrationError> {
    let found = find_connected(core, current.user.id, platform, id).await?;
    let (id, now) = (found.id, core.clock.now());
    let costs_money = core.providers.get(found.provider).is_some_and(|provider| provider.monthly_budget().is_some());
    let costs_others = |kind: &FailureKind| *kind == FailureKind::RateLimited || costs_money && *kind == FailureKind::Transient;
    if let Some(kind) = found.facts.last_error.filter(costs_others)
        && found.next_sync_at.is_some_and(|next| next > now)
    {
        // The rate limit and the budget are shared by all users, so a manual sync must not use them up.
        return Err(IntegrationError::NotRead(kind));
    }
    if found.days_read.until.is_some() && found.facts.last_error.is_none() && found.facts.last_ok_at.is_some_and(|at| now - at < JUST_READ)
    {
        return Ok(view(found, now));
    }
    let (worker, user_id) = (core.clone(), current.user.id);
    let outcome = to_the_end(&core.tasks, async move {
        // Concurrent manual syncs are coalesced: one process calls the platform, the others wait for its outcome.
        let is_done = |known: &Integration| known.readings != found.readings || known.access.is_none();
        match hold_unless(&worker.db, worker.clock.as_ref(), (user_id, id), PATIENCE, is_done).await? {
            Turn::Mine(held) => Ok(read(&worker, *held, true).await?),
            Turn::Done(known) if known.access.is_some() => Ok(known.facts.last_error.map_or(Ok(()), Err)),
            Turn::Done(_) | Turn::Gone => Err(IntegrationError::Unknown),
            Turn::Busy => Err(IntegrationError::Busy),
        }
    })
    .await?;
    // A sync job continues the backfill.
    db::jobs::notify_due(&core.db, JobKind::Sync).await?;
    let integration = db::integrations::find(&core.db, user_id, id).await?.ok_or(IntegrationError::Unknown)?;
    match outcome {
        Ok(()) => Ok(view(integration, core.clock.now())),
        Err(kind) => Err(IntegrationError::NotRead(kind)),
    }
}

/// Syncs an account whose lease this worker holds, and records the outcome. The inner result is the reason why data is missing.
async fn read(core: &Core, mut integration: Integration, is_asked: bool) -> Result<Result<(), FailureKind>, DbError> {
    let Some(access) = integration.access.take() else { return Ok(Ok(())) };
    let mut held = Held { integration, access };
    let outcome = match tokio::time::timeout(DEADLINE, attempt(core, &mut held, is_asked)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(SyncError::Failed(ProviderError::Transient(format!("sync timed out after {DEADLINE:?}")))),
    };
    let now = core.clock.now();
    let Held { integration, access } = held;
    let (kind, next_sync_at, fault) = match outcome {
        Ok(None) => return Ok(Ok(())),
        Ok(Some(missing)) => return Ok(Err(missing)),
        Err(SyncError::Over(kind)) => (kind, None, None),
        Err(SyncError::BudgetSpent) => (FailureKind::BudgetSpent, Some(next_month(now)), None),
        Err(SyncError::Failed(error)) => {
            tracing::warn!(error = chain(&error), integration = %integration.id, failures = integration.failures, "sync failed");
            (error.kind(), retry_at(&error, integration.failures, now), None)
        }
        // An internal error still needs a backoff, or the sync would be retried in a loop.
        Err(SyncError::Db(error)) => {
            let later = retry_at(&ProviderError::Transient(String::new()), integration.failures, now);
            (FailureKind::Transient, later, Some(error))
        }
    };
    let mut tx = db::begin(&core.db).await?;
    if db::integrations::set_failed(&mut *tx, integration.id, &access.access, kind, next_sync_at).await? {
        db::integration_events::insert(&mut *tx, integration.id, EventKind::ReadFailed, Some(kind), now).await?;
    }
    tx.commit().await?;
    fault.map_or(Ok(Err(kind)), Err)
}

/// An account whose lease this worker holds, with its tokens.
pub(super) struct Held {
    /// The row, without its tokens.
    pub integration: Integration,
    /// Its encrypted tokens; replaced when they are refreshed.
    pub access: SealedTokens,
}

/// Why a sync was aborted.
pub(super) enum SyncError {
    /// The platform returned an error, or is misconfigured here.
    Failed(ProviderError),
    /// Permanent failure; the user must reconnect the account.
    Over(FailureKind),
    /// The monthly budget for a platform that bills API calls is exhausted.
    BudgetSpent,
    /// A database query failed.
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

/// Returns the time of the next attempt; `None` if the user must reconnect the account.
fn retry_at(error: &ProviderError, failures: i32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let doubled = FIRST_RETRY * (1 << failures.clamp(0, 16));
    match error {
        ProviderError::Revoked(_) | ProviderError::NoAccount | ProviderError::ScopeLost(_) => None,
        ProviderError::RateLimited { retry_after } => Some(now + retry_after.unwrap_or(LIMITED).clamp(FIRST_RETRY, TimeDelta::days(1))),
        ProviderError::Transient(_) | ProviderError::Misconfigured(_) => Some(now + doubled.min(LONGEST_RETRY)),
    }
}

/// Fetches and stores what it can. Returns why data is missing, or `None` if it is complete.
async fn attempt(core: &Core, held: &mut Held, is_asked: bool) -> Result<Option<FailureKind>, SyncError> {
    let now = core.clock.now();
    let platform = held.integration.provider;
    let Some(provider) = core.providers.get(platform) else {
        return Err(ProviderError::Misconfigured("platform is not configured".to_owned()).into());
    };
    if held.access.ends_at().is_some_and(|end| end <= now) {
        return Err(SyncError::Over(FailureKind::Expired));
    }
    let read = read_all(core, provider, held, is_asked).await?;
    let has_more = has_more_days(provider, platform, read.days, &read.scopes, now.date_naive());
    let missed = held.integration.missed;
    let regular = provider.next_reading(now) + jitter(held.integration.id);
    let next_sync_at = match &read.failure {
        Some(error) if read.is_day_missing => retry_at(error, missed, now).unwrap_or(regular),
        // Missing posts wait for the next regular sync, or longer if the platform says so.
        Some(error) => retry_at(error, 0, now).map_or(regular, |at| at.max(regular)),
        None if has_more => now,
        None => regular,
    };
    let reading = Reading {
        id: held.integration.id,
        access_token: &held.access.access,
        account_name: &read.profile.name,
        scopes: &read.scopes,
        days_read: read.days,
        failure: read.failure.as_ref().map(ProviderError::kind),
        // Manual syncs and failed posts do not count towards `TRIES`.
        missed: if read.is_day_missing { missed + i32::from(!is_asked) } else { 0 },
        now,
        next_sync_at,
    };
    let event = if reading.failure.is_some() { EventKind::ReadFailed } else { EventKind::Read };
    let mut tx = db::begin(&core.db).await?;
    if db::integrations::set_read(&mut *tx, &reading).await? {
        db::integration_events::insert(&mut *tx, reading.id, event, reading.failure, now).await?;
    }
    tx.commit().await.map_err(DbError::from)?;
    Ok(reading.failure)
}

/// Result of a sync that was not aborted.
struct ReadAll {
    profile: Profile,
    days: DaysRead,
    is_day_missing: bool,
    scopes: Vec<String>,
    failure: Option<ProviderError>,
}

/// Fetches the profile and the daily metrics and, once the backfill is complete, the posts.
async fn read_all(core: &Core, provider: &dyn OAuthProvider, held: &mut Held, is_asked: bool) -> Result<ReadAll, SyncError> {
    let now = core.clock.now();
    let today = now.date_naive();
    let (tokens, mut profile) = renew_and_read_profile(core, provider, held, is_asked).await?;
    profile.name = storable(&profile.name);
    let integration = &held.integration;
    if let Some(followers) = profile.followers {
        db::figures::save_followers(&core.db, integration.id, today, followers, now).await?;
    }
    let access = Access { token: &tokens.access, scopes: &integration.scopes };
    let days = read_days(core, provider, integration, access, today).await.map_err(not_the_token)?;
    let access = Access { token: &tokens.access, scopes: &days.scopes };
    let posts = if days.failure.is_none() && !has_more_days(provider, integration.provider, days.read, &days.scopes, today) {
        read_posts(core, provider, integration, access, &profile, today).await.map_err(not_the_token)?
    } else {
        PostsOutcome::default()
    };
    let is_day_missing = days.failure.is_some();
    let failure = days.failure.or(posts.failure);
    if let Some(error) = &failure {
        tracing::warn!(error = chain(&error), integration = %integration.id, missed = integration.missed, "sync is incomplete");
    }
    Ok(ReadAll { profile, days: days.read, is_day_missing, scopes: posts.scopes.unwrap_or(days.scopes), failure })
}

/// Returns whether the backfill is incomplete.
fn has_more_days(provider: &dyn OAuthProvider, platform: Platform, days: DaysRead, scopes: &[String], today: NaiveDate) -> bool {
    let can_go_on = provider.reports_days() && readable(platform, Metric::Views, scopes) == Readable::Yes;
    can_go_on && days.from.is_none_or(|oldest| oldest > today - Days::new(HISTORY))
}

/// Maps a rejected token to a transient error, because the profile was just fetched with the same token. If the token is revoked, the next
/// sync finds out.
fn not_the_token(error: SyncError) -> SyncError {
    match error {
        SyncError::Failed(ProviderError::Revoked(text)) => {
            ProviderError::Transient(format!("token rejected after it was accepted for the profile: {text}")).into()
        }
        error => error,
    }
}

/// Returns a delay of up to ten minutes, constant for each account, so that accounts that were connected together are not always synced
/// together.
fn jitter(id: Uuid) -> TimeDelta {
    let [.., high, low] = *id.as_bytes();
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
        assert_eq!(retry_at(&transient, i32::MAX, now), Some(now + LONGEST_RETRY));
        assert_eq!(retry_at(&ProviderError::Revoked(String::new()), 0, now), None);
        let limited = ProviderError::RateLimited { retry_after: Some(TimeDelta::minutes(12)) };
        assert_eq!(retry_at(&limited, 0, now), Some(now + TimeDelta::minutes(12)));
    }
}
