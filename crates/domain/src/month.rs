//! Calendar months in UTC, the period of quotas, budgets and charges.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Utc};

/// Returns the first day of the month of `time`.
pub fn first_of_month(time: DateTime<Utc>) -> NaiveDate {
    let day = time.date_naive();
    day.with_day(1).unwrap_or(day)
}

/// Returns the first instant of the month after `time`.
pub fn next_month(time: DateTime<Utc>) -> DateTime<Utc> {
    (first_of_month(time) + Months::new(1)).and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_start_at_midnight_utc() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("valid timestamp");
        let (last, first) = (at("2026-12-31T23:59:59.999Z"), at("2027-01-01T00:00:00Z"));
        assert_eq!((first_of_month(last).to_string(), next_month(last)), ("2026-12-01".to_owned(), first));
        assert_eq!(first_of_month(first).to_string(), "2027-01-01");
    }
}
