//! Parsing of dates, and detection of the order of day and month.

mod clock;
mod names;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::{
    clock::{parse_clock, split_half, split_time},
    names::{FILLERS, is_weekday, month_of, without_accent},
};
use crate::string_enum::string_enum;

pub(super) use names::parse_zone;

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

const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;
/// Seconds of 2000-01-01 and 2100-12-31, between which a number of ten digits is a time.
const UNIX_SECONDS: std::ops::RangeInclusive<i64> = 946_684_800..=4_133_894_400;
/// Days of 2000-01-01 and 2100-12-31 as spreadsheets count them, from 1899-12-30.
const SERIAL_DAYS: std::ops::RangeInclusive<i64> = 36_526..=73_415;

/// Returns whether a cell holds a date in either order.
pub fn is_date(text: &str) -> bool {
    parse(text, DateOrder::MonthFirst).is_some() || parse(text, DateOrder::DayFirst).is_some()
}

/// Parses the date, or date and time, of a row: everything that has one meaning once `order` is known. Defaults to UTC if there is no time zone,
/// and to midnight if there is no time.
pub(super) fn parse(text: &str, order: DateOrder) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let at = DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .ok()
        .or_else(|| parse_numeric_date(text, order).map(|day| day.and_time(NaiveTime::MIN).and_utc()))
        .or_else(|| parse_number(text))
        .or_else(|| Words::of(text)?.parse(order))?;
    YEARS.contains(&at.year()).then_some(at)
}

/// Parses `20261103`, the serial day of a spreadsheet, or a Unix time in seconds or milliseconds.
fn parse_number(text: &str) -> Option<DateTime<Utc>> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if ![whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    let day = |number: i64| i32::try_from(number).ok();
    match (whole.len(), fraction) {
        (8, "") => NaiveDate::from_ymd_opt(day(number / 10_000)?, (number / 100 % 100).try_into().ok()?, (number % 100).try_into().ok()?)
            .map(|day| day.and_time(NaiveTime::MIN).and_utc()),
        (5, _) if SERIAL_DAYS.contains(&number) && fraction.len() <= 12 => {
            // The fraction is that of a day.
            let part: f64 = format!("0.{fraction}0").parse().ok()?;
            #[expect(clippy::cast_possible_truncation, reason = "less than the seconds of a day")]
            let seconds = (part * 86_400.0).round() as i64;
            let midnight = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN).and_utc();
            Some(midnight + TimeDelta::days(number) + TimeDelta::seconds(seconds))
        }
        (10, "") if UNIX_SECONDS.contains(&number) => DateTime::from_timestamp(number, 0),
        (13, "") if UNIX_SECONDS.contains(&(number / 1000)) => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

/// Parses a date of three numbers. Dots mean that the day is first.
fn parse_numeric_date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let ([first, second, third], separator) = numeric_parts(text)?;
    let order = if separator == b'.' { DateOrder::DayFirst } else { order };
    let [year, month, day] = match (first.len(), order) {
        (4, _) => [first, second, third],
        (_, DateOrder::MonthFirst) => [third, first, second],
        (_, DateOrder::DayFirst) => [third, second, first],
    };
    // Two-digit years are accepted only where they must come last: `25-12-05` is ambiguous.
    let century = match year.len() {
        2 if separator != b'-' => 2000,
        4 => 0,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(century + year.parse::<i32>().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Splits three numbers with the same separator between them.
fn numeric_parts(word: &str) -> Option<([&str; 3], u8)> {
    let mut parts = word.split(['-', '/', '.']);
    let [first, second, third] = [parts.next()?, parts.next()?, parts.next()?];
    let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut separators = word.bytes().filter(|byte| !byte.is_ascii_digit());
    let separator = separators.next()?;
    let is_date = parts.next().is_none() && separators.next() == Some(separator) && [first, second, third].iter().all(is_number);
    is_date.then_some(([first, second, third], separator))
}

/// A date and time, split into words.
struct Words {
    date: Vec<String>,
    time: NaiveTime,
    zone: FixedOffset,
}

impl Words {
    /// Finds the time and the time zone; what is left is the date.
    fn of(text: &str) -> Option<Self> {
        /// Longer texts are no dates.
        const MAX_CHARS: usize = 60;
        // Browsers write the name of the time zone in parentheses, after its offset.
        let (text, in_parentheses) = text.split_once('(').unwrap_or((text, ""));
        if text.chars().count() > MAX_CHARS {
            return None;
        }
        let text: String = text.chars().flat_map(char::to_lowercase).map(without_accent).collect();
        let text = text.replace("a.m.", "am").replace("p.m.", "pm");
        let (mut date, mut time, mut half, mut zone) = (Vec::new(), None, None, None);
        for word in text.split(|letter: char| letter.is_whitespace() || letter == ',').flat_map(split_time).filter(|word| !word.is_empty())
        {
            if let Some((found, rest)) = parse_clock(word) {
                let (found_half, rest) = split_half(rest);
                half = half.or(found_half);
                if time.replace(found).is_some() || !(rest.is_empty() || take(&mut zone, parse_zone(rest)?)) {
                    return None;
                }
            } else if let (Some(found), "") = split_half(word) {
                if half.replace(found).is_some() {
                    return None;
                }
            } else if let Some(found) = parse_zone(word) {
                // "+0000 UTC" says the same twice.
                if zone.replace(found).is_some_and(|before| before != found) {
                    return None;
                }
            } else {
                date.push(word.to_owned());
            }
        }
        let time = match half {
            Some(half) => half.apply(time?)?,
            None => time.unwrap_or(NaiveTime::MIN),
        };
        let zone = match (zone, in_parentheses) {
            (Some(zone), _) => zone,
            (None, "") => FixedOffset::east_opt(0)?,
            (None, named) => parse_zone(&named.trim_end_matches(')').to_lowercase())?,
        };
        Some(Self { date, time, zone })
    }

    fn parse(&self, order: DateOrder) -> Option<DateTime<Utc>> {
        let day = match self.date.as_slice() {
            [date] => parse_numeric_date(date, order).or_else(|| parse_named_date(&self.date)),
            words => parse_named_date(words),
        };
        Some(day?.and_time(self.time).and_local_timezone(self.zone).single()?.to_utc())
    }
}

/// Parses a date whose month is a word: day and year in either order around it, the year last if both have two digits.
fn parse_named_date(words: &[String]) -> Option<NaiveDate> {
    // "03-Nov-26" and "3 Nov 26" have a year, "Nov 1-15" has two days.
    let may_have_short_year = words.len() == 1 || words.iter().all(|word| !word.trim_end_matches('.').contains(['-', '/', '.']));
    let words: Vec<&str> = words.iter().flat_map(|word| word.split(['-', '/', '.'])).filter(|word| !word.is_empty()).collect();
    let mut months: Vec<_> = words.iter().filter(|word| month_of(word).is_some()).collect();
    if months.len() > 1 {
        // "mar. 3 nov. 2026": also the abbreviation of a weekday.
        months.retain(|word| !is_weekday(word));
    }
    let [month] = months.as_slice() else { return None };
    let is_number = |word: &&&str| word.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let is_known = |word: &&str| word == *month || is_weekday(word) || FILLERS.contains(word);
    if !words.iter().all(|word| is_number(&word) || is_known(word)) {
        return None;
    }
    let without_ending =
        |word: &&'_ str| ["st", "nd", "rd", "th", "er"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word).len();
    let numbers: Vec<(&str, usize)> = words.iter().filter(is_number).map(|word| (*word, without_ending(word))).collect();
    let [first, second] = numbers.as_slice() else { return None };
    let ((day, digits), (year, length)) = if first.1 == 4 { (second, first) } else { (first, second) };
    let century = match length {
        2 if may_have_short_year && year.len() == 2 => 2000,
        4 => 0,
        _ => return None,
    };
    let day = &day[..*digits];
    NaiveDate::from_ymd_opt(century + year.parse::<i32>().ok()?, month_of(month)?, day.parse().ok()?)
}

/// Sets what was not set before; returns `false` if it was.
fn take<T>(place: &mut Option<T>, value: T) -> bool {
    place.replace(value).is_none()
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
    /// Adds a date to the counts; other texts are ignored, and so are dates with dots, where the day is first.
    pub(super) fn count(&mut self, text: &str) {
        let mut words = text.split(|letter: char| letter.is_whitespace() || letter == ',' || letter == 'T');
        let Some(([first, second, _], separator)) = words.find_map(numeric_parts) else { return };
        if separator == b'.' {
            return;
        }
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
        assert_eq!(read("05.11.2026", DateOrder::MonthFirst).as_deref(), Some("2026-11-05 00:00:00"), "dots mean day first");
    }

    /// Spellings of files that users have.
    #[test]
    fn parse_accepts_everything_with_one_meaning() {
        let (day, evening) = ("2026-11-03 00:00:00", "2026-11-03 23:59:00");
        for (text, read_as) in [
            ("3 Sept 2026", "2026-09-03 00:00:00"),
            ("15 Sept 2026, 10:20", "2026-09-15 10:20:00"),
            ("Sept. 3, 2026", "2026-09-03 00:00:00"),
            ("Tuesday, 3 November 2026", day),
            ("Tuesday, November 3, 2026", day),
            ("mar. 3 nov. 2026", day),
            ("3 de noviembre de 2026", day),
            ("1er février 2026", "2026-02-01 00:00:00"),
            ("3. März 2026", "2026-03-03 00:00:00"),
            ("3 août 2026", "2026-08-03 00:00:00"),
            ("12 giu 2026", "2026-06-12 00:00:00"),
            ("3 out. 2026", "2026-10-03 00:00:00"),
            ("3 mrt 2026", "2026-03-03 00:00:00"),
            ("Tue, 03 Nov 2026 23:59:00 +0000", evening),
            ("Tue Nov 03 2026 23:59:00 GMT+0000 (Coordinated Universal Time)", evening),
            ("2026-11-03 23:59:00 +0000 UTC", evening),
            ("2026-11-03T23:59:00+0000", evening),
            ("2026-11-03 23:59:00+00", evening),
            ("2026-11-03T23:59:00", evening),
            ("2026-11-03T23:59Z", evening),
            ("2026-11-03T23:59", evening),
            ("Nov 3, 2026 at 11:59 PM", evening),
            ("Nov 3, 2026, 11:59\u{202f}PM", evening),
            ("November 3rd, 2026", day),
            ("3. November 2026", day),
            ("03-Nov-2026", day),
            ("03-Nov-26", day),
            ("3 Nov 26", day),
            ("03 NOV 2026", day),
            ("20261103", day),
            ("13.03.26", "2026-03-13 00:00:00"),
            ("23:59:00 Nov 03, 2026 PST", "2026-11-04 07:59:00"),
            ("11/03/2026 11:59 PM EST", "2026-11-04 04:59:00"),
            ("2026-11-03 16:59:00 PST", "2026-11-04 00:59:00"),
            ("2026-11-03 12:05 am", "2026-11-03 00:05:00"),
            ("11/03/2026 11:59 p.m.", evening),
            ("11/03/2026 11:59pm", evening),
            ("46329", day),
            ("46329.5", "2026-11-03 12:00:00"),
            ("1793750340", evening),
            ("1793750340000", evening),
            ("2026.11.03", day),
            ("23rd November 2026", "2026-11-23 00:00:00"),
            ("November 11th, 2026", "2026-11-11 00:00:00"),
            ("2026-11-03 23:59 (PST)", "2026-11-04 07:59:00"),
            ("11/03/2026 15:59 (GMT-8)", evening),
            ("2026/11/03 23:59:00", evening),
        ] {
            assert_eq!(read(text, DateOrder::MonthFirst).as_deref(), Some(read_as), "{text}");
        }
    }

    #[test]
    fn parse_of_invalid_date_returns_none() {
        for text in [
            "",
            "31/01/2026",
            "2026-02-30",
            "yesterday",
            "Nov 2026",
            "2026-11",
            "3 jui 2026",
            "Nov 1-15",
            "2026-11-03 23:59 (somewhere)",
            "12345",
            "20261332",
            "2026-11-03 13:00 PM",
            "11:59 PM",
            "Monday",
            "3 nov dec 2026",
            "2026-11-03 10:00 11:00",
            "01/02.2026",
            "3 Brumaire 2026",
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
        assert_eq!(orders(&["08:15 31/11/2026", "13:05 04/11/2026"]).inferred(), Some(DateOrder::DayFirst), "the time is no date");
        let both = orders(&["01/31/2026", "31/01/2026", "01/02/2026"]);
        assert_eq!((both.inferred(), both.is_ambiguous()), (None, true));
        assert_eq!(
            orders(&["01.02.2026", "2026-01-31", "Jan 31, 2026", "02/02/2026"]),
            DateOrderCounts::default(),
            "unambiguous dates are not counted"
        );
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
            for format in ["%Y-%m-%d", "%Y%m%d", "%A, %d %B %Y", "%b %d, %Y", "%d-%b-%y", "%a, %d %b %Y 00:00:00 +0000"] {
                prop_assert_eq!(parse(&day.format(format).to_string(), DateOrder::DayFirst), at, "{}", format);
            }
        }
    }
}
