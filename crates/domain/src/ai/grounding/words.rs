//! What stands around a number, and what that makes of it. In English and French.

use std::ops::Range;

pub(super) const YEARS: Range<i128> = 1900..2100;
/// Between groups of digits, and before a sign.
pub(super) const SPACES: [char; 3] = [' ', '\u{a0}', '\u{202f}'];
/// Of a currency.
pub(super) const CURRENCIES: [char; 4] = ['$', '€', '£', '¥'];

/// What follows a number: a sign, or the beginning of a word, in lower case.
pub(super) struct Next {
    pub sign: Option<char>,
    word: String,
}

impl Next {
    pub fn of(rest: &str) -> Self {
        // What makes it bold, or ties it to the next word, is not part of what it says.
        let rest = rest.trim_start_matches(['*', '_', '-', '+', SPACES[0], SPACES[1], SPACES[2]]);
        let word: String = rest.chars().take(LONGEST_WORD).take_while(|character| character.is_alphabetic()).collect();
        Self { sign: rest.chars().next(), word: word.to_lowercase() }
    }

    pub fn is_unit(&self) -> bool {
        self.sign.is_some_and(|sign| sign == '%' || CURRENCIES.contains(&sign)) || self.is_one_of(UNITS)
    }

    /// Whether it is one of these words, or more than one of the same.
    fn is_one_of(&self, words: &[&str]) -> bool {
        let one = self.word.strip_suffix('s').unwrap_or(&self.word);
        words.iter().any(|word| *word == self.word || *word == one)
    }
}

/// Longer words say nothing of a number.
pub(super) const LONGEST_WORD: usize = 16;
/// What makes a number a share or an amount. All of these are English or French.
const UNITS: &[&str] = &["percent", "usd", "eur", "gbp", "dollar", "euro", "cent"];
/// What is counted: "2050 followers" is no year.
const COUNTED: &[&str] = &["follower", "subscriber", "fan", "view", "visit", "impression", "abonné", "vue", "personne"];
/// Before a year.
const IN: &[&str] = &["in", "from", "since", "of", "until", "en", "de", "depuis", "jusqu'en"];
/// How long something takes, or how much of something there should be: no figure of the creator's.
const ADVICE: &[&str] = &[
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

/// A year, a day of a month, how long something takes: of a number without its fraction, as it is written.
pub(super) fn is_no_figure(whole: i128, written: &str, last: &str, next: &Next) -> bool {
    let is_day = whole <= 31 && (next.is_one_of(MONTHS) || MONTHS.contains(&&*last.to_lowercase()));
    let is_year = written.len() == 4 && YEARS.contains(&whole) && (IN.contains(&&*last.to_lowercase()) || !next.is_one_of(COUNTED));
    is_day || is_year || next.is_one_of(ADVICE)
}

/// The word before a number; what is longer than a word is none.
pub(super) fn last_word(before: &str) -> &str {
    let before = before.trim_end_matches(['*', '_', SPACES[0], SPACES[1], SPACES[2]]);
    let start =
        before.char_indices().rev().take(LONGEST_WORD).take_while(|(_, character)| character.is_alphabetic() || *character == '\'').last();
    start.map_or("", |(start, _)| &before[start..])
}
