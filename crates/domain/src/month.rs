//! Calendar months, UTC: quotas, budgets and charges are of one.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};

/// The first day of the month that a time is in.
pub fn first_of_month(time: DateTime<Utc>) -> NaiveDate {
    let day = time.date_naive();
    day.with_day(1).unwrap_or(day)
}

/// When the month that a time is in has ended.
pub fn next_month(time: DateTime<Utc>) -> DateTime<Utc> {
    (first_of_month(time) + Months::new(1)).and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_at_midnight_utc() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let (last, first) = (at("2026-12-31T23:59:59.999Z"), at("2027-01-01T00:00:00Z"));
        assert_eq!((first_of_month(last).to_string(), next_month(last)), ("2026-12-01".to_owned(), first));
        assert_eq!(first_of_month(first).to_string(), "2027-01-01");
    }
}
