//! Which days of an account are asked for, and what their answers come to.

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

/// Days that are still open are not asked for twice within this time.
const JUST_NOW: TimeDelta = TimeDelta::hours(1);
/// A few days that never answer are given up after so many readings, over about half a day. More than a few are an outage: that is waited for.
const TRIES: i32 = 8;
const A_FEW: usize = 3;
/// One reading goes so many days further back.
const CHUNK: u64 = 30;
/// As far as the history goes: the longest period and the one before it.
pub const HISTORY: u64 = 180;
/// Calls under way at once.
const AT_ONCE: usize = 4;

/// How far the days of an account are read.
pub(super) struct DaysOutcome {
    /// The days that were asked for.
    pub read: DaysRead,
    /// The scopes that still hold.
    pub scopes: Vec<String>,
    /// Why a day is missing that will be asked for again.
    pub failure: Option<ProviderError>,
}

/// Reads the newest days and a piece of the history. An account whose profile answers is not broken because a day does not: that day is
/// tried again, and after [`TRIES`] left unknown.
pub(super) async fn read_days(
    core: &Core,
    provider: &dyn OAuthProvider,
    integration: &Integration,
    access: Access<'_>,
    today: NaiveDate,
) -> Result<DaysOutcome, SyncError> {
    let unchanged = |scopes, failure| DaysOutcome { read: integration.days_read, scopes, failure };
    if !provider.reports_days() {
        // They follow from the posts, from now on: there is no history to wait for.
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

/// The days to ask for, and those that were asked for once they are: the newest, what came since the last reading, and a piece of the
/// history; less what is settled.
fn wanted_days(today: NaiveDate, read: DaysRead, settled: &[NaiveDate], late: u64) -> (BTreeSet<NaiveDate>, DaysRead) {
    let span = |from: NaiveDate, to: NaiveDate| from.iter_days().take_while(move |day| *day < to);
    let oldest = today - Days::new(HISTORY);
    let end = read.from.unwrap_or(today);
    let start = (end - Days::new(CHUNK)).max(oldest).min(end);
    // What was open at the last reading, and all since.
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
    fn the_newest_month_comes_first_then_the_rest_piece_by_piece() {
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
    fn the_newest_days_are_asked_for_until_they_are_settled() {
        let days = |settled: &[NaiveDate]| wanted_days(day(400), read(220, 400), settled, 3).0.into_iter().collect::<Vec<_>>();
        assert_eq!(days(&[]), [day(397), day(398), day(399)]);
        assert_eq!(days(&[day(397)]), [day(398), day(399)]);
    }

    #[test]
    fn what_came_while_nobody_read_is_caught_up_even_in_pieces() {
        let (days, _) = wanted_days(day(400), read(220, 350), &[], 3);
        assert_eq!((days.len(), days.first()), (53, Some(&day(347))), "the days that were open then are read again");
        // The newest were read, then it broke off: `until` did not move.
        let (days, _) = wanted_days(day(400), read(220, 350), &[day(398), day(399)], 3);
        assert_eq!((days.len(), days.last()), (51, Some(&day(397))));
    }

    proptest! {
        #[test]
        fn never_today_and_never_too_far_back(today in 200_u64..600, from in proptest::option::of(0_u64..700), until in proptest::option::of(0_u64..700)) {
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
