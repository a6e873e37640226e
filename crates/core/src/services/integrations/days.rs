//! Fetches the daily metrics of an account: recent days that may still change, and the backfill in chunks from newest to oldest.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, TimeDelta};
use futures::{StreamExt, stream};
use huntaze_domain::figures::Metric;
use uuid::Uuid;

use super::sync::SyncError;
use crate::{
    Core,
    db::{
        self,
        figures::DayFigures,
        integrations::{DaysRead, Integration},
    },
    providers::{Access, OAuthProvider, ProviderError, Readable, readable, scopes},
};

/// A day that is not final yet is not refetched within this time.
const JUST_NOW: TimeDelta = TimeDelta::hours(1);
/// After this many incomplete syncs in a row, about half a day, up to [`A_FEW`] days that keep failing are skipped. If more days fail, the
/// cause is an outage of the platform, and they are retried.
const TRIES: i32 = 8;
const A_FEW: usize = 3;
/// Number of days that one sync extends the backfill by.
const CHUNK: u64 = 30;
/// Number of days before today that are backfilled: twice the longest period, which is compared with the period before it.
pub const HISTORY: u64 = 180;
/// Maximum number of concurrent requests for one account.
const AT_ONCE: usize = 4;

/// Result of fetching the daily metrics of an account.
pub(super) struct DaysOutcome {
    /// Range of days that is synced now; unchanged if a day is missing.
    pub read: DaysRead,
    /// Scopes without those that the platform turned out to refuse.
    pub scopes: Vec<String>,
    /// Why a day is missing that will be retried; `None` if no day is.
    pub failure: Option<ProviderError>,
}

/// Fetches the recent days and one chunk of the backfill. A failing day does not fail the sync of an account whose profile responds: the
/// day is retried, and skipped after [`TRIES`] incomplete syncs.
pub(super) async fn read_days(
    core: &Core,
    provider: &dyn OAuthProvider,
    integration: &Integration,
    access: Access<'_>,
    today: NaiveDate,
) -> Result<DaysOutcome, SyncError> {
    let unchanged = |scopes, failure| DaysOutcome { read: integration.days_read, scopes, failure };
    if !provider.reports_days() {
        // Daily metrics are derived from posts, starting now; there is nothing to backfill.
        let read = DaysRead { from: Some(today - Days::new(HISTORY)), until: Some(today) };
        return Ok(DaysOutcome { read, scopes: integration.scopes.clone(), failure: None });
    }
    if readable(integration.provider, Metric::Views, &integration.scopes) != Readable::Yes {
        return Ok(unchanged(integration.scopes.clone(), None));
    }
    let (just_now, late) = (core.clock.now() - JUST_NOW, provider.late_days());
    let settled = db::figures::settled_days(&core.db, integration.id, today - Days::new(HISTORY), just_now, late.into()).await?;
    let (days, read) = wanted_days(today, integration.days_read, &settled, late.into());
    let mut calls =
        stream::iter(days.into_iter().rev()).map(|day| read_day(core, provider, integration.id, access, day)).buffer_unordered(AT_ONCE);
    let mut missed = Vec::new();
    while let Some(outcome) = calls.next().await {
        match outcome {
            Ok(()) => {}
            Err(SyncError::Failed(error @ ProviderError::Transient(_))) => missed.push(error),
            Err(SyncError::Failed(error @ ProviderError::RateLimited { .. })) => {
                return Ok(unchanged(integration.scopes.clone(), Some(error)));
            }
            Err(SyncError::Failed(ProviderError::ScopeLost(_))) => {
                return Ok(unchanged(scopes::without_days(integration.provider, &integration.scopes), None));
            }
            Err(error) => return Err(error),
        }
    }
    let is_given_up = integration.missed >= TRIES && missed.len() <= A_FEW;
    match missed.pop().filter(|_| !is_given_up) {
        Some(error) => Ok(unchanged(integration.scopes.clone(), Some(error))),
        None => Ok(DaysOutcome { read, scopes: integration.scopes.clone(), failure: None }),
    }
}

async fn read_day(core: &Core, provider: &dyn OAuthProvider, id: Uuid, access: Access<'_>, day: NaiveDate) -> Result<(), SyncError> {
    let found = provider.fetch_day(access, day).await?;
    if !found.is_empty() {
        let figures = DayFigures { day, views: found.views, reach: found.reach, interactions: found.interactions };
        db::figures::save_day(&core.db, id, &figures, core.clock.now()).await?;
    }
    Ok(())
}

/// Returns the days to fetch, and the synced range once they are fetched: days that were not final at the last sync, days since then, and
/// one chunk of the backfill, without the `settled` ones.
fn wanted_days(today: NaiveDate, read: DaysRead, settled: &[NaiveDate], late: u64) -> (BTreeSet<NaiveDate>, DaysRead) {
    let span = |from: NaiveDate, to: NaiveDate| from.iter_days().take_while(move |day| *day < to);
    let oldest = today - Days::new(HISTORY);
    let end = read.from.unwrap_or(today);
    let start = (end - Days::new(CHUNK)).max(oldest).min(end);
    // Days that were not final at the last sync, and all days since.
    let recent = (read.until.unwrap_or(today).min(today) - Days::new(late)).max(oldest);
    let days = span(recent, today).chain(span(start, end)).filter(|day| !settled.contains(day));
    (days.collect(), DaysRead { from: Some(start), until: Some(today) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") + Days::new(number)
    }

    fn read(from: u64, until: u64) -> DaysRead {
        DaysRead { from: Some(day(from)), until: Some(day(until)) }
    }

    #[test]
    fn backfill_starts_with_newest_month_and_continues_in_chunks() {
        let today = day(400);
        let (days, mut so_far) = wanted_days(today, DaysRead::default(), &[], 3);
        assert_eq!((days.len(), days.first(), days.last()), (30, Some(&day(370)), Some(&day(399))));
        let mut settled: Vec<_> = days.into_iter().collect();
        let mut pieces = 1;
        while so_far.from > Some(today - Days::new(HISTORY)) {
            let (days, next) = wanted_days(today, so_far, &settled, 3);
            assert_eq!(days.last().copied(), so_far.from.map(|from| from - Days::new(1)));
            settled.extend(days);
            so_far = next;
            pieces += 1;
        }
        assert_eq!((pieces, so_far), (6, read(220, 400)));
        assert!(wanted_days(today, so_far, &settled, 3).0.is_empty());
    }

    #[test]
    fn recent_days_are_refetched_until_final() {
        let days = |settled: &[NaiveDate]| wanted_days(day(400), read(220, 400), settled, 3).0.into_iter().collect::<Vec<_>>();
        assert_eq!(days(&[]), [day(397), day(398), day(399)]);
        assert_eq!(days(&[day(397)]), [day(398), day(399)]);
    }

    #[test]
    fn days_missed_since_last_sync_are_fetched() {
        let (days, _) = wanted_days(day(400), read(220, 350), &[], 3);
        assert_eq!((days.len(), days.first()), (53, Some(&day(347))), "days that were not final then are refetched");
        // The newest days were fetched before the sync failed, so `until` did not advance.
        let (days, _) = wanted_days(day(400), read(220, 350), &[day(398), day(399)], 3);
        assert_eq!((days.len(), days.last()), (51, Some(&day(397))));
    }

    proptest! {
        #[test]
        fn days_to_fetch_stay_within_backfill_window(today in 200_u64..600, from in proptest::option::of(0_u64..700), until in proptest::option::of(0_u64..700)) {
            let today = day(today);
            let before = |ago: Option<u64>| ago.map(|ago| today - Days::new(ago));
            let so_far = DaysRead { from: before(from), until: before(until) };
            let (days, next) = wanted_days(today, so_far, &[], 3);
            prop_assert!(days.iter().all(|day| *day < today && *day >= today - Days::new(HISTORY)));
            prop_assert!(so_far.from.is_none_or(|from| next.from <= Some(from)));
            prop_assert_eq!(next.until, Some(today));
        }
    }
}
