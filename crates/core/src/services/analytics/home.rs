//! Home page: metrics summed over all accounts of a user.

mod trend;

use chrono::{DateTime, Days, NaiveDate, Utc};
use futures::try_join;
use huntaze_domain::{
    analytics::figures::{Coverage, Figure, HomeStats, KnownFigure, Metric, StatsRange, Trend, Unit},
    ids::{IntegrationId, UserId},
};

use self::trend::{Change, Comparison, basis_points, difference_of_rates, relative_change};
use crate::{
    Core,
    db::{
        self, DbError,
        analytics::insights::{AccountTotals, PeriodTotals, Totals, TotalsQuery},
    },
    infra::data_cache::Entry,
    providers::{Availability, metric_availability},
    services::{
        earnings::{EarningsHistory, Revenue},
        integrations::BACKFILL_DAYS,
    },
};

/// A period ends with the last day for which all accounts have data, at most this many days ago. Platforms report a day only after it has
/// ended, some days later.
const LATEST: u64 = 4;
/// Share of the days of a period that an account needs to be compared, in percent.
const MIN_COMPARED_PERCENT: u32 = 90;

/// Returns the metrics of all connected accounts of a user, or of one account, over the last complete days.
pub async fn stats(core: &Core, user_id: UserId, range: StatsRange, account: Option<IntegrationId>) -> Result<HomeStats, DbError> {
    let parameters = super::cache_parameters(core.clock.now().date_naive(), range, account);
    let load = async {
        let (totals, earnings) = try_join!(read_totals(core, user_id, range, account), read_earnings(core, user_id, range, account))?;
        Ok(combine(core, range, &totals, earnings.as_ref()))
    };
    core.data_cache.get_or_load(Entry { user_id, name: "home_stats", parameters: &parameters }, load).await
}

/// Reads what [`combine`] sums.
pub(super) async fn read_totals(
    core: &Core,
    user_id: UserId,
    range: StatsRange,
    account: Option<IntegrationId>,
) -> Result<Totals, DbError> {
    let today = core.clock.now().date_naive();
    let (earliest, history_start) = (today - Days::new(LATEST), today - Days::new(BACKFILL_DAYS));
    let query = TotalsQuery { user_id, account, days: range.days(), earliest, today, history_start };
    db::analytics::insights::totals(&core.db, &query).await
}

/// Reads the earnings of the period, wherever it ends, and of the one before it; none for a single account, because earnings belong to the
/// user.
pub(super) async fn read_earnings(
    core: &Core,
    user_id: UserId,
    range: StatsRange,
    account: Option<IntegrationId>,
) -> Result<Option<EarningsHistory>, DbError> {
    if account.is_some() {
        return Ok(None);
    }
    let today = core.clock.now().date_naive();
    let from = today - Days::new(LATEST + 2 * u64::from(range.days()));
    EarningsHistory::read(&core.db, user_id, from, today).await
}

/// Returns the metrics of accounts and earnings together.
pub(super) fn combine(core: &Core, range: StatsRange, totals: &Totals, earnings: Option<&EarningsHistory>) -> HomeStats {
    let reach = HomeStats { until: totals.until, ..sum(range, &totals.accounts, core.clock.now().date_naive()) };
    match earnings {
        Some(earnings) => with_revenue(reach, &earnings.revenue(range, totals.until), totals.accounts.is_empty()),
        None => reach,
    }
}

/// Adds the user's earnings. `is_all` says that there are no accounts; the other metrics are unsupported then, not pending.
fn with_revenue(mut stats: HomeStats, revenue: &Revenue, is_all: bool) -> HomeStats {
    let days = u32::from(stats.range.days());
    let coverage = coverage(revenue.known_days, days);
    stats.revenue = match (revenue.current.split_first(), revenue.captured_at) {
        (Some((first, others)), Some(captured_at)) if revenue.known_days > 0 => {
            stats.other_revenue = others.to_vec();
            let is_complete = coverage.is_none() && revenue.previous_known_days == days;
            let trend = if is_complete {
                relative_change(Sums([first.minor, 0]).exact(), Sums([revenue.previous, 0]).exact())
            } else {
                Trend::Unknown
            };
            let (value, currency) = (first.minor, Some(first.currency));
            Figure::Known(KnownFigure { value, unit: Unit::Minor, currency, captured_at, coverage, accounts: None, trend })
        }
        _ => Figure::Pending,
    };
    if is_all {
        (stats.audience, stats.views, stats.engagement_rate) = (Figure::Unsupported, Figure::Unsupported, Figure::Unsupported);
    }
    stats
}

/// Combines the metrics of all accounts.
fn sum(range: StatsRange, accounts: &[AccountTotals], today: NaiveDate) -> HomeStats {
    HomeStats {
        range,
        until: today,
        audience: audience(accounts, today),
        views: over_days(range, accounts, &VIEWS),
        engagement_rate: over_days(range, accounts, &ENGAGEMENT_RATE),
        revenue: unknown(Metric::Revenue, accounts),
        other_revenue: Vec::new(),
        is_backfilling: readable_accounts(Metric::Views, accounts).iter().any(|account| account.is_backfilling),
    }
}

/// Sums the newest follower counts, and compares those of accounts that have a new one and one of the first day of the period. The sum is as
/// old as the oldest count. Accounts without a count reduce the coverage.
fn audience(accounts: &[AccountTotals], today: NaiveDate) -> Figure {
    let readable = readable_accounts(Metric::Audience, accounts);
    let newest: Vec<_> = readable.iter().filter_map(|account| account.followers).collect();
    let Some(captured_at) = newest.iter().map(|(_, at)| *at).min() else { return unknown(Metric::Audience, accounts) };
    let value: i64 = newest.iter().map(|(followers, _)| followers).sum();
    let all = reporting(Metric::Audience, accounts);
    let coverage = coverage(count(newest.len()), all);
    let is_fresh = |at: &DateTime<Utc>| at.date_naive() >= today - Days::new(1);
    let pairs = readable.iter().filter_map(|account| {
        let (now, _) = account.followers.filter(|(_, at)| is_fresh(at))?;
        Some((Sums([now, 0]).exact(), Sums([account.previous_followers?, 0]).exact()))
    });
    let trend = pairs.collect::<Comparison>().trend(relative_change, all);
    Figure::Known(KnownFigure { value, unit: Unit::Count, currency: None, captured_at, coverage, accounts: None, trend })
}

/// A metric that is summed over days and accounts.
struct DailyMetric {
    metric: Metric,
    unit: Unit,
    /// Sums of a period, and the number of days for which they are known.
    totals: fn(PeriodTotals) -> (Sums, u32),
    value: fn(Sums) -> Option<i64>,
    /// Change between two periods.
    change: Change,
}

const VIEWS: DailyMetric = DailyMetric {
    metric: Metric::Views,
    unit: Unit::Count,
    totals: |period| (Sums([period.views, 0]), period.views_days),
    value: |Sums([views, _])| Some(views),
    change: relative_change,
};

/// Interactions divided by reach.
const ENGAGEMENT_RATE: DailyMetric = DailyMetric {
    metric: Metric::EngagementRate,
    unit: Unit::BasisPoints,
    totals: |period| (Sums([period.interactions, period.reach]), period.engagement_days),
    value: |Sums([interactions, reach])| (reach > 0).then(|| basis_points(interactions.into(), reach.into())),
    change: difference_of_rates,
};

/// A pair of sums: numerator and denominator of a rate, or one sum and 0.
#[derive(Clone, Copy, Default)]
struct Sums([i64; 2]);

impl Sums {
    fn exact(self) -> [i128; 2] {
        self.0.map(i128::from)
    }

    /// Scales sums over some of the days of a period to all of them, in millionths.
    fn scaled(self, known_days: u32, all_days: u16) -> [i128; 2] {
        self.0.map(|sum| i128::from(sum) * 1_000_000 * i128::from(all_days) / i128::from(known_days.max(1)))
    }
}

impl std::iter::Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), |Self([a, b]), Self([c, d])| Self([a + c, b + d]))
    }
}

/// The metric is known if at least one day is. Its trend compares the accounts that have nearly all days of both periods.
fn over_days(range: StatsRange, accounts: &[AccountTotals], daily: &DailyMetric) -> Figure {
    let &DailyMetric { metric, unit, totals, value, change } = daily;
    let readable = readable_accounts(metric, accounts);
    let sums = readable.iter().map(|account| totals(account.current));
    let (now, known_days) = (sums.clone().map(|(sum, _)| sum).sum::<Sums>(), sums.map(|(_, days)| days).sum::<u32>());
    let captured_at = readable.iter().filter_map(|account| account.captured_at).max();
    let (Some(value), Some(captured_at), 1..) = (value(now), captured_at, known_days) else { return unknown(metric, accounts) };
    let all = reporting(metric, accounts);
    let with_days = count(readable.iter().filter(|account| totals(account.current).1 > 0).count());
    let (coverage, accounts) = (coverage(known_days, all * u32::from(range.days())), coverage(with_days, all));
    let has_period = |days: u32| days * 100 >= u32::from(range.days()) * MIN_COMPARED_PERCENT;
    let pairs = readable.iter().filter_map(|account| {
        let ((now, days), (before, days_before)) = (totals(account.current), totals(account.previous));
        let has_both = has_period(days) && has_period(days_before);
        has_both.then(|| (now.scaled(days, range.days()), before.scaled(days_before, range.days())))
    });
    let trend = pairs.collect::<Comparison>().trend(change, all);
    Figure::Known(KnownFigure { value, unit, currency: None, captured_at, coverage, accounts, trend })
}

/// Number of accounts whose platform reports the metric. Other accounts do not reduce its coverage.
fn reporting(metric: Metric, accounts: &[AccountTotals]) -> u32 {
    count(
        accounts
            .iter()
            .filter(|account| metric_availability(account.provider, metric, &account.scopes) != Availability::Unsupported)
            .count(),
    )
}

fn readable_accounts(metric: Metric, accounts: &[AccountTotals]) -> Vec<&AccountTotals> {
    accounts.iter().filter(|account| metric_availability(account.provider, metric, &account.scopes) == Availability::Available).collect()
}

/// Returns why a metric is unknown: the most favorable reason of all accounts (pending, refused, unsupported). Without accounts, revenue is
/// unsupported, because it needs a source of its own.
fn unknown(metric: Metric, accounts: &[AccountTotals]) -> Figure {
    let reasons: Vec<_> = accounts.iter().map(|account| metric_availability(account.provider, metric, &account.scopes)).collect();
    if reasons.contains(&Availability::Available) || (reasons.is_empty() && metric != Metric::Revenue) {
        Figure::Pending
    } else if reasons.contains(&Availability::Refused) {
        Figure::Refused
    } else {
        Figure::Unsupported
    }
}

fn coverage(known: u32, total: u32) -> Option<Coverage> {
    (known < total).then_some(Coverage { known, total })
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;
    use huntaze_domain::platform::Platform;
    use proptest::prelude::*;

    const BASIC: &str = "instagram_business_basic";
    const INSIGHTS: &str = "instagram_business_manage_insights";

    fn period(days: u32, of_day: i64) -> PeriodTotals {
        let sum = of_day * i64::from(days);
        PeriodTotals { views: sum * 10, views_days: days, reach: sum * 5, interactions: sum, engagement_days: days }
    }

    fn account(current: PeriodTotals, previous: PeriodTotals) -> AccountTotals {
        AccountTotals {
            provider: Platform::Instagram,
            scopes: vec![BASIC.to_owned(), INSIGHTS.to_owned()],
            followers: Some((1200, DateTime::default())),
            previous_followers: Some(1000),
            current,
            previous,
            captured_at: (current.views_days > 0).then(DateTime::default),
            is_backfilling: false,
        }
    }

    fn sum(range: StatsRange, accounts: &[AccountTotals]) -> HomeStats {
        super::sum(range, accounts, NaiveDate::default())
    }

    fn known(figure: Figure) -> KnownFigure {
        let Figure::Known(known) = figure else { panic!("not known: {figure:?}") };
        known
    }

    #[test]
    fn metrics_are_summed_and_compared_with_previous_period() {
        let accounts = [account(period(7, 11), period(7, 10)), account(period(7, 33), period(7, 30))];
        let stats = sum(StatsRange::Week, &accounts);
        let (audience, views, rate) = (known(stats.audience), known(stats.views), known(stats.engagement_rate));
        assert_eq!((audience.value, audience.trend), (2400, Trend::relative(2000)));
        assert_eq!((views.value, views.trend), (7 * 440, Trend::relative(1000)));
        assert_eq!((rate.value, rate.unit, rate.trend), (2000, Unit::BasisPoints, Trend::in_points(0)));
        assert_eq!(stats.revenue, Figure::Unsupported);
    }

    #[test]
    fn missing_day_reduces_coverage_and_hides_trend() {
        for accounts in [[account(period(6, 10), period(7, 10))], [account(period(7, 10), period(6, 10))]] {
            let views = known(sum(StatsRange::Week, &accounts).views);
            assert_eq!(views.trend, Trend::Unknown);
            assert_eq!(views.coverage.is_some(), accounts[0].current.views_days == 6);
        }
    }

    #[test]
    fn account_without_permission_reduces_coverage() {
        let mut silent = account(period(0, 0), period(0, 0));
        silent.scopes = vec![BASIC.to_owned()];
        assert_eq!(sum(StatsRange::Week, std::slice::from_ref(&silent)).views, Figure::Refused);
        let views = known(sum(StatsRange::Week, &[silent, account(period(7, 10), period(7, 10))]).views);
        assert_eq!((views.value, views.coverage), (700, Some(Coverage { known: 7, total: 14 })));
        assert_eq!(views.trend, Trend::Known { change_bp: 0, is_in_points: false, compared: Some(Coverage { known: 1, total: 2 }) });
    }

    #[test]
    fn trend_compares_accounts_that_have_both_periods() {
        let compared = Some(Coverage { known: 1, total: 2 });
        let mut fresh = account(period(7, 1_000), period(0, 0));
        fresh.previous_followers = None;
        let stats = sum(StatsRange::Week, &[account(period(7, 11), period(7, 10)), fresh]);
        assert_eq!(known(stats.audience).trend, Trend::Known { change_bp: 2000, is_in_points: false, compared });
        assert_eq!(known(stats.views).trend, Trend::Known { change_bp: 1000, is_in_points: false, compared });
        assert_eq!(known(stats.engagement_rate).trend, Trend::Known { change_bp: 0, is_in_points: true, compared });
    }

    #[test]
    fn trend_of_nearly_complete_periods_compares_days() {
        // 28 days of 100 views before, 30 days of 100 views now.
        let stats = sum(StatsRange::Month, &[account(period(30, 10), period(28, 10))]);
        assert_eq!(known(stats.views).trend, Trend::relative(0));
        let stats = sum(StatsRange::Month, &[account(period(30, 10), period(26, 10))]);
        assert_eq!(known(stats.views).trend, Trend::Unknown, "less than 90 % of the days");
    }

    #[test]
    fn audience_is_as_old_as_its_oldest_count() {
        let mut stale = account(period(7, 10), period(7, 10));
        let fresh = stale.clone();
        stale.followers = Some((1200, DateTime::default() - chrono::TimeDelta::days(2)));
        let audience = known(sum(StatsRange::Week, &[stale, fresh]).audience);
        assert_eq!(audience.captured_at, DateTime::<Utc>::default() - chrono::TimeDelta::days(2));
        let compared = Some(Coverage { known: 1, total: 2 });
        assert_eq!(audience.trend, Trend::Known { change_bp: 2000, is_in_points: false, compared }, "without the old count");
    }

    #[test]
    fn trend_of_small_rate_is_computed_before_rounding() {
        let week = |interactions| PeriodTotals { views: 1, views_days: 7, reach: 100_000, interactions, engagement_days: 7 };
        let rate = known(sum(StatsRange::Week, &[account(week(359), week(350))]).engagement_rate);
        assert_eq!((rate.value, rate.trend), (35, Trend::in_points(1)));
    }

    #[test]
    fn engagement_rate_without_reach_is_pending() {
        let reached_nobody = PeriodTotals { views: 0, views_days: 7, reach: 0, interactions: 0, engagement_days: 7 };
        let stats = sum(StatsRange::Week, &[account(reached_nobody, reached_nobody)]);
        assert_eq!(known(stats.views).value, 0, "a measured 0 is a known value");
        assert_eq!(known(stats.views).trend, Trend::Unknown, "no trend if the previous value is 0");
        assert_eq!(stats.engagement_rate, Figure::Pending);
    }

    #[test]
    fn metrics_without_accounts_are_unknown() {
        let stats = sum(StatsRange::Month, &[]);
        assert!(!stats.has_figures());
        assert_eq!((stats.audience, stats.revenue), (Figure::Pending, Figure::Unsupported));
    }

    fn any_account() -> impl Strategy<Value = AccountTotals> {
        let numbers = (0..1_000_000_i64, 0..8_u32, 0..1_000_000_i64, 0..1_000_000_i64, 0..8_u32);
        let period = numbers.prop_map(|(views, views_days, reach, interactions, engagement_days)| PeriodTotals {
            views: if views_days == 0 { 0 } else { views },
            views_days,
            reach: if engagement_days == 0 { 0 } else { reach },
            interactions: if engagement_days == 0 { 0 } else { interactions },
            engagement_days,
        });
        let followers = (proptest::option::of(0..1_000_000_i64), proptest::option::of(0..1_000_000_i64));
        (period.clone(), period, followers, any::<bool>(), any::<bool>()).prop_map(|(now, before, followers, basic, insights)| {
            AccountTotals {
                scopes: [(basic, BASIC), (insights, INSIGHTS)]
                    .into_iter()
                    .filter(|(has, _)| *has)
                    .map(|(_, scope)| scope.to_owned())
                    .collect(),
                followers: followers.0.map(|count| (count, DateTime::default())),
                previous_followers: followers.1,
                captured_at: (now.views_days + now.engagement_days > 0).then(DateTime::default),
                ..account(now, before)
            }
        })
    }

    proptest! {
        #[test]
        fn metric_is_known_only_if_an_account_has_data(accounts in prop::collection::vec(any_account(), 0..4)) {
            let stats = sum(StatsRange::Week, &accounts);
            let may = |metric| accounts.iter().filter(move |account| metric_availability(account.provider, metric, &account.scopes) == Availability::Available);
            let is_known = |figure: Figure| matches!(figure, Figure::Known(_));
            prop_assert_eq!(is_known(stats.audience), may(Metric::Audience).any(|account| account.followers.is_some()));
            prop_assert_eq!(is_known(stats.views), may(Metric::Views).any(|account| account.current.views_days > 0));
            prop_assert!(!is_known(stats.engagement_rate) || may(Metric::EngagementRate).any(|account| account.current.engagement_days > 0));
            prop_assert!(!is_known(stats.revenue));
            for (_, figure) in stats.figures() {
                prop_assert_eq!(is_known(figure), figure.text() != huntaze_domain::analytics::figures::UNKNOWN);
            }
        }

        #[test]
        fn sum_is_independent_of_account_order(mut accounts in prop::collection::vec(any_account(), 0..4)) {
            let stats = sum(StatsRange::Week, &accounts);
            accounts.reverse();
            prop_assert_eq!(sum(StatsRange::Week, &accounts), stats);
        }
    }
}
