//! Fetches the daily metrics of an account: recent days that may still change, and the backfill in chunks from newest to oldest.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, TimeDelta};
use futures::{StreamExt, stream};
use huntaze_domain::analytics::figures::Metric;

use super::leased::{SyncContext, SyncError};
use crate::{
    db::{
        self,
        analytics::insights::{DailyInsightsRow, FinalDays},
        integrations::SyncedRange,
    },
    providers::{Availability, ProviderError, ScopedToken, metric_availability, permissions},
};

/// A day that is not final yet is not refetched within this time.
const REFETCH_INTERVAL: TimeDelta = TimeDelta::hours(1);
/// After this many incomplete syncs in a row, about half a day, up to [`MAX_SKIPPED_DAYS`] days that keep failing are skipped. If more days
/// fail, the cause is an outage of the platform, and they are retried.
const MAX_INCOMPLETE_SYNCS: i32 = 8;
const MAX_SKIPPED_DAYS: usize = 3;
/// Number of days that one sync extends the backfill by.
const BACKFILL_CHUNK_DAYS: u64 = 30;
/// Number of days before today that are backfilled: twice the longest period, which is compared with the period before it.
pub const BACKFILL_DAYS: u64 = 180;
/// Maximum number of concurrent requests for one account.
const MAX_CONCURRENCY: usize = 4;

/// Result of fetching the daily metrics of an account.
pub(super) struct InsightsSync {
    /// Range of days that is synced now; unchanged if a day is missing.
    pub synced: SyncedRange,
    /// Scopes without those that the platform turned out to refuse.
    pub scopes: Vec<String>,
    /// Why a day is missing that will be retried; `None` if no day is.
    pub failure: Option<ProviderError>,
}

/// Fetches the recent days and one chunk of the backfill. A failing day does not fail the sync of an account whose profile responds: the
/// day is retried, and skipped after [`MAX_INCOMPLETE_SYNCS`] incomplete syncs.
pub(super) async fn sync_daily_insights(sync: &SyncContext<'_>, access: ScopedToken<'_>) -> Result<InsightsSync, SyncError> {
    let &SyncContext { core, provider, integration, today } = sync;
    let unchanged = |scopes, failure| InsightsSync { synced: integration.synced_range, scopes, failure };
    if !provider.has_daily_insights() {
        // Daily metrics are derived from posts, starting now; there is nothing to backfill.
        let synced = SyncedRange { from: Some(today - Days::new(BACKFILL_DAYS)), until: Some(today) };
        return Ok(InsightsSync { synced, scopes: integration.scopes.clone(), failure: None });
    }
    if metric_availability(integration.provider, Metric::Views, &integration.scopes) != Availability::Available {
        return Ok(unchanged(integration.scopes.clone(), None));
    }
    let (recent, late) = (core.clock.now() - REFETCH_INTERVAL, provider.finalization_days());
    let since = today - Days::new(BACKFILL_DAYS);
    let wanted = FinalDays { since, captured_after: recent, finalization_days: late.into() };
    let final_days = db::analytics::insights::final_days(&core.db, integration.id, wanted).await?;
    let (days, synced) = days_to_fetch(today, integration.synced_range, &final_days, late.into());
    let mut calls = stream::iter(days.into_iter().rev()).map(|day| sync_day(sync, access, day)).buffer_unordered(MAX_CONCURRENCY);
    let mut missed = Vec::new();
    while let Some(outcome) = calls.next().await {
        match outcome {
            Ok(()) => {}
            Err(SyncError::Provider(error @ ProviderError::Transient(_))) => missed.push(error),
            Err(SyncError::Provider(error @ ProviderError::RateLimited { .. })) => {
                return Ok(unchanged(integration.scopes.clone(), Some(error)));
            }
            Err(SyncError::Provider(ProviderError::InsufficientScope(_))) => {
                return Ok(unchanged(permissions::without_days(integration.provider, &integration.scopes), None));
            }
            Err(error) => return Err(error),
        }
    }
    let can_skip = integration.incomplete_syncs >= MAX_INCOMPLETE_SYNCS && missed.len() <= MAX_SKIPPED_DAYS;
    match missed.pop().filter(|_| !can_skip) {
        Some(error) => Ok(unchanged(integration.scopes.clone(), Some(error))),
        None => Ok(InsightsSync { synced, scopes: integration.scopes.clone(), failure: None }),
    }
}

async fn sync_day(sync: &SyncContext<'_>, access: ScopedToken<'_>, day: NaiveDate) -> Result<(), SyncError> {
    let SyncContext { core, provider, integration, .. } = sync;
    let found = provider.fetch_daily_insights(access, day).await?;
    if !found.is_empty() {
        let row = DailyInsightsRow { day, views: found.views, reach: found.reach, interactions: found.interactions };
        db::analytics::insights::upsert_day(&core.db, integration.id, &row, core.clock.now()).await?;
    }
    Ok(())
}

/// Returns the days to fetch, and the synced range once they are fetched: days that were not final at the last sync, days since then, and
/// one chunk of the backfill, without `final_days`.
fn days_to_fetch(today: NaiveDate, synced: SyncedRange, final_days: &[NaiveDate], late: u64) -> (BTreeSet<NaiveDate>, SyncedRange) {
    let span = |from: NaiveDate, to: NaiveDate| from.iter_days().take_while(move |day| *day < to);
    let oldest = today - Days::new(BACKFILL_DAYS);
    let end = synced.from.unwrap_or(today);
    let start = (end - Days::new(BACKFILL_CHUNK_DAYS)).max(oldest).min(end);
    // Days that were not final at the last sync, and all days since.
    let recent = (synced.until.unwrap_or(today).min(today) - Days::new(late)).max(oldest);
    let days = span(recent, today).chain(span(start, end)).filter(|day| !final_days.contains(day));
    (days.collect(), SyncedRange { from: Some(start), until: Some(today) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") + Days::new(number)
    }

    fn synced(from: u64, until: u64) -> SyncedRange {
        SyncedRange { from: Some(day(from)), until: Some(day(until)) }
    }

    #[test]
    fn backfill_starts_with_newest_month_and_continues_in_chunks() {
        let today = day(400);
        let (days, mut so_far) = days_to_fetch(today, SyncedRange::default(), &[], 3);
        assert_eq!((days.len(), days.first(), days.last()), (30, Some(&day(370)), Some(&day(399))));
        let mut final_days: Vec<_> = days.into_iter().collect();
        let mut pieces = 1;
        while so_far.from > Some(today - Days::new(BACKFILL_DAYS)) {
            let (days, next) = days_to_fetch(today, so_far, &final_days, 3);
            assert_eq!(days.last().copied(), so_far.from.map(|from| from - Days::new(1)));
            final_days.extend(days);
            so_far = next;
            pieces += 1;
        }
        assert_eq!((pieces, so_far), (6, synced(220, 400)));
        assert!(days_to_fetch(today, so_far, &final_days, 3).0.is_empty());
    }

    #[test]
    fn recent_days_are_refetched_until_final() {
        let days = |final_days: &[NaiveDate]| days_to_fetch(day(400), synced(220, 400), final_days, 3).0.into_iter().collect::<Vec<_>>();
        assert_eq!(days(&[]), [day(397), day(398), day(399)]);
        assert_eq!(days(&[day(397)]), [day(398), day(399)]);
    }

    #[test]
    fn days_missed_since_last_sync_are_fetched() {
        let (days, _) = days_to_fetch(day(400), synced(220, 350), &[], 3);
        assert_eq!((days.len(), days.first()), (53, Some(&day(347))), "days that were not final then are refetched");
        // The newest days were fetched before the sync failed, so `until` did not advance.
        let (days, _) = days_to_fetch(day(400), synced(220, 350), &[day(398), day(399)], 3);
        assert_eq!((days.len(), days.last()), (51, Some(&day(397))));
    }

    proptest! {
        #[test]
        fn days_to_fetch_stay_within_backfill_window(today in 200_u64..600, from in proptest::option::of(0_u64..700), until in proptest::option::of(0_u64..700)) {
            let today = day(today);
            let before = |ago: Option<u64>| ago.map(|ago| today - Days::new(ago));
            let so_far = SyncedRange { from: before(from), until: before(until) };
            let (days, next) = days_to_fetch(today, so_far, &[], 3);
            prop_assert!(days.iter().all(|day| *day < today && *day >= today - Days::new(BACKFILL_DAYS)));
            prop_assert!(so_far.from.is_none_or(|from| next.from <= Some(from)));
            prop_assert_eq!(next.until, Some(today));
        }
    }
}
