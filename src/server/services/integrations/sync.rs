//! Reading an account: its tokens are refreshed when it is time, then come its profile and the figures of its days.

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use futures::{StreamExt, TryStreamExt, stream};

use super::{IntegrationError, disconnect::find, tokens, view};
use crate::{
    domain::{
        figures::Metric,
        integration::{FailureKind, IntegrationView},
        platform::Platform,
    },
    server::{
        db::{
            self, DbError,
            figures::DayFigures,
            integrations::{Integration, Reading},
            sessions::OpenSession,
        },
        providers::{OAuthProvider, ProviderError, Readable, Tokens, readable},
        state::AppState,
    },
};

/// Between two readings.
const PAUSE: TimeDelta = TimeDelta::hours(6);
/// One reading takes no longer; a reader that died lets go after the lease.
const DEADLINE: Duration = Duration::from_mins(1);
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// After a failure: 5 min, 10 min, 20 min, … up to the usual pause.
const FIRST_RETRY: TimeDelta = TimeDelta::minutes(5);
/// Where the platform does not say how long it limits us.
const LIMITED: TimeDelta = TimeDelta::hours(1);

/// Platforms report a day late; so many of the newest days are asked for again while they are missing.
const LATE: u64 = 4;
/// One reading goes so many days further back.
const CHUNK: u64 = 30;
/// As far as the history goes: the longest period and the one before it.
const HISTORY: u64 = 180;
/// Calls under way at once.
const AT_ONCE: usize = 4;

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
    let found = find(state, current, platform, id).await?;
    let now = state.clock.now();
    let claimed = db::integrations::claim(&state.db, current.user.id, found.id, now, now + LEASE).await?;
    let outcome = read(state, claimed.ok_or(IntegrationError::Busy)?, true).await?;
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
        Ok(()) => return Ok(Ok(())),
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
enum SyncError {
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

async fn attempt(state: &AppState, integration: &mut Integration, is_asked: bool) -> Result<(), SyncError> {
    let now = state.clock.now();
    let Some(provider) = state.providers.get(integration.provider) else {
        return Err(ProviderError::Misconfigured("no keys".to_owned()).into());
    };
    if integration.access.expires_at.is_some_and(|end| end <= now) {
        return Err(SyncError::Over(FailureKind::Expired));
    }
    let tokens = tokens::open(&state.cipher, integration.id, &integration.access).map_err(|error| {
        tracing::error!(%error, integration = %integration.id, "an access could not be decrypted");
        SyncError::Over(FailureKind::Unreadable)
    })?;
    let tokens = refreshed(state, provider, integration, tokens, is_asked).await?;

    let profile = provider.fetch_profile(&tokens.access).await?;
    let today = now.date_naive();
    if let Some(followers) = profile.followers {
        db::figures::save_followers(&state.db, integration.id, today, followers, now).await?;
    }
    let history_from = read_days(state, provider, integration, &tokens, today).await?;
    let is_complete = history_from.is_none_or(|oldest| oldest <= today - Days::new(HISTORY));
    let reading = Reading {
        id: integration.id,
        access_token: &integration.access.access,
        account_name: &profile.name,
        history_from,
        now,
        next_sync_at: if is_complete { now + PAUSE } else { now },
    };
    db::integrations::set_read(&state.db, &reading).await?;
    Ok(())
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

/// Reads the newest days that are missing, and a piece of the history. Returns the oldest day that was asked for.
async fn read_days(
    state: &AppState,
    provider: &dyn OAuthProvider,
    integration: &Integration,
    tokens: &Tokens,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, SyncError> {
    if readable(integration.provider, Metric::Views, &integration.scopes) != Readable::Yes {
        return Ok(integration.history_from);
    }
    let known = db::figures::known_days(&state.db, integration.id, today - Days::new(HISTORY)).await?;
    let (days, oldest) = wanted_days(today, integration.history_from, &known);
    stream::iter(days.into_iter().rev())
        .map(|day| async move {
            let found = provider.fetch_day(&tokens.access, day).await?;
            if !found.is_empty() {
                let figures = DayFigures { day, views: found.views, reach: found.reach, interactions: found.interactions };
                db::figures::save_day(&state.db, integration.id, &figures, state.clock.now()).await?;
            }
            Ok::<_, SyncError>(())
        })
        .buffer_unordered(AT_ONCE)
        .try_collect::<Vec<()>>()
        .await?;
    Ok(Some(oldest))
}

/// The days to ask for, and the oldest day that was asked for once they are: what is missing of the newest ones, what came since the last
/// reading, and a piece of the history.
fn wanted_days(today: NaiveDate, history_from: Option<NaiveDate>, known: &[NaiveDate]) -> (BTreeSet<NaiveDate>, NaiveDate) {
    let span = |from: NaiveDate, to: NaiveDate| from.iter_days().take_while(move |day| *day < to);
    let oldest = today - Days::new(HISTORY);
    let end = history_from.unwrap_or(today);
    let start = (end - Days::new(CHUNK)).max(oldest).min(end);
    let newest_known = known.iter().copied().max().unwrap_or(today);
    let recent = span((today - Days::new(LATE)).min(newest_known).max(oldest), today).filter(|day| !known.contains(day));
    (recent.chain(span(start, end)).collect(), start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") + Days::new(number)
    }

    #[test]
    fn the_newest_month_comes_first_then_the_rest_piece_by_piece() {
        let today = day(400);
        let (days, mut oldest) = wanted_days(today, None, &[]);
        assert_eq!((days.len(), days.first(), days.last()), (30, Some(&day(370)), Some(&day(399))));
        let mut pieces = 1;
        while oldest > today - Days::new(HISTORY) {
            let known: Vec<_> = days.iter().copied().collect();
            let (days, next) = wanted_days(today, Some(oldest), &known);
            assert_eq!(days.last().copied(), Some(oldest - Days::new(1)));
            oldest = next;
            pieces += 1;
        }
        assert_eq!((pieces, oldest), (6, day(220)));
        assert!(wanted_days(today, Some(oldest), &[day(396), day(397), day(398), day(399)]).0.is_empty());
    }

    #[test]
    fn a_day_that_was_late_is_asked_for_again() {
        let (days, _) = wanted_days(day(400), Some(day(220)), &[day(396), day(397), day(398)]);
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [day(399)]);
    }

    #[test]
    fn what_came_while_nobody_read_is_caught_up() {
        let known: Vec<_> = (220..350).map(day).collect();
        let (days, oldest) = wanted_days(day(400), Some(day(220)), &known);
        assert_eq!((days.len(), days.first(), oldest), (50, Some(&day(350)), day(220)));
    }

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

    proptest! {
        #[test]
        fn never_today_and_never_too_far_back(today in 200_u64..600, ago in proptest::option::of(0_u64..700)) {
            let today = day(today);
            let history_from = ago.map(|ago| today - Days::new(ago));
            let (days, oldest) = wanted_days(today, history_from, &[]);
            prop_assert!(days.iter().all(|day| *day < today));
            prop_assert!(days.iter().all(|day| *day >= today - Days::new(HISTORY)));
            prop_assert!(history_from.is_none_or(|from| oldest <= from));
        }
    }
}
