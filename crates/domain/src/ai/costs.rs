//! What AI costs, as operators see it.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AgentKind, Operation};
use crate::{
    choice::{Choice, choices},
    navigation::encode,
    validation::{FieldErrors, refuse},
};

/// Creators on a page.
pub const CREATORS_PAGE: u32 = 50;
/// Days that are looked at where nothing else is asked for, today among them.
const DEFAULT_DAYS: u64 = 30;
/// In which there can be calls.
const YEARS: RangeInclusive<i32> = 2000..=2100;
/// No longer period is looked at.
const MOST_DAYS: i64 = 366;

/// `GET /api/admin/ai-costs`. All text, as a form sends it; empty is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CostsInput {
    /// The first day, UTC; default 29 days before the last.
    pub from: String,
    /// The last day, UTC; default today.
    pub until: String,
    /// Part of a creator's address.
    pub creator: String,
    /// Word of [`AgentKind`].
    pub agent: String,
    /// Word of [`Operation`].
    pub operation: String,
    /// A model's name.
    pub model: String,
    /// Of the list of creators, counted from 1.
    pub page: String,
}

/// What was understood of a [`CostsInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostsFilter {
    /// The first day, UTC.
    pub from: NaiveDate,
    /// The last day, UTC.
    pub until: NaiveDate,
    /// Part of a creator's address.
    pub creator: String,
    /// Who asked the model.
    pub agent: Option<AgentKind>,
    /// What for.
    pub operation: Option<Operation>,
    /// Which model; empty for all.
    pub model: String,
    /// Counted from 1.
    pub page: u32,
}

impl CostsInput {
    /// Reads what is to be looked at.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self, today: NaiveDate) -> Result<CostsFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut day = |field: &str, text: &str, default: NaiveDate| match text {
            "" => default,
            text => text.parse().ok().filter(|day: &NaiveDate| YEARS.contains(&day.year())).unwrap_or_else(|| {
                refuse(&mut errors, field, "A day, as 2026-11-30.");
                default
            }),
        };
        let until = day("until", &self.until, today);
        let from = day("from", &self.from, until.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).unwrap_or(until));
        if from > until || (until - from).num_days() >= MOST_DAYS {
            refuse(&mut errors, "from", "At most 366 days, and not after the last.");
        }
        let agent = choice::<AgentKind>(&self.agent).unwrap_or_else(|()| {
            refuse(&mut errors, "agent", "Choose an agent.");
            None
        });
        let operation = choice::<Operation>(&self.operation).unwrap_or_else(|()| {
            refuse(&mut errors, "operation", "Choose an operation.");
            None
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        let page = self.page.parse().unwrap_or(1).max(1);
        let text = |text: &str| text.trim().chars().filter(|character| !character.is_control()).collect::<String>();
        let (creator, model) = (text(&self.creator).to_lowercase(), text(&self.model));
        Ok(CostsFilter { from, until, creator, agent, operation, model, page })
    }
}

impl CostsInput {
    /// The same as a query, for another page of the creators.
    pub fn query(&self, page: u32) -> String {
        let fields = [
            ("from", &self.from),
            ("until", &self.until),
            ("creator", &self.creator),
            ("agent", &self.agent),
            ("operation", &self.operation),
            ("model", &self.model),
        ];
        let pairs = fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}&", encode(value)));
        pairs.chain([format!("page={page}")]).collect()
    }
}

/// An empty word is no choice.
fn choice<T: Choice>(word: &str) -> Result<Option<T>, ()> {
    if word.is_empty() { Ok(None) } else { T::parse(word).map(Some).ok_or(()) }
}

/// Calls of models, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostSum {
    /// How many calls were made.
    pub calls: i64,
    /// How many were not, as their answers were known already.
    pub known: i64,
    /// Tokens of prompts.
    pub input_tokens: i64,
    /// Tokens of answers and thoughts.
    pub output_tokens: i64,
    /// Millionths of a dollar.
    pub cost_micro: i64,
}

impl CostSum {
    /// How many of a hundred answers were known already, in hundredths; none where nothing was asked.
    pub const fn known_share_bp(self) -> Option<i64> {
        (self.known * 10_000).checked_div(self.calls + self.known)
    }
}

/// The sum of one day, agent, operation or model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostLine {
    /// Which: a day as 2026-11-30, or a word.
    pub name: String,
    /// What it comes to.
    #[serde(flatten)]
    pub sum: CostSum,
}

/// The sum of one creator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatorCost {
    /// Ours.
    pub creator_id: Uuid,
    /// The address.
    pub email: String,
    /// What it comes to.
    #[serde(flatten)]
    pub sum: CostSum,
}

choices! {
    /// What is odd about a creator's costs.
    AnomalyKind {
        /// More than twice the standard deviation above the mean of all, and more than $10.
        HighSpending = "high_spending", "High spending";
        /// One operation is more than 80 % of more than $5.
        FeatureConcentration = "feature_concentration", "One operation";
    }
}

choices! {
    /// How odd it is.
    Severity {
        /// Worth knowing.
        Low = "low", "Low";
        /// Worth a look.
        Medium = "medium", "Medium";
        /// More than three times the standard deviation above the mean.
        High = "high", "High";
    }
}

/// Something odd about a creator's costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Anomaly {
    /// What.
    pub kind: AnomalyKind,
    /// How odd.
    pub severity: Severity,
    /// Whose.
    pub creator_id: Uuid,
    /// The address.
    pub email: String,
    /// The same in a sentence.
    pub message: String,
}

/// A month that has ended, and was charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargedMonth {
    /// Its first day.
    pub month: NaiveDate,
    /// How many creators.
    pub creators: i64,
    /// What they were charged, in millionths of a dollar.
    pub charged_micro: i64,
    /// What their calls come to: the same, or something is wrong.
    pub used_micro: i64,
    /// When it was last computed.
    pub computed_at: DateTime<Utc>,
}

/// What creators think of the recommendations of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeedbackCount {
    /// Word of [`Operation`].
    pub operation: String,
    /// How many were marked useful.
    pub useful: i64,
    /// How many were marked not useful.
    pub not_useful: i64,
}

/// `GET /api/admin/ai-costs`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiCosts {
    /// The first day, UTC.
    pub from: NaiveDate,
    /// The last day, UTC.
    pub until: NaiveDate,
    /// Of all that is looked at.
    pub total: CostSum,
    /// How many of a hundred answers were known already, in hundredths; none where nothing was asked.
    pub known_share_bp: Option<i64>,
    /// Each day with a call, the oldest first.
    pub by_day: Vec<CostLine>,
    /// The dearest first.
    pub by_agent: Vec<CostLine>,
    /// The dearest first.
    pub by_operation: Vec<CostLine>,
    /// The dearest first.
    pub by_model: Vec<CostLine>,
    /// A page of the creators, the dearest first.
    pub creators: Vec<CreatorCost>,
    /// Counted from 1.
    pub page: u32,
    /// How many pages of creators there are.
    pub pages: u32,
    /// What is odd, the oddest first.
    pub anomalies: Vec<Anomaly>,
    /// The months that were charged, the newest first; of all creators.
    pub months: Vec<ChargedMonth>,
    /// What creators think, at all times.
    pub feedback: Vec<FeedbackCount>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 26).expect("a day")
    }

    #[test]
    fn without_a_word_it_is_the_last_thirty_days() {
        let filter = CostsInput::default().parse(today()).expect("valid");
        assert_eq!((filter.from.to_string(), filter.until.to_string(), filter.page), ("2026-10-28".to_owned(), "2026-11-26".to_owned(), 1));
        assert_eq!((filter.agent, filter.operation), (None, None));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let input = |from: &str, until: &str| CostsInput { from: from.to_owned(), until: until.to_owned(), ..CostsInput::default() };
        for wrong in [input("2026-11-27", ""), input("2025-11-25", ""), input("soon", ""), input("-9999-01-01", "2026-01-01")] {
            assert_eq!(wrong.parse(today()).expect_err("wrong").into_keys().collect::<Vec<_>>(), ["from"], "{wrong:?}");
        }
        let words = CostsInput { agent: "x".to_owned(), operation: "y".to_owned(), until: "z".to_owned(), ..CostsInput::default() };
        assert_eq!(words.parse(today()).expect_err("wrong").into_keys().collect::<Vec<_>>(), ["agent", "operation", "until"]);
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic(from in "[0-9+-]{0,14}", until in "[0-9+-]{0,14}", page in "\\PC{0,12}") {
            let _ = CostsInput { from, until, page, ..CostsInput::default() }.parse(today());
        }
    }
}
