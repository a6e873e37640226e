//! Money as integers of minor units, with a currency.

use serde::{Deserialize, Serialize};

/// A currency in which users are paid (ISO 4217).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// US dollar.
    #[default]
    Usd,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Canadian dollar.
    Cad,
    /// Australian dollar.
    Aud,
    /// Swiss franc.
    Chf,
    /// Japanese yen; has no minor unit.
    Jpy,
    /// Swedish krona.
    Sek,
    /// Norwegian krone.
    Nok,
    /// Danish krone.
    Dkk,
    /// Polish zloty.
    Pln,
    /// Brazilian real.
    Brl,
    /// Indian rupee.
    Inr,
    /// South Korean won; has no minor unit.
    Krw,
}

impl Currency {
    /// All currencies, in display order: the most used first.
    pub const ALL: [Self; 14] = [
        Self::Usd,
        Self::Eur,
        Self::Gbp,
        Self::Cad,
        Self::Aud,
        Self::Chf,
        Self::Jpy,
        Self::Sek,
        Self::Nok,
        Self::Dkk,
        Self::Pln,
        Self::Brl,
        Self::Inr,
        Self::Krw,
    ];

    /// Returns the ISO 4217 code in upper case.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Cad => "CAD",
            Self::Aud => "AUD",
            Self::Chf => "CHF",
            Self::Jpy => "JPY",
            Self::Sek => "SEK",
            Self::Nok => "NOK",
            Self::Dkk => "DKK",
            Self::Pln => "PLN",
            Self::Brl => "BRL",
            Self::Inr => "INR",
            Self::Krw => "KRW",
        }
    }

    /// Parses an ISO 4217 code, ignoring case; returns `None` if the currency is not supported.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|currency| currency.code().eq_ignore_ascii_case(code))
    }

    /// Returns the number of decimal places of the minor unit.
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Jpy | Self::Krw => 0,
            _ => 2,
        }
    }

    /// Parses an amount as typed (`1500`, `1,500.50`, ` 1 500 `, `120,50`, `1.234,50`) to minor units. Returns `None` if the text is not a
    /// non-negative amount. A comma is the decimal separator if no more digits follow it than the currency has decimals.
    pub fn parse_minor(self, text: &str) -> Option<i64> {
        let text = text.trim();
        let decimals = self.decimals() as usize;
        let has_decimal_comma = text.split_once(',').is_some_and(|(_, cents)| (1..=decimals).contains(&cents.len()));
        let (point, group) = if has_decimal_comma { (',', '.') } else { ('.', ',') };
        let (whole, fraction) = text.split_once(point).unwrap_or((text, ""));
        let whole = ungrouped(whole, group)?;
        let is_amount = !whole.is_empty()
            && fraction.bytes().all(|byte| byte.is_ascii_digit())
            && fraction.len() <= decimals
            && (!text.contains(point) || !fraction.is_empty());
        if !is_amount {
            return None;
        }
        format!("{whole}{fraction:0<decimals$}").parse().ok()
    }

    /// Formats an amount for display, always with its minor units: `-1,500.50`.
    pub fn format_grouped(self, minor: i64) -> String {
        let (sign, decimals) = (if minor < 0 { "-" } else { "" }, self.decimals() as usize);
        let unit = 10_u64.pow(self.decimals());
        let (whole, fraction) = (minor.unsigned_abs() / unit, minor.unsigned_abs() % unit);
        let whole = grouped(i64::try_from(whole).unwrap_or(i64::MAX));
        if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction:0decimals$}") }
    }

    /// Formats an amount without thousands separators, always with its minor units: `-1500.50`.
    pub fn format_plain(self, minor: i64) -> String {
        self.format_grouped(minor).replace(',', "")
    }

    /// Formats an amount for an input field, without minor units if they are 0: `1500.50`, `-0.50`. [`Self::parse_minor`] accepts the
    /// result for amounts that are not negative.
    pub fn format_minor(self, minor: i64) -> String {
        let plain = self.format_plain(minor);
        plain.strip_suffix(".00").map(ToOwned::to_owned).unwrap_or(plain)
    }
}

/// An amount of money in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Money {
    /// Amount in minor units; may be negative.
    pub minor: i64,
    /// Currency of the amount.
    pub currency: Currency,
}

impl std::fmt::Display for Money {
    /// Formats the amount with its code: `-1,234.50 USD`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.currency.format_grouped(self.minor), self.currency.code())
    }
}

/// Returns the digits of a whole number without its thousands separators: `group`, an apostrophe or white space. Returns `None` if it
/// contains anything else, or if the groups after the first do not have three digits; in the Indian notation all but the last have two.
pub(super) fn ungrouped(whole: &str, group: char) -> Option<String> {
    let is_apart = |letter: char| letter == group || letter == '\'' || letter == '\u{2019}' || letter.is_whitespace();
    let groups: Vec<&str> = whole.split(is_apart).collect();
    let is_number = groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_digit()));
    let is_grouped = match groups.as_slice() {
        [_] => true,
        [first, middle @ .., last] => {
            let are = |length| middle.iter().all(|group| group.len() == length);
            let is_indian = !middle.is_empty() && (1..=2).contains(&first.len()) && are(2);
            last.len() == 3 && ((1..=3).contains(&first.len()) && are(3) || is_indian)
        }
        [] => false,
    };
    (is_number && is_grouped).then(|| groups.concat())
}

/// Formats an integer with thousands separators: `12,400`.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = if value < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parse_minor_accepts_typed_amounts_only() {
        for (text, minor) in [
            ("1500", 150_000),
            ("1,500.50", 150_050),
            (" 1 500.5 ", 150_050),
            ("0", 0),
            ("0.07", 7),
            ("120,50", 12_050),
            ("12,5", 1250),
            ("1 234,50", 123_450),
            ("1.234,50", 123_450),
        ] {
            assert_eq!(Currency::Usd.parse_minor(text), Some(minor), "{text}");
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-5",
            "1.234",
            "1e3",
            "abc",
            "99999999999999999999",
            "١٢",
            "1,5,000",
            "1,50,00",
            ",5",
            "1,500,5",
            "1,23.4",
        ] {
            assert_eq!(Currency::Usd.parse_minor(text), None, "{text}");
        }
        assert_eq!(Currency::Jpy.parse_minor("1500"), Some(1500));
        assert_eq!(Currency::Jpy.parse_minor("1500.5"), None);
    }

    #[test]
    fn format_minor_keeps_the_sign_of_small_amounts() {
        let formatted = [-50, -150, -100, 0, 7].map(|minor| Currency::Usd.format_minor(minor));
        assert_eq!(formatted, ["-0.50", "-1.50", "-1", "0", "0.07"]);
        assert_eq!(Currency::Jpy.format_minor(-1500), "-1500");
    }

    proptest! {
        #[test]
        fn format_minor_then_parse_minor_is_identity(minor in 0..=i64::MAX, index in 0..Currency::ALL.len()) {
            let currency = Currency::ALL[index];
            prop_assert_eq!(currency.parse_minor(&currency.format_minor(minor)), Some(minor));
        }

        #[test]
        fn parse_minor_of_any_text_does_not_panic(text in ".*") {
            let _ = Currency::Usd.parse_minor(&text);
        }
    }
}
