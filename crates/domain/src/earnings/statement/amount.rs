//! Parsing of amounts.

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

/// Maximum amount of a row, in major units.
const MAX_AMOUNT: i64 = 10_000_000;

/// Parses an amount as statements write it (`$1,234.56`, `-12.00`, `(12.00)`, `12.5 USD`) to minor units. Thousands separators must form
/// groups of three, and digits beyond the minor unit must be 0.
///
/// # Errors
/// The text is not an amount, is ambiguous, or names another currency.
pub(super) fn parse(text: &str, sign: DecimalSeparator, currency: Currency) -> Result<i64, RowErrorKind> {
    let written = Written::of(text).ok_or(RowErrorKind::InvalidAmount)?;
    if written.currency.is_some_and(|said| !said.contains(&currency)) {
        return Err(RowErrorKind::CurrencyMismatch);
    }
    digits(written.number, sign, currency).map(|minor| if written.is_negative { -minor } else { minor }).ok_or(RowErrorKind::InvalidAmount)
}

/// Returns the currencies that the symbol or code in an amount can mean; `None` if it has none.
pub(super) fn currencies_in(text: &str) -> Option<&'static [Currency]> {
    Written::of(text)?.currency
}

fn digits(number: &str, sign: DecimalSeparator, currency: Currency) -> Option<i64> {
    let (point, group) = match sign {
        DecimalSeparator::Point => ('.', ','),
        DecimalSeparator::Comma => (',', '.'),
    };
    let (whole, fraction) = number.split_once(point).map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let fraction = fraction.unwrap_or_default();
    // With three decimals, the separator could also be the thousands separator of the other notation: `1.234`.
    let is_ambiguous = fraction.len() == 3 && (1..=3).contains(&whole.len());
    let whole = ungrouped(whole, group)?;
    if is_ambiguous || !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let decimals = currency.decimals() as usize;
    let (kept, dropped) = fraction.split_at_checked(decimals).unwrap_or((fraction, ""));
    if dropped.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let minor: i64 = format!("0{whole}{kept:0<decimals$}").parse().ok()?;
    (minor / 10_i64.pow(currency.decimals()) <= MAX_AMOUNT).then_some(minor)
}

/// An amount, split into its parts.
struct Written<'a> {
    number: &'a str,
    is_negative: bool,
    /// Currencies that the symbol or code can mean; `None` if the amount has neither.
    currency: Option<&'static [Currency]>,
}

impl<'a> Written<'a> {
    /// Splits an amount; returns `None` if it has more than one sign, contradictory currencies, an unclosed parenthesis or a trailing `.-`.
    fn of(text: &'a str) -> Option<Self> {
        const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];
        let mut rest = text.trim();
        let mut is_negative = false;
        if let Some(inner) = rest.strip_prefix('(') {
            rest = inner.strip_suffix(')')?;
            is_negative = true;
        }
        let (mut signs, mut currency) = (0, None);
        loop {
            let before = rest;
            rest = rest.trim();
            // The hyphen of `12.-` stands for the missing minor units; it is not a minus sign.
            if rest.ends_with(".-") || rest.ends_with(",-") {
                return None;
            }
            if let Some(inner) = rest.strip_prefix(MINUS).or_else(|| rest.strip_suffix(MINUS)) {
                (rest, is_negative, signs) = (inner, true, signs + 1);
            } else if let Some(inner) = rest.strip_prefix('+') {
                (rest, signs) = (inner, signs + 1);
            } else if let Some((said, inner)) = split_currency(rest) {
                if currency.replace(said).is_some_and(|before| before != said) {
                    return None;
                }
                rest = inner;
            }
            if rest == before {
                break;
            }
        }
        (signs <= 1).then_some(Self { number: rest, is_negative, currency })
    }
}

/// Splits the currency off the start or end of a text.
fn split_currency(text: &str) -> Option<(&'static [Currency], &str)> {
    const SYMBOLS: [(&str, &[Currency]); 11] = [
        ("US$", &[Currency::Usd]),
        ("CA$", &[Currency::Cad]),
        ("A$", &[Currency::Aud]),
        ("C$", &[Currency::Cad]),
        ("$", &[Currency::Usd, Currency::Cad, Currency::Aud]),
        ("€", &[Currency::Eur]),
        ("£", &[Currency::Gbp]),
        ("¥", &[Currency::Jpy]),
        ("Fr.", &[Currency::Chf]),
        ("EURO", &[Currency::Eur]),
        ("CHF", &[Currency::Chf]),
    ];
    let codes = Currency::ALL.iter().map(|currency| (currency.code(), std::slice::from_ref(currency)));
    SYMBOLS.into_iter().chain(codes).find_map(|(word, currencies)| {
        let inner = text.strip_prefix(word).or_else(|| text.strip_suffix(word))?;
        Some((currencies, inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        ] {
            assert_eq!(parse(text, DecimalSeparator::Point, Currency::Usd), Ok(minor), "{text}");
        }
        assert_eq!(parse("1.234,56 €", DecimalSeparator::Comma, Currency::Eur), Ok(123_456));
        assert_eq!(parse("¥1,500", DecimalSeparator::Point, Currency::Jpy), Ok(1500));
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
            "1,23,456",
            "--5",
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
            assert_eq!(parse(text, DecimalSeparator::Point, Currency::Usd), Err(RowErrorKind::InvalidAmount), "{text}");
        }
        assert_eq!(parse("12.50", DecimalSeparator::Comma, Currency::Eur), Err(RowErrorKind::InvalidAmount), "other decimal separator");
        assert_eq!(parse("1,200", DecimalSeparator::Comma, Currency::Eur), Err(RowErrorKind::InvalidAmount));
        assert_eq!(parse("1500.5", DecimalSeparator::Point, Currency::Jpy), Err(RowErrorKind::InvalidAmount));
    }

    #[test]
    fn parse_of_amount_in_other_currency_fails() {
        for (text, currency) in [("$8.00", Currency::Eur), ("12.50 GBP", Currency::Usd), ("€5", Currency::Chf), ("C$5", Currency::Usd)] {
            assert_eq!(parse(text, DecimalSeparator::Point, currency), Err(RowErrorKind::CurrencyMismatch), "{text}");
        }
        assert_eq!(parse("$8.00", DecimalSeparator::Point, Currency::Aud), Ok(800));
        assert_eq!(parse("$8.00 EUR", DecimalSeparator::Point, Currency::Eur), Err(RowErrorKind::InvalidAmount), "two currencies");
    }

    proptest! {
        #[test]
        fn parse_of_formatted_amount_is_exact(minor in -1_000_000_000_i64..1_000_000_000, is_comma: bool) {
            let (point, group, sign) = if is_comma { (',', '.', DecimalSeparator::Comma) } else { ('.', ',', DecimalSeparator::Point) };
            let whole = crate::money::grouped(minor / 100).replace(',', &group.to_string());
            let sign_text = if minor < 0 { "-" } else { "" };
            let text = format!("{sign_text}{}{point}{:02}", whole.trim_start_matches('-'), (minor % 100).abs());
            prop_assert_eq!(parse(&text, sign, Currency::Usd), Ok(minor), "{}", text);
        }

        #[test]
        fn parse_of_any_text_does_not_panic(text in ".*") {
            let _ = parse(&text, DecimalSeparator::Point, Currency::Usd);
            let _ = parse(&text, DecimalSeparator::Comma, Currency::Jpy);
        }
    }
}
