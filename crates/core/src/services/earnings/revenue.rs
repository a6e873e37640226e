//! Sums of earnings over days and periods.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use futures::try_join;
use huntaze_domain::{
    analytics::figures::StatsRange,
    ids::UserId,
    money::{Currency, Money},
};
use sqlx::PgPool;

use crate::db::{
    self, DbError,
    earnings::{CoveredRange, DayEarnings},
};

/// Earnings of a user over a period, and over the period before it.
pub struct Revenue {
    /// Sums of the period in each currency, the currency with the most days first. Empty if no day is known.
    pub current: Vec<Money>,
    /// Sum of the previous period in minor units of the first of those currencies.
    pub previous: i64,
    /// Number of known days in the period.
    pub known_days: u32,
    /// Number of known days in the previous period.
    pub previous_known_days: u32,
    /// Time at which the newest data of the period was stored; `None` if there is none.
    pub captured_at: Option<DateTime<Utc>>,
}

/// Earnings per day, in the currency with the most days.
pub struct RevenueDays {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Amounts in minor units; unknown days are missing.
    pub days: BTreeMap<NaiveDate, i64>,
}

/// Stored earnings of a range of days.
pub struct EarningsHistory {
    earned: Vec<DayEarnings>,
    known: Vec<CoveredRange>,
    /// Currency of the first entry; the one chosen in onboarding if there is none.
    currency: Currency,
}

impl EarningsHistory {
    /// Reads the half-open range `from..until`. `None` if the user has no imported statement, partner connection or daily total.
    pub async fn read(db: &PgPool, user_id: UserId, from: NaiveDate, until: NaiveDate) -> Result<Option<Self>, DbError> {
        if !db::earnings::has_any(db, user_id).await? {
            return Ok(None);
        }
        let (earned, known) =
            try_join!(db::earnings::days(db, user_id, from, until), db::earnings::covered_ranges(db, user_id, from, until))?;
        let currency = match earned.first() {
            Some(day) => day.amount.currency,
            None => db::onboarding::find(db, user_id).await?.currency,
        };
        Ok(Some(Self { earned, known, currency }))
    }

    /// Returns the earnings of the `range` days before `until`. The history must contain them and as many days before.
    pub fn revenue(&self, range: StatsRange, until: NaiveDate) -> Revenue {
        let days = Days::new(range.days().into());
        let (start, start_before) = (until - days, until - days - days);
        let current = self.sums(start, until);
        let is_first = |money: &Money| current.first().is_some_and(|first| first.currency == money.currency);
        let previous = self
            .earned
            .iter()
            .filter(|day| (start_before..start).contains(&day.day) && is_first(&day.amount))
            .map(|day| day.amount.minor)
            .fold(0, i64::saturating_add);
        let covers_period = |known: &&CoveredRange| known.until >= start && known.from < until;
        let captured_at = self.known.iter().filter(covers_period).map(|known| known.since).max();
        let (known_days, previous_known_days) = (self.count_known(start, until), self.count_known(start_before, start));
        Revenue { current: if known_days > 0 { current } else { Vec::new() }, previous, known_days, previous_known_days, captured_at }
    }

    /// Returns the earnings per day of the half-open range `from..until`, which the history must contain.
    pub fn days(&self, from: NaiveDate, until: NaiveDate) -> Option<RevenueDays> {
        let currency = self.sums(from, until).first()?.currency;
        let known = from.iter_days().take_while(|day| *day < until).filter(|day| self.is_known(*day));
        let mut days: BTreeMap<_, _> = known.map(|day| (day, 0)).collect();
        for earned in self.earned.iter().filter(|day| day.amount.currency == currency) {
            // A day with a row that cannot be parsed is unknown, hence missing from `days`.
            if let Some(sum) = days.get_mut(&earned.day) {
                *sum = earned.amount.minor.saturating_add(*sum);
            }
        }
        Some(RevenueDays { currency, days })
    }

    /// Returns the sums of a half-open range in each currency, the one with the most days first; a single 0 if there are no earnings.
    fn sums(&self, from: NaiveDate, until: NaiveDate) -> Vec<Money> {
        let mut sums: BTreeMap<&str, (usize, Money)> = BTreeMap::new();
        for day in self.earned.iter().filter(|day| (from..until).contains(&day.day)) {
            let (days, sum) = sums.entry(day.amount.currency.code()).or_insert((0, Money { minor: 0, ..day.amount }));
            *days += 1;
            sum.minor = sum.minor.saturating_add(day.amount.minor);
        }
        let mut sums: Vec<_> = sums.into_values().collect();
        sums.sort_by_key(|(days, _)| std::cmp::Reverse(*days));
        match sums.as_slice() {
            [] => vec![Money { minor: 0, currency: self.currency }],
            sums => sums.iter().map(|(_, sum)| *sum).collect(),
        }
    }

    fn is_known(&self, day: NaiveDate) -> bool {
        self.known.iter().any(|known| (known.from..=known.until).contains(&day) && !known.incomplete_days.contains(&day))
    }

    fn count_known(&self, from: NaiveDate, until: NaiveDate) -> u32 {
        let days = from.iter_days().take_while(|day| *day < until).filter(|day| self.is_known(*day)).count();
        u32::try_from(days).unwrap_or(u32::MAX)
    }
}
