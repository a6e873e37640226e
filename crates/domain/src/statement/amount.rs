use super::FaultKind;
use crate::{
    choice::choices,
    money::{Currency, ungrouped},
};

choices! {
    /// What stands before the minor units of an amount.
    #[derive(Default)]
    DecimalSign {
        /// `1,234.56`
        #[default]
        Point = "point", "1,234.56";
        /// `1.234,56`
        Comma = "comma", "1.234,56";
    }
}

/// In major units; no row is of more.
const HIGHEST: i64 = 10_000_000;

/// Minor units in an amount as statements write it: `$1,234.56`, `-12.00`, `(12.00)`, `12.5 USD`. Thousands are groups of three, and no digit is
/// dropped.
///
/// # Errors
/// Not an amount; it could be read in two ways; it is of another currency.
pub(super) fn parse(text: &str, sign: DecimalSign, currency: Currency) -> Result<i64, FaultKind> {
    let written = Written::of(text).ok_or(FaultKind::BadAmount)?;
    if written.currency.is_some_and(|said| !said.contains(&currency)) {
        return Err(FaultKind::OtherCurrency);
    }
    digits(written.number, sign, currency).map(|minor| if written.is_negative { -minor } else { minor }).ok_or(FaultKind::BadAmount)
}

/// The currencies that an amount can be of, where it says so.
pub(super) fn currencies_in(text: &str) -> Option<&'static [Currency]> {
    Written::of(text)?.currency
}

fn digits(number: &str, sign: DecimalSign, currency: Currency) -> Option<i64> {
    let (point, group) = match sign {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    };
    let (whole, fraction) = number.split_once(point).map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let fraction = fraction.unwrap_or_default();
    // With the other sign it would be a thousand.
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
    (minor / 10_i64.pow(currency.decimals()) <= HIGHEST).then_some(minor)
}

/// An amount, taken apart.
struct Written<'a> {
    number: &'a str,
    is_negative: bool,
    /// Those that the symbol or the code beside it can mean.
    currency: Option<&'static [Currency]>,
}

impl<'a> Written<'a> {
    /// `None` where there is more than a number, one sign and one currency.
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
            // `12.-` is no less than nothing.
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

/// The currency at the beginning or at the end of a text, and what is left.
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
    fn amounts_are_read_as_statements_write_them() {
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
            assert_eq!(parse(text, DecimalSign::Point, Currency::Usd), Ok(minor), "{text}");
        }
        assert_eq!(parse("1.234,56 €", DecimalSign::Comma, Currency::Eur), Ok(123_456));
        assert_eq!(parse("¥1,500", DecimalSign::Point, Currency::Jpy), Ok(1500));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_amount() {
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
            assert_eq!(parse(text, DecimalSign::Point, Currency::Usd), Err(FaultKind::BadAmount), "{text}");
        }
        assert_eq!(parse("12.50", DecimalSign::Comma, Currency::Eur), Err(FaultKind::BadAmount), "the other sign");
        assert_eq!(parse("1,200", DecimalSign::Comma, Currency::Eur), Err(FaultKind::BadAmount));
        assert_eq!(parse("1500.5", DecimalSign::Point, Currency::Jpy), Err(FaultKind::BadAmount));
    }

    #[test]
    fn an_amount_of_another_currency_is_not_taken_for_ours() {
        for (text, currency) in [("$8.00", Currency::Eur), ("12.50 GBP", Currency::Usd), ("€5", Currency::Chf), ("C$5", Currency::Usd)] {
            assert_eq!(parse(text, DecimalSign::Point, currency), Err(FaultKind::OtherCurrency), "{text}");
        }
        assert_eq!(parse("$8.00", DecimalSign::Point, Currency::Aud), Ok(800));
        assert_eq!(parse("$8.00 EUR", DecimalSign::Point, Currency::Eur), Err(FaultKind::BadAmount), "two of them");
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(minor in -1_000_000_000_i64..1_000_000_000, is_comma: bool) {
            let (point, group, sign) = if is_comma { (',', '.', DecimalSign::Comma) } else { ('.', ',', DecimalSign::Point) };
            let whole = crate::figures::grouped(minor / 100).replace(',', &group.to_string());
            let sign_text = if minor < 0 { "-" } else { "" };
            let text = format!("{sign_text}{}{point}{:02}", whole.trim_start_matches('-'), (minor % 100).abs());
            prop_assert_eq!(parse(&text, sign, Currency::Usd), Ok(minor), "{}", text);
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = parse(&text, DecimalSign::Point, Currency::Usd);
            let _ = parse(&text, DecimalSign::Comma, Currency::Jpy);
        }
    }
}
