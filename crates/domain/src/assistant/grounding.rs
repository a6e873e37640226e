//! Verification of the numbers in an answer: finds those that do not occur in the data the model was given.

mod lexicon;

use std::ops::Range;

use lexicon::{CURRENCIES, MAX_WORD_CHARS, NextToken, SPACES, YEARS, is_exempt, last_word};

/// Decimal places of the fixed-point numbers that are compared.
const SCALE_DIGITS: u32 = 8;
const SCALE: i128 = 10_i128.pow(SCALE_DIGITS);
/// Numbers without a unit up to this value need no source: "three ideas", "2 posts a day".
const EXEMPT_BELOW: i128 = 10 * SCALE;

/// A number in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Byte range of the number, including its currency sign and scale suffix: "12.3K", "$1,200".
    pub span: Range<usize>,
    /// Value in units of 10⁻⁸.
    value: i128,
    /// Place value of the last digit in units of 10⁻⁸, that is the precision to which the number is rounded.
    precision: i128,
    /// Whether the number has a currency, a percent sign, a scale suffix, decimals or a unit word, so that it needs a source even if it is
    /// small.
    has_unit: bool,
}

/// Finds the numbers in a text. Dates, times, versions, years and list markers are skipped.
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
        at = run.end;
        if !is_date_or_time(&text[run.clone()]) {
            // "12,000-15,000" is two numbers; in "12-15K" the suffix applies to both.
            let mut start = run.start;
            for part in text[run.clone()].split(BETWEEN) {
                found.extend(number(text, start..start + part.len(), run.end));
                start += part.len() + 1;
            }
        }
    }
    found
}

/// Separators in dates, times, ratios and ranges.
const BETWEEN: [char; 3] = [':', '/', '-'];

/// Returns the range, from the digit at `start`, of digits, separators between two digits, and spaces between groups of three digits.
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

/// Returns whether a text is a date, time or ratio: "2026-11-24", "24/11/2026", "18:30:05.25", "24/7". Its parts have two digits, or are a
/// year; with hyphens alone, one part must be a year, because "12-15" is a range.
fn is_date_or_time(written: &str) -> bool {
    let is_time = written.contains(':');
    let without_fraction = written.split('.').next().filter(|_| is_time).unwrap_or(written);
    let parts: Vec<_> = without_fraction.split(BETWEEN).collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_short = |part: &&str| part.len() <= 2 && is_number(part);
    let is_year = |part: &&str| part.len() == 4 && is_number(part) && part.parse().is_ok_and(|year| YEARS.contains(&year));
    let years = parts.iter().filter(|part| is_year(part)).count();
    parts.len() > 1
        && parts.iter().all(|part| is_short(part) || is_year(part))
        && years < 2
        && (is_time || written.contains('/') || years == 1)
}

/// Returns the length of the space at `end` in bytes if it is a thousands separator: "12 345".
fn space_in_number(text: &str, start: usize, end: usize) -> Option<usize> {
    let space = text[end..].chars().next().filter(|space| SPACES.contains(space))?;
    let group = text[start..end].rsplit(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
    let is_first = group.len() == end - start;
    let next = text[end + space.len_utf8()..].bytes().take_while(u8::is_ascii_digit).count();
    ((group.len() == 3 || is_first && group.len() < 3) && next == 3).then_some(space.len_utf8())
}

/// Parses a run of digits and separators; returns `None` if it is not a number that has to be verified. The scale suffix and the unit are
/// read at `end`, which can be after `run` in a range like "12-15K".
fn number(text: &str, run: Range<usize>, end: usize) -> Option<Number> {
    let written = &text[run.clone()];
    let before = text[..run.start].chars().next_back();
    // Part of a name ("mp4", "#2"), or the number of a list item. Names like "30d" are skipped below.
    if before.is_some_and(|before| before.is_alphanumeric() || matches!(before, '#' | '_' | '@')) || is_mark_of_list(text, &run) {
        return None;
    }
    let (whole, mut fraction) = split(written)?;
    // `fraction` consists of ASCII digits, so it can be truncated at any byte.
    fraction.truncate(SCALE_DIGITS as usize);
    let unscaled: i128 = format!("{whole}{fraction}").parse().ok()?;
    let decimals = u32::try_from(fraction.len()).ok()?;
    let (factor, suffix) = suffix(&text[end..]);
    let rest = &text[end + suffix..];
    if rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let precision = 10_i128.pow(SCALE_DIGITS - decimals).checked_mul(factor)?;
    let value = unscaled.checked_mul(precision)?;
    let next = NextToken::of(rest);
    let has_sign = before.is_some_and(|before| CURRENCIES.contains(&before));
    // "100 %" is mostly an idiom: "Give 100 %."
    if next.sign == Some('%') && value == 100 * SCALE {
        return None;
    }
    let has_unit = has_sign || factor > 1 || !fraction.is_empty() || next.is_unit();
    if !has_unit && is_exempt(value / SCALE, written, last_word(&text[..run.start]), &next) {
        return None;
    }
    let start = if has_sign { run.start - before.map_or(0, char::len_utf8) } else { run.start };
    let span = start..if end == run.end { end + suffix } else { run.end };
    Some(Number { span, value, precision, has_unit })
}

/// Returns whether the number is the marker of an ordered list item ("12. " or "12) ") at the start of a line.
fn is_mark_of_list(text: &str, run: &Range<usize>) -> bool {
    let before = &text[..run.start];
    let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
    let is_first = line.len() < MAX_WORD_CHARS && line.chars().all(|character| matches!(character, ' ' | '>'));
    let is_short = run.len() <= 3 && text[run.clone()].bytes().all(|byte| byte.is_ascii_digit());
    is_first && is_short && [". ", ") "].iter().any(|mark| text[run.end..].starts_with(mark))
}

/// Splits a number into the digits before and after the decimal point. Commas are thousands separators, but a single comma followed by one
/// or two digits is a decimal comma. Returns `None` for more than one point.
fn split(written: &str) -> Option<(String, String)> {
    if let Some((whole, fraction)) = written.split_once(',')
        && (1..=2).contains(&fraction.len())
        && !written.contains('.')
    {
        return Some((digits(whole), fraction.to_owned()));
    }
    let (whole, fraction) = written.split_once('.').unwrap_or((written, ""));
    // More than one point: a version or an IP address.
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((digits(whole), fraction.to_owned()))
}

fn digits(grouped: &str) -> String {
    grouped.chars().filter(char::is_ascii_digit).collect()
}

/// Returns the factor of the scale suffix after a number ("K", " million") and its length in bytes, or `(1, 0)` if there is none. "15m" is
/// read as millions, although it can mean minutes.
fn suffix(rest: &str) -> (i128, usize) {
    let space = rest.chars().next().filter(|first| SPACES.contains(first)).map_or(0, char::len_utf8);
    let word: String = rest[space..].chars().take(MAX_WORD_CHARS).take_while(|character| character.is_alphanumeric()).collect();
    let factor = match (word.as_str(), word.to_lowercase().trim_end_matches('s')) {
        ("k" | "K", _) if space == 0 => 1_000,
        ("m" | "M", _) if space == 0 => 1_000_000,
        ("B" | "bn", _) if space == 0 => 1_000_000_000,
        (_, "thousand" | "mille") => 1_000,
        (_, "million") => 1_000_000,
        (_, "billion" | "milliard") => 1_000_000_000,
        _ => return (1, 0),
    };
    (factor, space + word.len())
}

/// Returns the numbers of `answer`, as written there and each once, that match none of the `given` numbers. A number matches a given one if
/// it is equal to it or to its rounded value. Numbers up to 10 without a unit need no source, and neither do numbers in a text of `quoted`
/// (a title or a name) that the answer contains verbatim.
pub fn find_unverified(answer: &str, given: &[Number], quoted: &[String]) -> Vec<String> {
    let exempt: Vec<_> = quoted.iter().flat_map(|text| word_spans(answer, text)).collect();
    let mut named: Vec<String> = Vec::new();
    for number in numbers(answer) {
        let needs_source = number.has_unit || number.value > EXEMPT_BELOW;
        let is_quoted = exempt.iter().any(|span| span.contains(&number.span.start));
        let text = &answer[number.span.clone()];
        if needs_source && !is_quoted && !given.iter().any(|given| number.rounds(given)) && !named.iter().any(|name| name == text) {
            named.push(text.to_owned());
        }
    }
    named
}

/// Returns the ranges at which `quoted` occurs in `text` as whole words. Returns none if `quoted` has no letter, so that a bare number does
/// not count as a quotation.
fn word_spans(text: &str, quoted: &str) -> Vec<Range<usize>> {
    if !quoted.contains(char::is_alphabetic) {
        return Vec::new();
    }
    let is_whole =
        |span: &Range<usize>| !text[..span.start].ends_with(char::is_alphanumeric) && !text[span.end..].starts_with(char::is_alphanumeric);
    text.match_indices(quoted).map(|(start, found)| start..start + found.len()).filter(is_whole).collect()
}

/// Returns the numbers of a text except the unverified ones. They can be used as a source for later answers.
pub fn verified_numbers(text: &str, unverified: &[String]) -> Vec<Number> {
    numbers(text).into_iter().filter(|number| !unverified.iter().any(|name| *name == text[number.span.clone()])).collect()
}

/// Returns those of the unverified numbers that a text still contains.
pub fn still_unverified(text: &str, unverified: &[String]) -> Vec<String> {
    let left = numbers(text);
    unverified.iter().filter(|name| left.iter().any(|number| **name == text[number.span.clone()])).cloned().collect()
}

impl Number {
    /// Returns whether the number is equal to `exact`, or to `exact` rounded to the precision of the number.
    fn rounds(&self, exact: &Self) -> bool {
        let difference = (self.value - exact.value).abs();
        difference == 0 || (exact.precision < self.precision && difference <= self.precision / 2)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{analytics::figures::percent, money::grouped};

    fn unverified(answer: &str, given: &str) -> Vec<String> {
        super::find_unverified(answer, &numbers(given), &[])
    }

    const LOOKED_UP: &str =
        r#"{"audience":"12,345","engagement":"4.25 %","revenue":"1,500.50 USD","change":"12.6 % up","views":"3,912,004"}"#;

    #[test]
    fn given_numbers_are_verified_even_if_rounded() {
        let answer =
            "You have 12,345 followers (12.3K, or 12345), 4.25% or 4.3 % engagement, $1,500.50, about €1,501, up 12.6%, 3.9M views.";
        assert_eq!(unverified(answer, LOOKED_UP), Vec::<String>::new());
    }

    #[test]
    fn unknown_numbers_are_returned_as_written() {
        let answer = "You have 12,346 followers, 12.4K of them new, 4.26%, $1,500.51, 99 fans. Again 99 fans.";
        assert_eq!(unverified(answer, LOOKED_UP), ["12,346", "12.4K", "4.26", "$1,500.51", "99"]);
        assert_eq!(unverified("A rate of 3 % and 0.5 more", LOOKED_UP), ["3", "0.5"], "small, but with a unit");
    }

    #[test]
    fn dates_versions_names_and_list_markers_are_exempt() {
        let answer = "1. Post 3 times a day at 18:30, from 2026-11-24 on. In 2027, use mp4 (version 1.2.3), #100days and 24/7 chat.";
        assert_eq!(unverified(answer, LOOKED_UP), Vec::<String>::new());
        assert_eq!(unverified("ada.23e2461b90 and 30d", LOOKED_UP), Vec::<String>::new());
        assert_eq!(unverified("On 24/11/2026, 2026-27, @24601:\n25. Rest\n> 26) Sleep", LOOKED_UP), Vec::<String>::new());
    }

    #[test]
    fn ranges_and_scale_words_are_checked() {
        for (answer, named) in [
            ("12,000-15,000 followers", vec!["12,000", "15,000"]),
            ("12,345-15,000 followers", vec!["15,000"]),
            ("12-15K views, 17-19K, 10-15 %", vec!["15K", "17", "19K", "10", "15"]),
            ("18-24 years, 45/1000", vec!["18", "24", "45", "1000"]),
            ("1.2m views, $1.5m, 2bn", vec!["1.2m", "$1.5m", "2bn"]),
            ("1.2 million views, 3 thousand fans, 2 milliards", vec!["1.2 million", "3 thousand", "2 milliards"]),
            ("3.9 million views, 12.3 thousand followers", vec![]),
            ("2050 followers in 2050, **2051** fans, 2052 €", vec!["2050", "2051", "2052"]),
            ("0.123456 and 0.1234567891", vec!["0.123456", "0.1234567891"]),
            ("5 USD, 5 €, 5 percent, **5** %, 5 fans", vec!["5"]),
            ("48,213. That is much.\n999. Much.\n1234. More.", vec!["48,213", "1234"]),
        ] {
            assert_eq!(unverified(answer, LOOKED_UP), named, "{answer}");
        }
    }

    #[test]
    fn durations_counts_and_dates_are_exempt() {
        for answer in [
            "15-30 seconds, 20-30 minutes, within 48 hours, a 30-second hook, 18-20h, 12 semaines",
            "12-18 January, Nov 30, le 24 décembre, 14 juillet",
            "8-12 hashtags and 150 words, 100% you",
            "In 2025 people asked; posts from 2025 like this; in 2026 fans stay; since 2027 views count",
            "12:34:56.123456",
        ] {
            assert_eq!(unverified(answer, LOOKED_UP), Vec::<String>::new(), "{answer}");
        }
        let read_at = r#"{"lastReadAt":"2026-01-31T12:34:56.123456Z"}"#;
        assert_eq!(unverified("34 new fans", read_at), ["34"], "the numbers of a time are not a source");
    }

    #[test]
    fn numbers_in_quoted_texts_are_exempt() {
        let quoted = ["25 tips for 2050 fans".to_owned(), "99".to_owned()];
        let of = |answer: &str| super::find_unverified(answer, &[], &quoted);
        assert_eq!(of("\u{201c}25 tips for 2050 fans\u{201d} did best."), Vec::<String>::new());
        assert_eq!(of("25 ways for 2050 fans, 99"), ["25", "2050", "99"]);
    }

    #[test]
    fn verified_numbers_can_be_used_as_source() {
        let said = verified_numbers("12,345 and 99 and 1,993, for 2000 € a month", &["99".to_owned()]);
        assert_eq!(super::find_unverified("12,345, 99, 1993, 2000 €", &said, &[]), ["99"]);
        assert_eq!(still_unverified("99 and 98", &["98".to_owned(), "97".to_owned()]), ["98"]);
    }

    #[test]
    fn separators_are_parsed_in_english_and_french() {
        assert_eq!(unverified("4,25 % de 12 345, 3\u{202f}912\u{202f}004 vues", LOOKED_UP), Vec::<String>::new());
        assert_eq!(unverified("12 3456 et 1234 567", LOOKED_UP), ["12", "3456", "1234", "567"]);
        assert_eq!(numbers("1,5").first().map(|number| number.value), Some(SCALE * 3 / 2));
        assert_eq!(numbers("1,500").first().map(|number| number.value), Some(SCALE * 1500));
    }

    proptest! {
        #[test]
        fn checking_any_text_does_not_panic(answer in "\\PC*", looked_up in "[0-9.,:/$€%KMm*é\u{a0}\u{202f} -]*") {
            for number in numbers(&looked_up) {
                prop_assert!(looked_up.get(number.span.clone()).is_some());
            }
            let _ = unverified(&answer, &looked_up);
            let _ = unverified(&looked_up, &answer);
        }

        #[test]
        fn given_figure_is_verified(value in 0_i64.., share in 0_i64..1_000_000) {
            let text = format!("{} and {}", grouped(value), percent(share));
            prop_assert_eq!(unverified(&text, &text), Vec::<String>::new());
        }

        #[test]
        fn different_number_is_unverified(value in 2_100_i64..1_000_000_000, more in 1_i64..1_000) {
            prop_assert_eq!(unverified(&grouped(value + more), &grouped(value)).len(), 1);
        }
    }
}
