use crate::domain::{choice::choices, money::Currency};

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

/// Minor units in an amount as statements write it: `$1,234.56`, `-12.00`, `(12.00)`, `12.5 USD`. Thousands are groups of three, and no digit is
/// dropped: what could be read in two ways is no amount.
pub(super) fn parse(text: &str, sign: DecimalSign, currency: Currency) -> Option<i64> {
    let (point, group) = match sign {
        DecimalSign::Point => ('.', ','),
        DecimalSign::Comma => (',', '.'),
    };
    let (number, is_negative) = split_sign(text)?;
    let (whole, fraction) = number.split_once(point).map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let whole = ungrouped(whole, group)?;
    let fraction = fraction.unwrap_or_default();
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let decimals = currency.decimals() as usize;
    let (kept, dropped) = fraction.split_at_checked(decimals).unwrap_or((fraction, ""));
    if dropped.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let minor: i64 = format!("0{whole}{kept:0<decimals$}").parse().ok()?;
    Some(if is_negative { -minor } else { minor })
}

/// The number without sign, brackets, symbol and code.
fn split_sign(text: &str) -> Option<(&str, bool)> {
    const MINUS: [char; 3] = ['-', '\u{2212}', '\u{2013}'];
    let mut rest = text.trim();
    let mut is_negative = false;
    if let Some(inner) = rest.strip_prefix('(') {
        rest = inner.strip_suffix(')')?;
        is_negative = true;
    }
    let mut signs = 0;
    loop {
        let before = rest;
        rest = rest.trim_matches(|letter: char| letter.is_whitespace() || letter.is_alphabetic() || "$€£¥".contains(letter));
        if let Some(inner) = rest.strip_prefix(MINUS).or_else(|| rest.strip_suffix(MINUS)) {
            (rest, is_negative, signs) = (inner, true, signs + 1);
        } else if let Some(inner) = rest.strip_prefix('+') {
            (rest, signs) = (inner, signs + 1);
        }
        if rest == before {
            break;
        }
    }
    (signs <= 1).then_some((rest, is_negative))
}

/// The digits of a whole number, whose thousands may be set apart.
fn ungrouped(whole: &str, group: char) -> Option<String> {
    let is_apart = |letter: char| letter == group || letter == '\'' || letter == '\u{2019}' || letter.is_whitespace();
    let groups: Vec<&str> = whole.split(is_apart).collect();
    let is_number = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let is_grouped = groups.len() == 1 || ((1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3));
    (is_number && is_grouped).then(|| groups.concat())
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
            ("12.-", -1200),
            ("\u{2212}$3.20", -320),
            ("$-3.20", -320),
            ("1 234 567.00", 123_456_700),
            ("0.00", 0),
        ] {
            assert_eq!(parse(text, DecimalSign::Point, Currency::Usd), Some(minor), "{text}");
        }
        assert_eq!(parse("1.234,56 €", DecimalSign::Comma, Currency::Eur), Some(123_456));
        assert_eq!(parse("¥1,500", DecimalSign::Point, Currency::Jpy), Some(1500));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_amount() {
        for text in
            ["", "-", "$", "1,5", "12,00", "1.234", "1,23,456", "--5", "(5", "5)", "1e3", "12.3.4", "99999999999999999999", "free", "١٢"]
        {
            assert_eq!(parse(text, DecimalSign::Point, Currency::Usd), None, "{text}");
        }
        assert_eq!(parse("12.50", DecimalSign::Comma, Currency::Eur), None, "the other sign");
        assert_eq!(parse("1500.5", DecimalSign::Point, Currency::Jpy), None);
    }

    proptest! {
        #[test]
        fn no_digit_is_lost(minor in -1_000_000_000_000_i64..1_000_000_000_000, is_comma: bool) {
            let (point, group, sign) = if is_comma { (',', '.', DecimalSign::Comma) } else { ('.', ',', DecimalSign::Point) };
            let whole = crate::domain::figures::grouped(minor / 100).replace(',', &group.to_string());
            let sign_text = if minor < 0 { "-" } else { "" };
            let text = format!("{sign_text}{}{point}{:02}", whole.trim_start_matches('-'), (minor % 100).abs());
            prop_assert_eq!(parse(&text, sign, Currency::Usd), Some(minor), "{}", text);
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".*") {
            let _ = parse(&text, DecimalSign::Point, Currency::Usd);
            let _ = parse(&text, DecimalSign::Comma, Currency::Jpy);
        }
    }
}
