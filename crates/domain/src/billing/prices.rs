//! Prices of model tokens, with the day from which each applies.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

use super::TokenUsage;

/// Number of tokens that a price is for.
const PER: i128 = 1_000_000;

/// Price list of models. Format: `model=IN/OUT` or `model@2027-01-01=IN/OUT`, separated by commas, in US dollars per million tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prices(Vec<Price>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Price {
    model: String,
    /// First day (UTC) on which the price applies; `None` if it has always applied.
    since: Option<NaiveDate>,
    /// Price of input tokens (and below, of output tokens), in millionths of a US dollar per million tokens.
    input: i64,
    output: i64,
}

/// Error of parsing a price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPrices;

impl fmt::Display for NoPrices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected model=IN/OUT or model@YYYY-MM-DD=IN/OUT, split by commas, in dollars for a million tokens")
    }
}

impl Prices {
    /// Returns the cost of tokens on a day (UTC) in millionths of a US dollar, rounded up; `None` if the model has no price on that day.
    pub fn cost(&self, model: &str, day: NaiveDate, tokens: TokenUsage) -> Option<i64> {
        let is_valid = |price: &&Price| price.model == model && price.since.is_none_or(|since| since <= day);
        let price = self.0.iter().filter(is_valid).max_by_key(|price| price.since)?;
        let sum = i128::from(tokens.input) * i128::from(price.input) + i128::from(tokens.output) * i128::from(price.output);
        i64::try_from((sum + PER - 1) / PER).ok()
    }

    /// Returns whether a model has a price on every day.
    pub fn always_knows(&self, model: &str) -> bool {
        self.0.iter().any(|price| price.model == model && price.since.is_none())
    }
}

impl FromStr for Prices {
    type Err = NoPrices;

    fn from_str(text: &str) -> Result<Self, NoPrices> {
        text.split(',').map(|entry| price(entry.trim()).ok_or(NoPrices)).collect::<Result<_, _>>().map(Self)
    }
}

fn price(entry: &str) -> Option<Price> {
    let (model, amounts) = entry.split_once('=')?;
    let (model, since) = match model.split_once('@') {
        Some((model, since)) => (model, Some(since.parse().ok()?)),
        None => (model, None),
    };
    let (input, output) = amounts.split_once('/')?;
    (!model.is_empty()).then_some(Price { model: model.to_owned(), since, input: micro(input)?, output: micro(output)? })
}

/// Parses an amount in dollars to millionths ("0.75" to 750,000), without floating-point arithmetic.
fn micro(dollars: &str) -> Option<i64> {
    let (whole, fraction) = dollars.split_once('.').unwrap_or((dollars, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 6 || fraction.len() > 6 || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<6}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("valid date")
    }

    #[test]
    fn cost_uses_latest_price_in_effect() {
        let prices: Prices = "flash=0.75/3.75, flash@2027-01-01=1.50/7.50,lite@2026-06-01=0.3/2.5".parse().expect("prices");
        let million = TokenUsage { input: 1_000_000, output: 1_000_000 };
        assert_eq!(prices.cost("flash", day("2026-12-31"), million), Some(4_500_000));
        assert_eq!(prices.cost("flash", day("2027-01-01"), million), Some(9_000_000));
        assert_eq!(prices.cost("lite", day("2026-05-31"), million), None);
        assert_eq!(prices.cost("lite", day("2026-06-01"), million), Some(2_800_000));
        assert_eq!(prices.cost("flash", day("2026-12-31"), TokenUsage { input: 1, output: 0 }), Some(1), "rounded up");
        assert!(prices.always_knows("flash") && !prices.always_knows("lite") && !prices.always_knows("pro"));
    }

    #[test]
    fn parse_of_invalid_price_list_fails() {
        for text in ["", "flash", "flash=1", "flash=1/x", "=1/2", "flash@yesterday=1/2", "flash=-1/2", "flash=1/0.0000001", "a=1/2,,b=1/2"]
        {
            assert_eq!(text.parse::<Prices>(), Err(NoPrices), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn cost_rounding_never_favours_split_calls(input in 0_u32..2_000_000, output in 0_u32..2_000_000, cut in 0_u32..2_000_000) {
            let prices: Prices = "m=0.75/3.75".parse().expect("prices");
            let cost = |input, output| prices.cost("m", day("2026-11-26"), TokenUsage { input, output }).expect("the model has a price");
            let cut = cut.min(input);
            prop_assert!(cost(cut, 0) + cost(input - cut, output) >= cost(input, output));
            prop_assert!(cost(input, output) * 1_000_000 >= i64::from(input) * 750_000 + i64::from(output) * 3_750_000);
        }
    }
}
