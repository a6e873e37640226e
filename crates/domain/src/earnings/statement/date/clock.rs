//! Time of day in a statement.

use chrono::{NaiveTime, Timelike};

/// Splits the `T` between a date and a time off: `2026-11-03t23:59`.
pub(super) fn split_time(word: &str) -> impl Iterator<Item = &str> {
    let cut = word.find('t').filter(|at| {
        let (before, after) = (&word[..*at], &word[at + 1..]);
        before.ends_with(|letter: char| letter.is_ascii_digit()) && after.starts_with(|letter: char| letter.is_ascii_digit())
    });
    let (date, time) = cut.map_or((word, ""), |at| (&word[..at], &word[at + 1..]));
    [date, time].into_iter()
}

/// Parses a clock time at the start of a word: `23:59`, `9:05:30.25`. Returns what follows it.
pub(super) fn parse_clock(word: &str) -> Option<(NaiveTime, &str)> {
    let end = word.find(|letter: char| !letter.is_ascii_digit() && letter != ':' && letter != '.').unwrap_or(word.len());
    let (clock, rest) = word.split_at(end);
    let clock = clock.trim_end_matches('.');
    if !clock.contains(':') {
        return None;
    }
    let time = ["%H:%M:%S%.f", "%H:%M"].iter().find_map(|format| NaiveTime::parse_from_str(clock, format).ok())?;
    Some((time, rest))
}

/// Half of the day in the twelve-hour clock.
#[derive(Clone, Copy)]
pub(super) enum Half {
    Am,
    Pm,
}

impl Half {
    pub fn apply(self, time: NaiveTime) -> Option<NaiveTime> {
        match (self, time.hour()) {
            (Self::Am, 12) => time.with_hour(0),
            (Self::Am, 1..=11) | (Self::Pm, 12) => Some(time),
            (Self::Pm, hour @ 1..=11) => time.with_hour(hour + 12),
            _ => None,
        }
    }
}

pub(super) fn split_half(word: &str) -> (Option<Half>, &str) {
    if let Some(rest) = word.strip_prefix("am") {
        (Some(Half::Am), rest)
    } else if let Some(rest) = word.strip_prefix("pm") {
        (Some(Half::Pm), rest)
    } else {
        (None, word)
    }
}
