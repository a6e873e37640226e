//! Words and signs around a number, in English and French, that decide whether it has to be verified.

use std::ops::Range;

pub(super) const YEARS: Range<i128> = 1900..2100;
/// Spaces that can separate groups of digits, or a number from its unit.
pub(super) const SPACES: [char; 3] = [' ', '\u{a0}', '\u{202f}'];
/// Currency signs.
pub(super) const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// The token after a number: its first character, and the word that starts there, in lower case and truncated.
pub(super) struct NextToken {
    pub sign: Option<char>,
    word: String,
}

impl NextToken {
    pub fn of(rest: &str) -> Self {
        // Skip Markdown emphasis, and hyphens that join the number to the next word.
        let rest = rest.trim_start_matches(['*', '_', '-', '+', SPACES[0], SPACES[1], SPACES[2]]);
        let word: String = rest.chars().take(MAX_WORD_CHARS).take_while(|character| character.is_alphabetic()).collect();
        Self { sign: rest.chars().next(), word: word.to_lowercase() }
    }

    pub fn is_unit(&self) -> bool {
        self.sign.is_some_and(|sign| sign == '%' || CURRENCIES.contains(&sign)) || self.is_one_of(UNITS)
    }

    /// Returns whether the word is in the list, as it is or without a plural "s".
    fn is_one_of(&self, words: &[&str]) -> bool {
        let one = self.word.strip_suffix('s').unwrap_or(&self.word);
        words.iter().any(|word| *word == self.word || *word == one)
    }
}

/// Maximum number of characters of a word that are looked at.
pub(super) const MAX_WORD_CHARS: usize = 16;
/// Words that mark a number as a share or an amount, in English and French.
const UNITS: &[&str] = &["percent", "usd", "eur", "gbp", "dollar", "euro", "cent"];
/// Nouns of counted things, before which a number is not a year: "2050 followers".
const COUNT_NOUNS: &[&str] = &["follower", "subscriber", "fan", "view", "visit", "impression", "abonné", "vue", "personne"];
/// Prepositions before a year.
const YEAR_PREPOSITIONS: &[&str] = &["in", "from", "since", "of", "until", "en", "de", "depuis", "jusqu'en"];
/// Nouns of durations and recommended quantities. Numbers before them are advice, not figures of the user.
const DURATION_WORDS: &[&str] = &[
    "s",
    "sec",
    "second",
    "seconde",
    "min",
    "minute",
    "h",
    "hour",
    "heure",
    "am",
    "pm",
    "day",
    "jour",
    "week",
    "semaine",
    "month",
    "mois",
    "hashtag",
    "tip",
    "idea",
    "word",
    "character",
    "slide",
    "conseil",
    "idée",
    "mot",
    "caractère",
];
const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// Returns whether a number without decimals needs no source: a day of a month, a year, a duration or a recommended quantity. `whole` is
/// its value, `written` its text.
pub(super) fn is_exempt(whole: i128, written: &str, last: &str, next: &NextToken) -> bool {
    let is_day = whole <= 31 && (next.is_one_of(MONTHS) || MONTHS.contains(&&*last.to_lowercase()));
    let is_year = written.len() == 4
        && YEARS.contains(&whole)
        && (YEAR_PREPOSITIONS.contains(&&*last.to_lowercase()) || !next.is_one_of(COUNT_NOUNS));
    is_day || is_year || next.is_one_of(DURATION_WORDS)
}

/// Returns the last [`MAX_WORD_CHARS`] characters of the word before a number; empty if there is no word.
pub(super) fn last_word(before: &str) -> &str {
    let before = before.trim_end_matches(['*', '_', SPACES[0], SPACES[1], SPACES[2]]);
    let start = before
        .char_indices()
        .rev()
        .take(MAX_WORD_CHARS)
        .take_while(|(_, character)| character.is_alphabetic() || *character == '\'')
        .last();
    start.map_or("", |(start, _)| &before[start..])
}
