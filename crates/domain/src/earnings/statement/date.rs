//! Parsing of dates, and detection of the order of day and month.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;

string_enum! {
    /// Order of day and month in numeric dates.
    #[derive(Default)]
    DateOrder {
        /// `01/31/2026`
        #[default]
        MonthFirst = "monthFirst";
        /// `31/01/2026`
        DayFirst = "dayFirst";
    }
}

const TIMES: [&str; 5] = ["%H:%M:%S%.f", "%H:%M", "%I:%M %p", "%I:%M%p", "%I:%M:%S %p"];
// `%B` also parses abbreviated month names.
const NAMED_DATES: [&str; 4] = ["%B %d, %Y", "%B %d %Y", "%d %B %Y", "%d-%B-%Y"];
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// Returns whether a cell holds a date in either order.
pub fn is_date(text: &str) -> bool {
    parse(text, DateOrder::MonthFirst).is_some() || parse(text, DateOrder::DayFirst).is_some()
}

/// Parses the date, or date and time, of a row. Defaults to UTC if there is no time zone, and to midnight if there is no time.
pub(super) fn parse(text: &str, order: DateOrder) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let at = match DateTime::parse_from_rfc3339(text) {
        Ok(at) => at.to_utc(),
        Err(_) => parse_local(text, order)?.and_utc(),
    };
    YEARS.contains(&at.year()).then_some(at)
}

fn parse_local(text: &str, order: DateOrder) -> Option<NaiveDateTime> {
    if let Some(day) = parse_date(text, order) {
        return Some(day.and_time(NaiveTime::MIN));
    }
    // Dates can contain spaces, so try each space as the separator between date and time.
    let cuts = text.char_indices().filter(|(_, letter)| *letter == ' ' || *letter == 'T');
    cuts.take(8).find_map(|(at, _)| {
        let (date, time) = text.split_at(at);
        let day = parse_date(date.trim().trim_end_matches(','), order)?;
        Some(day.and_time(parse_time(&time[1..])?))
    })
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim().trim_end_matches("UTC").trim_end_matches('Z').trim();
    TIMES.iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

fn parse_date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return NAMED_DATES.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok());
    }
    let mut parts = text.split(['-', '/', '.']);
    let [first, second, third] = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || ![first, second, third].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let [year, month, day] = match (first.len(), order) {
        (4, _) => [first, second, third],
        (_, DateOrder::MonthFirst) => [third, first, second],
        (_, DateOrder::DayFirst) => [third, second, first],
    };
    // Two-digit years are accepted only in dates with slashes, where they come last: `25-12-05` is ambiguous.
    let century = match year.len() {
        2 if text.contains('/') => 2000,
        4 => 0,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(century + year.parse::<i32>().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Numbers of dates of a statement by what they reveal about the order of day and month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DateOrderCounts {
    /// Number of dates that can only have the day first: `31/01/2026`.
    pub day_first: u32,
    /// Number of dates that can only have the month first: `01/31/2026`.
    pub month_first: u32,
    /// Number of ambiguous dates: `01/02/2026`.
    pub ambiguous: u32,
}

impl DateOrderCounts {
    /// Adds a date to the counts; other texts are ignored.
    pub(super) fn count(&mut self, text: &str) {
        let text = text.trim();
        let mut parts = text.split(|letter: char| !letter.is_ascii_digit());
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return };
        let (Ok(first), Ok(second)) = (first.parse::<u32>(), second.parse::<u32>()) else { return };
        match (first, second) {
            // Day and month are equal, so the order makes no difference.
            (1..=12, 1..=12) if first == second => {}
            (13..=31, 1..=12) => self.day_first += 1,
            (1..=12, 13..=31) => self.month_first += 1,
            (1..=12, 1..=12) => self.ambiguous += 1,
            _ => {}
        }
    }

    /// Returns the order that the dates prove; `None` if they prove none, or contradict each other.
    pub const fn inferred(self) -> Option<DateOrder> {
        match (self.day_first, self.month_first) {
            (1.., 0) => Some(DateOrder::DayFirst),
            (0, 1..) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Returns whether there are ambiguous dates whose order no other date proves.
    pub const fn is_ambiguous(self) -> bool {
        self.ambiguous > 0 && self.inferred().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, order: DateOrder) -> Option<String> {
        parse(text, order).map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn parse_accepts_common_date_formats() {
        for (text, read_as) in [
            ("2026-01-31", "2026-01-31 00:00:00"),
            ("2026-01-31T08:15:00Z", "2026-01-31 08:15:00"),
            ("2026-01-31T08:15:00+02:00", "2026-01-31 06:15:00"),
            ("2026-01-31 08:15:00", "2026-01-31 08:15:00"),
            ("2026-01-31 08:15:00 UTC", "2026-01-31 08:15:00"),
            ("2026/01/31", "2026-01-31 00:00:00"),
            ("01/31/2026", "2026-01-31 00:00:00"),
            ("1/31/26", "2026-01-31 00:00:00"),
            ("Jan 31, 2026", "2026-01-31 00:00:00"),
            ("January 31, 2026 8:15 pm", "2026-01-31 20:15:00"),
            ("Jan 31, 2026, 08:15", "2026-01-31 08:15:00"),
            ("31 Jan 2026", "2026-01-31 00:00:00"),
        ] {
            assert_eq!(read(text, DateOrder::MonthFirst).as_deref(), Some(read_as), "{text}");
        }
        assert_eq!(read("31.01.2026 08:15", DateOrder::DayFirst).as_deref(), Some("2026-01-31 08:15:00"));
    }

    #[test]
    fn parse_of_invalid_date_returns_none() {
        for text in [
            "",
            "31/01/2026",
            "2026-02-30",
            "yesterday",
            "1769847300",
            "0001-01-01",
            "9999-01-01",
            "2026-01-31 25:00",
            "1/2/3/4",
            "25-12-05",
            "1/2/026",
        ] {
            assert_eq!(read(text, DateOrder::MonthFirst), None, "{text}");
        }
    }

    #[test]
    fn days_above_twelve_prove_the_date_order() {
        let orders = |texts: &[&str]| {
            let mut orders = DateOrderCounts::default();
            for text in texts {
                orders.count(text);
            }
            orders
        };
        assert_eq!(orders(&["01/02/2026", "31/01/2026"]).inferred(), Some(DateOrder::DayFirst));
        assert_eq!(orders(&["01/31/2026"]).inferred(), Some(DateOrder::MonthFirst));
        let both = orders(&["01/31/2026", "31/01/2026", "01/02/2026"]);
        assert_eq!((both.inferred(), both.is_ambiguous()), (None, true));
        assert_eq!(orders(&["2026-01-31", "Jan 31, 2026", "02/02/2026"]), DateOrderCounts::default(), "unambiguous dates are not counted");
    }

    proptest! {
        #[test]
        fn parse_of_any_text_does_not_panic(text in ".*") {
            let _ = parse(&text, DateOrder::DayFirst);
            DateOrderCounts::default().count(&text);
        }

        #[test]
        fn parse_of_formatted_day_is_identity(days in 0..36_000_i64) {
            let day = NaiveDate::from_ymd_opt(2000, 1, 1).expect("valid date") + chrono::TimeDelta::days(days);
            let at = Some(day.and_time(NaiveTime::MIN).and_utc());
            prop_assert_eq!(parse(&day.format("%d.%m.%Y").to_string(), DateOrder::DayFirst), at);
            prop_assert_eq!(parse(&day.format("%m/%d/%Y").to_string(), DateOrder::MonthFirst), at);
            prop_assert_eq!(parse(&day.format("%Y-%m-%d").to_string(), DateOrder::DayFirst), at);
        }
    }
}
