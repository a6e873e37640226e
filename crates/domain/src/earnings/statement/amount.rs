//! Parsing of amounts.

use std::borrow::Cow;

use super::RowErrorKind;
use crate::{
    money::{Currency, ungrouped},
    string_enum::string_enum,
};

string_enum! {
    /// Decimal separator of the amounts of a statement.
    #[derive(Default)]
    DecimalSeparator {
        /// `1,234.56`
        #[default]
        Point = "point";
        /// `1.234,56`
        Comma = "comma";
    }
}

/// Maximum amount of a row, in minor units.
const MAX_MINOR: i64 = 1_000_000_000;

/// How the amounts of a file are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notation {
    pub separator: DecimalSeparator,
    /// Whether the file proves that its decimal separator is one: then three digits after it are decimals, and no group of thousands.
    pub has_decimals: bool,
}

/// Millionths of a minor unit, in which amounts are added before they are rounded.
const MICRO: i64 = 1_000_000;

/// An amount, with more decimals than its currency may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Amount {
    /// In millionths of the minor unit.
    pub micro: i64,
    /// Whether it has three decimals that could be thousands, if the file did not prove what they are.
    pub is_like_thousands: bool,
}

impl Amount {
    /// Returns the amount in minor units, rounded half to even.
    pub fn minor(self) -> i64 {
        let (minor, rest) = (self.micro.div_euclid(MICRO), self.micro.rem_euclid(MICRO));
        let is_up = rest > MICRO / 2 || rest == MICRO / 2 && minor % 2 != 0;
        minor + i64::from(is_up)
    }

    /// Returns whether the amount has more decimals than its currency.
    pub const fn is_rounded(self) -> bool {
        self.is_like_thousands || self.micro % MICRO != 0
    }
}

/// Parses an amount as statements write it (`$1,234.56`, `-12.00`, `$(12.00)`, `12.5 USD`) to minor units: sign, currency and parentheses in
/// any order, and a dash after a currency for 0. Thousands separators must form groups of three, or those of India.
///
/// # Errors
/// The text is not an amount, is ambiguous, or names another currency.
pub(super) fn parse(text: &str, notation: Notation, currency: Currency) -> Result<Amount, RowErrorKind> {
    let text = half_width(text);
    let written = Written::of(&text).ok_or(RowErrorKind::InvalidAmount)?;
    if written.currency.is_some_and(|said| !said.contains(&currency)) {
        return Err(RowErrorKind::CurrencyMismatch);
    }
    if written.number.is_empty() && written.is_dash && written.currency.is_some() {
        return Ok(Amount::default());
    }
    let amount = digits(written.number, notation, currency).ok_or(RowErrorKind::InvalidAmount)?;
    Ok(if written.is_negative { Amount { micro: -amount.micro, ..amount } } else { amount })
}

/// Returns whether an amount shows that this is the decimal separator: any number of decimals but three, which could be a group of thousands. 0 shows
/// nothing: it is written like that in files of whole amounts, too.
pub(super) fn shows_decimals(text: &str, separator: DecimalSeparator) -> bool {
    let text = half_width(text);
    let Some(written) = Written::of(&text) else { return false };
    let (point, group) = separator.characters();
    written.number.split_once(point).is_some_and(|(whole, decimals)| {
        let is_decimal = !decimals.is_empty() && decimals.bytes().all(|byte| byte.is_ascii_digit()) && decimals.len() != 3;
        let is_zero = !written.number.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        is_decimal && !is_zero && ungrouped(whole, group).is_some()
    })
}

/// Returns the currencies that the symbol or code in an amount can mean; `None` if it has none.
pub(super) fn currencies_in(text: &str) -> Option<&'static [Currency]> {
    Written::of(&half_width(text))?.currency
}

/// Returns the currencies that a text without a number can mean.
pub(super) fn currency_named(text: &str) -> Option<&'static [Currency]> {
    let text = half_width(text);
    let written = Written::of(&text)?;
    written.currency.filter(|_| written.number.is_empty() && !written.is_negative)
}

/// Returns whether an amount, however it is written, is below 0.
pub(super) fn is_negative(text: &str) -> bool {
    Written::of(&half_width(text))
        .is_some_and(|written| written.is_negative && written.number.bytes().any(|byte| (b'1'..=b'9').contains(&byte)))
}

/// Replaces the full-width characters of East Asian texts.
fn half_width(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let half = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{ffe1}' => '£',
        '\u{ffe5}' => '¥',
        '\u{ffe6}' => '₩',
        other => other,
    };
    Cow::Owned(text.chars().map(half).collect())
}

impl DecimalSeparator {
    /// The separator, and that of thousands.
    const fn characters(self) -> (char, char) {
        match self {
            Self::Point => ('.', ','),
            Self::Comma => (',', '.'),
        }
    }
}

fn digits(number: &str, notation: Notation, currency: Currency) -> Option<Amount> {
    let (point, group) = notation.separator.characters();
    let (whole, fraction) = number.split_once(point).map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let fraction = fraction.unwrap_or_default();
    // With three decimals, the separator could also be the thousands separator of the other notation: `1.234`, but not `0.125`.
    let is_ambiguous = fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
    let whole = ungrouped(whole, group)?;
    if is_ambiguous && !notation.has_decimals
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
        || (whole.is_empty() && fraction.is_empty())
    {
        return None;
    }
    let decimals = currency.decimals() as usize;
    let (kept, dropped) = fraction.split_at_checked(decimals).unwrap_or((fraction, ""));
    let minor: i64 = format!("0{whole}{kept:0<decimals$}").parse().ok().filter(|minor| *minor <= MAX_MINOR)?;
    let (millionths, beyond) = dropped.split_at_checked(6).unwrap_or((dropped, ""));
    let millionths: i64 = format!("{millionths:0<6}").parse().ok()?;
    // What is beyond matters only next to a half.
    let is_more = beyond.bytes().any(|byte| byte != b'0');
    Some(Amount { micro: minor * MICRO + millionths + i64::from(is_more), is_like_thousands: is_ambiguous })
}

/// An amount, split into its parts.
struct Written<'a> {
    number: &'a str,
    is_negative: bool,
    /// Whether a minus sign stands for the number.
    is_dash: bool,
    /// Currencies that the symbols, codes and names can mean together; `None` if the amount has none.
    currency: Option<&'static [Currency]>,
}

impl<'a> Written<'a> {
    /// Splits an amount; returns `None` if it has more than one sign or pair of parentheses, contradictory currencies or a trailing `.-`.
    fn of(text: &'a str) -> Option<Self> {
        const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];
        let mut rest = text.trim();
        let (mut minus, mut plus, mut parentheses) = (0, 0, 0);
        let mut currency: Option<&'static [Currency]> = None;
        loop {
            let before = rest;
            rest = rest.trim();
            // The hyphen of `12.-` stands for the missing minor units; it is not a minus sign.
            if rest.ends_with(".-") || rest.ends_with(",-") {
                return None;
            }
            if let Some(inner) = rest.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
                (rest, parentheses) = (inner, parentheses + 1);
            } else if let Some(inner) = rest.strip_prefix(MINUS).or_else(|| rest.strip_suffix(MINUS)) {
                (rest, minus) = (inner, minus + 1);
            } else if let Some(inner) = rest.strip_prefix('+') {
                (rest, plus) = (inner, plus + 1);
            } else if let Some((said, inner)) = split_currency(rest) {
                currency = Some(match currency {
                    Some(known) => narrow(known, said)?,
                    None => said,
                });
                rest = inner;
            }
            if rest == before {
                break;
            }
        }
        let is_clear = minus + plus <= 1 && parentheses <= 1 && !(plus == 1 && parentheses == 1);
        is_clear.then_some(Self { number: rest, is_negative: minus + parentheses > 0, is_dash: minus == 1 && parentheses == 0, currency })
    }
}

/// Returns the currencies that both can mean: `$` and `USD` agree, `$` and `EUR` do not.
fn narrow(first: &'static [Currency], second: &'static [Currency]) -> Option<&'static [Currency]> {
    let is_within = |inner: &[Currency], outer: &[Currency]| inner.iter().all(|currency| outer.contains(currency));
    if is_within(second, first) { Some(second) } else { is_within(first, second).then_some(first) }
}

/// Splits the currency off the start or end of a text: a symbol, a code or a name. Codes and names are words of their own.
fn split_currency(text: &str) -> Option<(&'static [Currency], &str)> {
    const DOLLARS: &[Currency] = &[Currency::Usd, Currency::Cad, Currency::Aud];
    const KRONER: &[Currency] = &[Currency::Sek, Currency::Nok, Currency::Dkk];
    const SYMBOLS: [(&str, &[Currency]); 13] = [
        ("US$", &[Currency::Usd]),
        ("CA$", &[Currency::Cad]),
        ("AU$", &[Currency::Aud]),
        ("A$", &[Currency::Aud]),
        ("C$", &[Currency::Cad]),
        ("R$", &[Currency::Brl]),
        ("$", DOLLARS),
        ("€", &[Currency::Eur]),
        ("£", &[Currency::Gbp]),
        ("¥", &[Currency::Jpy]),
        ("₹", &[Currency::Inr]),
        ("₩", &[Currency::Krw]),
        ("zł", &[Currency::Pln]),
    ];
    const NAMES: [(&str, &[Currency]); 14] = [
        ("US Dollars", &[Currency::Usd]),
        ("US Dollar", &[Currency::Usd]),
        ("US", &[Currency::Usd]),
        ("Dollars", DOLLARS),
        ("Dollar", DOLLARS),
        ("Euros", &[Currency::Eur]),
        ("Euro", &[Currency::Eur]),
        ("Pounds", &[Currency::Gbp]),
        ("Yen", &[Currency::Jpy]),
        ("SFr.", &[Currency::Chf]),
        ("Fr.", &[Currency::Chf]),
        ("Fr", &[Currency::Chf]),
        ("kr.", KRONER),
        ("kr", KRONER),
    ];
    let symbol = SYMBOLS.into_iter().find_map(|(symbol, said)| {
        let inner = text.strip_prefix(symbol).or_else(|| text.strip_suffix(symbol))?;
        Some((said, inner))
    });
    let codes = Currency::ALL.iter().map(|currency| (currency.code(), std::slice::from_ref(currency)));
    symbol.or_else(|| NAMES.into_iter().chain(codes).find_map(|(word, said)| Some((said, without_word(text, word)?))))
}

/// Removes a word from the start or end of a text, ignoring its case.
fn without_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let is_word = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(word));
    let is_apart = |next: Option<char>| next.is_none_or(|next| !next.is_alphabetic());
    let begin = text.len().checked_sub(word.len())?;
    if is_word(text.get(..word.len())) && is_apart(text[word.len()..].chars().next()) {
        Some(&text[word.len()..])
    } else {
        (is_word(text.get(begin..)) && is_apart(text[..begin].chars().next_back())).then(|| &text[..begin])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Parses an amount of a file that does not prove its decimal separator.
    fn minor_of(text: &str, separator: DecimalSeparator, currency: Currency) -> Result<i64, RowErrorKind> {
        parse(text, Notation { separator, has_decimals: false }, currency).map(Amount::minor)
    }

    #[test]
    fn parse_accepts_common_amount_formats() {
        for (text, minor) in [
            ("12", 1200),
            ("$1,234.56", 123_456),
            ("-12.00", -1200),
            ("($12.00)", -1200),
            ("12.5 USD", 1250),
            ("USD 12.5000", 1250),
            ("+.50", 50),
            ("12.00-", -1200),
            ("\u{2212}$3.20", -320),
            ("$-3.20", -320),
            ("1 234 567.00", 123_456_700),
            ("0.00", 0),
            ("$(12.00)", -1200),
            ("$ (12.00)", -1200),
            ("- $12.00", -1200),
            ("$12.00-", -1200),
            ("USD (12.00)", -1200),
            ("(USD 12.00)", -1200),
            ("(12.00) USD", -1200),
            ("$(1,234.56)", -123_456),
            ("$ -", 0),
            ("$12.00 USD", 1200),
            ("USD $12.00", 1200),
            ("US $12.00", 1200),
            ("usd12.00", 1200),
            ("USD 12.00 $", 1200),
            ("12.00 US Dollar", 1200),
            ("12.00 dollars", 1200),
            ("1,25,000.00", 12_500_000),
            ("\u{ff04}\u{ff11}\u{ff12}.00", 1200),
        ] {
            assert_eq!(minor_of(text, DecimalSeparator::Point, Currency::Usd), Ok(minor), "{text}");
        }
        assert_eq!(minor_of("1.234,56 €", DecimalSeparator::Comma, Currency::Eur), Ok(123_456));
        for (text, currency, minor) in [
            ("¥1,500", Currency::Jpy, 1500),
            ("\u{ffe5}1500", Currency::Jpy, 1500),
            ("CA$12.00 CAD", Currency::Cad, 1200),
            ("£12.00 GBP", Currency::Gbp, 1200),
            ("Fr. 12.50", Currency::Chf, 1250),
            ("CHF 1\u{2019}234.50", Currency::Chf, 123_450),
            ("120 kr", Currency::Sek, 12_000),
            ("kr. 120.50", Currency::Dkk, 12_050),
            ("12.50 zł", Currency::Pln, 1250),
            ("R$ 12.50", Currency::Brl, 1250),
            ("₹1,25,000.00", Currency::Inr, 12_500_000),
            ("₩15,000", Currency::Krw, 15_000),
        ] {
            assert_eq!(minor_of(text, DecimalSeparator::Point, currency), Ok(minor), "{text}");
        }
    }

    #[test]
    fn parse_of_ambiguous_or_malformed_amount_fails() {
        for text in [
            "",
            "-",
            "$",
            "1,5",
            "12,00",
            "1.234",
            "1.200",
            "12.000",
            "1,2,3456",
            "12,34,56",
            "--5",
            "((5))",
            "(+5)",
            "- 5 -",
            "5 USDT",
            "$5 EUR",
            "(5",
            "5)",
            "1e3",
            "12.3.4",
            "99999999999999999999",
            "10000001",
            "free",
            "١٢",
            "1.2K",
            "8.00 DR",
            "12-Jan",
            "12.-",
        ] {
            assert_eq!(minor_of(text, DecimalSeparator::Point, Currency::Usd), Err(RowErrorKind::InvalidAmount), "{text}");
        }
        assert_eq!(minor_of("12.50", DecimalSeparator::Comma, Currency::Eur), Err(RowErrorKind::InvalidAmount), "other decimal separator");
        assert_eq!(minor_of("1,200", DecimalSeparator::Comma, Currency::Eur), Err(RowErrorKind::InvalidAmount));
    }

    #[test]
    fn decimals_beyond_the_minor_unit_are_rounded_half_to_even() {
        let parsed = |text, has_decimals, currency| {
            let notation = Notation { separator: DecimalSeparator::Point, has_decimals };
            parse(text, notation, currency).map(|amount| (amount.minor(), amount.is_rounded()))
        };
        for (text, minor) in [
            ("12.345", 1234),
            ("12.355", 1236),
            ("12.3451", 1235),
            ("12.345000000001", 1235),
            ("12.340", 1234),
            ("-12.345", -1234),
            ("12.3449", 1234),
            ("0.005", 0),
            ("0.015", 2),
            ("0.995", 100),
            ("(1,234.567)", -123_457),
        ] {
            assert_eq!(parsed(text, true, Currency::Usd), Ok((minor, true)), "{text}");
        }
        assert_eq!(parsed("12.3400", true, Currency::Usd), Ok((1234, false)));
        assert_eq!(parsed("1500.5", false, Currency::Jpy), Ok((1500, true)));
        assert_eq!(parsed("0.125", false, Currency::Usd), Ok((12, true)));
        assert_eq!(parsed("12.345", false, Currency::Usd), Err(RowErrorKind::InvalidAmount), "it could be 12 thousand");
    }

    #[test]
    fn decimals_show_the_separator_except_three_of_them() {
        for (text, is_shown) in [
            ("0.00", false),
            ("12.5", true),
            ("$1,234.56", true),
            ("0.1234", true),
            ("12.345", false),
            ("1,234", false),
            ("1.234,56", false),
        ] {
            assert_eq!(shows_decimals(text, DecimalSeparator::Point), is_shown, "{text}");
        }
        assert!(shows_decimals("1.234,56 €", DecimalSeparator::Comma));
    }

    #[test]
    fn parse_of_amount_in_other_currency_fails() {
        for (text, currency) in [("$8.00", Currency::Eur), ("12.50 GBP", Currency::Usd), ("€5", Currency::Chf), ("C$5", Currency::Usd)] {
            assert_eq!(minor_of(text, DecimalSeparator::Point, currency), Err(RowErrorKind::CurrencyMismatch), "{text}");
        }
        assert_eq!(minor_of("$8.00", DecimalSeparator::Point, Currency::Aud), Ok(800));
        assert_eq!(minor_of("$8.00 EUR", DecimalSeparator::Point, Currency::Eur), Err(RowErrorKind::InvalidAmount), "two currencies");
    }

    proptest! {
        #[test]
        fn parse_of_formatted_amount_is_exact(minor in -1_000_000_000_i64..1_000_000_000, is_comma: bool) {
            let (point, group, sign) = if is_comma { (',', '.', DecimalSeparator::Comma) } else { ('.', ',', DecimalSeparator::Point) };
            let whole = crate::money::grouped(minor / 100).replace(',', &group.to_string());
            let sign_text = if minor < 0 { "-" } else { "" };
            let text = format!("{sign_text}{}{point}{:02}", whole.trim_start_matches('-'), (minor % 100).abs());
            prop_assert_eq!(minor_of(&text, sign, Currency::Usd), Ok(minor), "{}", text);
        }

        #[test]
        fn parse_of_any_text_does_not_panic(text in ".*") {
            let _ = minor_of(&text, DecimalSeparator::Point, Currency::Usd);
            let _ = minor_of(&text, DecimalSeparator::Comma, Currency::Jpy);
        }
    }
}
