//! Which numbers of an answer are among the figures that it was given.

use std::ops::Range;

/// Numbers are compared with so many digits after the point.
const DIGITS: u32 = 4;
const ONE: i128 = 10_i128.pow(DIGITS);
/// So much needs no source: "three ideas", "2 posts a day".
const SMALL: i128 = 10 * ONE;

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Where it stands: digits and what belongs to them, "12.3K" or "$1,200".
    pub place: Range<usize>,
    /// In ten-thousandths.
    value: i128,
    /// What its last digit stands for, in ten-thousandths: it is rounded to that.
    step: i128,
    /// Whether it says that it is an amount, a share, or rounded.
    has_unit: bool,
}

/// The numbers of a text. Dates, times, versions and years are none.
pub fn numbers(text: &str) -> Vec<Number> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = digits_and_marks(text, at);
        found.extend(number(text, run.clone()));
        at = run.end;
    }
    found
}

/// From the digit at `start`: digits, the marks between two of them, and spaces between groups of three.
fn digits_and_marks(text: &str, start: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut end = start;
    while let Some(byte) = bytes.get(end) {
        let is_mark = matches!(byte, b'.' | b',' | b':' | b'/' | b'-') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if byte.is_ascii_digit() || is_mark {
            end += 1;
        } else if let Some(space) = space_in_number(text, start, end) {
            end += space;
        } else {
            break;
        }
    }
    start..end
}

/// How long the space at `end` is, where it stands between groups of digits: "12 345".
fn space_in_number(text: &str, start: usize, end: usize) -> Option<usize> {
    let space = text[end..].chars().next().filter(|space| matches!(space, ' ' | '\u{a0}' | '\u{202f}'))?;
    let group = text[start..end].rsplit(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
    let is_first = group.len() == end - start;
    let next = text[end + space.len_utf8()..].bytes().take_while(u8::is_ascii_digit).count();
    ((group.len() == 3 || is_first && group.len() < 3) && next == 3).then_some(space.len_utf8())
}

/// What a run of digits and marks says, if that is a number.
fn number(text: &str, run: Range<usize>) -> Option<Number> {
    let written = &text[run.clone()];
    let before = text[..run.start].chars().next_back();
    // A date, a time, a range of two, or part of a name: "mp4", "#2", "30d".
    if written.contains([':', '/', '-']) || before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '#' | '_' | '@')) {
        return None;
    }
    let (whole, fraction) = split(written)?;
    let unscaled: i128 = format!("{whole}{fraction}").parse().ok()?;
    let decimals = u32::try_from(fraction.len()).ok().filter(|decimals| *decimals <= DIGITS)?;
    let (factor, suffix) = suffix(&text[run.end..]);
    if text[run.end + suffix..].starts_with(char::is_alphanumeric) {
        return None;
    }
    let step = 10_i128.pow(DIGITS - decimals).checked_mul(factor)?;
    let value = unscaled.checked_mul(step)?;
    let is_share = text[run.end + suffix..].trim_start_matches([' ', '\u{a0}', '\u{202f}']).starts_with('%');
    let is_amount = before.is_some_and(|before| matches!(before, '$' | '€' | '£' | '¥'));
    // A year.
    if written.len() == 4 && (1900..2100).contains(&(value / ONE)) && !is_share && !is_amount && factor == 1 && fraction.is_empty() {
        return None;
    }
    let start = if is_amount { run.start - before.map_or(0, char::len_utf8) } else { run.start };
    Some(Number { place: start..run.end + suffix, value, step, has_unit: is_share || is_amount || factor > 1 || !fraction.is_empty() })
}

/// Digits before and after the point. Commas stand between groups of three; a lone comma before one or two digits is a point.
fn split(written: &str) -> Option<(String, String)> {
    if let Some((whole, fraction)) = written.split_once(',')
        && (1..=2).contains(&fraction.len())
        && !written.contains('.')
    {
        return Some((digits(whole), fraction.to_owned()));
    }
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    // A version, or an address.
    if fraction.contains(['.', ',']) {
        return None;
    }
    Some((digits(whole), fraction.to_owned()))
}

fn digits(grouped: &str) -> String {
    grouped.chars().filter(char::is_ascii_digit).collect()
}

/// How many times as much the letter after a number makes it, and how long that letter is.
fn suffix(rest: &str) -> (i128, usize) {
    let factor = match rest.bytes().next() {
        Some(b'k' | b'K') => 1_000,
        Some(b'M') => 1_000_000,
        Some(b'B') => 1_000_000_000,
        _ => return (1, 0),
    };
    if rest[1..].chars().next().is_some_and(char::is_alphanumeric) { (1, 0) } else { (factor, 1) }
}

/// The numbers of an answer, as they are written there, that are not among those of what was looked up: rounded they may be, made up they
/// are not. What is small and has no unit needs no source. Each is named once.
pub fn unverified(answer: &str, looked_up: &str) -> Vec<String> {
    let given = numbers(looked_up);
    let mut named = Vec::new();
    for number in numbers(answer) {
        let needs_source = number.has_unit || number.value > SMALL;
        let text = &answer[number.place.clone()];
        if needs_source && !given.iter().any(|given| number.rounds(given)) && !named.iter().any(|name| name == text) {
            named.push(text.to_owned());
        }
    }
    named
}

impl Number {
    /// Whether it is another one, or that rounded to as many digits.
    fn rounds(&self, exact: &Self) -> bool {
        let difference = (self.value - exact.value).abs();
        difference == 0 || (exact.step < self.step && difference <= self.step / 2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::figures::{grouped, percent};

    const LOOKED_UP: &str =
        r#"{"audience":"12,345","engagement":"4.25 %","revenue":"1,500.50 USD","change":"12.6 % up","views":"3,912,004"}"#;

    #[test]
    fn what_was_looked_up_is_verified_also_when_it_is_rounded() {
        let answer =
            "You have 12,345 followers (12.3K, or 12345), 4.25% or 4.3 % engagement, $1,500.50, about €1,501, up 12.6%, 3.9M views.";
        assert_eq!(unverified(answer, LOOKED_UP), Vec::<String>::new());
    }

    #[test]
    fn what_was_not_is_named_as_it_is_written() {
        let answer = "You have 12,346 followers, 12.4K of them new, 4.26%, $1,500.51, 99 fans. Again 99 fans.";
        assert_eq!(unverified(answer, LOOKED_UP), ["12,346", "12.4K", "4.26", "$1,500.51", "99"]);
        assert_eq!(unverified("A rate of 3 % and 0.5 more", LOOKED_UP), ["3", "0.5"], "small, but with a unit");
    }

    #[test]
    fn what_is_no_figure_needs_no_source() {
        let answer = "1. Post 3 times a day at 18:30, from 2026-11-24 on. In 2027, use mp4 (version 1.2.3), #100days and 24/7 chat.";
        assert_eq!(unverified(answer, LOOKED_UP), Vec::<String>::new());
        assert_eq!(unverified("ada.23e2461b90 and 30d", LOOKED_UP), Vec::<String>::new());
    }

    #[test]
    fn commas_are_read_as_they_are_meant() {
        assert_eq!(unverified("4,25 % de 12 345, 3\u{202f}912\u{202f}004 vues", LOOKED_UP), Vec::<String>::new());
        assert_eq!(unverified("12 3456 et 1234 567", LOOKED_UP), ["12", "3456", "1234", "567"]);
        assert_eq!(numbers("1,5").first().map(|number| number.value), Some(15_000));
        assert_eq!(numbers("1,500").first().map(|number| number.value), Some(15_000_000));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(answer in "\\PC*", looked_up in "[0-9.,:/$€%KM -]*") {
            for number in numbers(&looked_up) {
                prop_assert!(looked_up.get(number.place.clone()).is_some());
            }
            let _ = unverified(&answer, &looked_up);
            let _ = unverified(&looked_up, &answer);
        }

        #[test]
        fn a_figure_that_was_given_is_verified(value in 0_i64.., share in 0_i64..1_000_000) {
            let text = format!("{} and {}", grouped(value), percent(share));
            prop_assert_eq!(unverified(&text, &text), Vec::<String>::new());
        }

        #[test]
        fn another_one_is_not(value in 2_100_i64..1_000_000_000, more in 1_i64..1_000) {
            prop_assert_eq!(unverified(&grouped(value + more), &grouped(value)).len(), 1);
        }
    }
}
