//! AI usage and costs, as shown to admins.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ai::{AgentKind, Operation},
    ids::UserId,
    page::encode_query_value,
    string_enum::{StringEnum, string_enum},
    validation::{FieldError, FieldErrors, add_error},
};

/// Number of users per page.
pub const USERS_PER_PAGE: u32 = 50;
/// Length of the default period in days, including today.
const DEFAULT_DAYS: u64 = 30;
/// Years in which a day may lie.
const YEARS: RangeInclusive<i32> = 2000..=2100;
/// Maximum length of a period in days.
const MAX_PERIOD_DAYS: i64 = 366;

/// `GET /api/admin/ai-costs`: filter of the report. All fields are text, as sent by a form; empty texts do not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CostsInput {
    /// First day in UTC, inclusive; defaults to 29 days before the last day.
    pub first_day: String,
    /// Last day in UTC, inclusive; defaults to today.
    pub last_day: String,
    /// Part of a user's e-mail address.
    pub email: String,
    /// Word of [`AgentKind`].
    pub agent: String,
    /// Word of [`Operation`].
    pub operation: String,
    /// Name of a model.
    pub model: String,
    /// Page number of the list of users, from 1.
    pub page: String,
}

/// A validated [`CostsInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostsFilter {
    /// First day in UTC, inclusive.
    pub first_day: NaiveDate,
    /// Last day in UTC, inclusive.
    pub last_day: NaiveDate,
    /// Part of a user's e-mail address in lower case; empty for all users.
    pub email: String,
    /// Agent that called the model; `None` for all.
    pub agent: Option<AgentKind>,
    /// Operation that the call was made for; `None` for all.
    pub operation: Option<Operation>,
    /// Name of a model; empty for all.
    pub model: String,
    /// Page number of the list of users, from 1.
    pub page: u32,
}

impl CostsInput {
    /// Parses and validates the input.
    pub fn parse(&self, today: NaiveDate) -> Result<CostsFilter, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut day = |field: &str, text: &str, default: NaiveDate| match text {
            "" => default,
            text => text.parse().ok().filter(|day: &NaiveDate| YEARS.contains(&day.year())).unwrap_or_else(|| {
                add_error(&mut errors, field, FieldError::DayInvalid);
                default
            }),
        };
        let last_day = day("lastDay", &self.last_day, today);
        let first_day = day("firstDay", &self.first_day, last_day.checked_sub_days(Days::new(DEFAULT_DAYS - 1)).unwrap_or(last_day));
        if first_day > last_day || (last_day - first_day).num_days() >= MAX_PERIOD_DAYS {
            add_error(&mut errors, "firstDay", FieldError::CostsPeriodTooLong);
        }
        let agent = choice::<AgentKind>(&self.agent).unwrap_or_else(|()| {
            add_error(&mut errors, "agent", FieldError::AgentUnknown);
            None
        });
        let operation = choice::<Operation>(&self.operation).unwrap_or_else(|()| {
            add_error(&mut errors, "operation", FieldError::OperationUnknown);
            None
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        let page = self.page.parse().unwrap_or(1).max(1);
        let text = |text: &str| text.trim().chars().filter(|character| !character.is_control()).collect::<String>();
        let (email, model) = (text(&self.email).to_lowercase(), text(&self.model));
        Ok(CostsFilter { first_day, last_day, email, agent, operation, model, page })
    }
}

impl CostsInput {
    /// Returns the filter as a URL query, for the given page of the users.
    pub fn query(&self, page: u32) -> String {
        let fields = [
            ("firstDay", &self.first_day),
            ("lastDay", &self.last_day),
            ("email", &self.email),
            ("agent", &self.agent),
            ("operation", &self.operation),
            ("model", &self.model),
        ];
        let pairs =
            fields.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}&", encode_query_value(value)));
        pairs.chain([format!("page={page}")]).collect()
    }
}

/// Parses a word; an empty one is `None`.
fn choice<T: StringEnum>(word: &str) -> Result<Option<T>, ()> {
    if word.is_empty() { Ok(None) } else { T::parse(word).map(Some).ok_or(()) }
}

/// Usage summed over model calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostSum {
    /// Number of model calls.
    pub calls: i64,
    /// Number of cache hits, for which no call was made.
    pub cache_hits: i64,
    /// Number of input tokens.
    pub input_tokens: i64,
    /// Number of output tokens, including thinking tokens.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: i64,
}

impl CostSum {
    /// Returns the cache hit rate in basis points; `None` if there were neither calls nor cache hits.
    pub const fn cache_hit_rate_bp(self) -> Option<i64> {
        (self.cache_hits * 10_000).checked_div(self.calls + self.cache_hits)
    }
}

/// Usage of one day, agent, operation or model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CostLine {
    /// Day in the format `2026-11-30`, a word of the enum, or the name of the model.
    pub name: String,
    /// Usage.
    #[serde(flatten)]
    pub sum: CostSum,
}

/// Usage of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserCost {
    /// Id of the user.
    pub user_id: UserId,
    /// E-mail address of the user.
    pub email: String,
    /// Usage.
    #[serde(flatten)]
    pub sum: CostSum,
}

string_enum! {
    /// Kind of an anomaly in a user's costs.
    AnomalyKind {
        /// Cost of more than $10, and more than two standard deviations above the mean of all users.
        HighSpending = "high_spending";
        /// Cost of more than $5, of which one operation accounts for more than 80 %.
        FeatureConcentration = "feature_concentration";
    }
}

string_enum! {
    /// Severity of an anomaly.
    Severity {
        /// For information.
        Low = "low";
        /// Should be looked at.
        Medium = "medium";
        /// More than three standard deviations above the mean.
        High = "high";
    }
}

/// An anomaly in a user's costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Anomaly {
    /// Kind of the anomaly.
    pub kind: AnomalyKind,
    /// Severity of the anomaly.
    pub severity: Severity,
    /// Id of the user.
    pub user_id: UserId,
    /// E-mail address of the user.
    pub email: String,
    /// Description of the anomaly for the admin.
    pub message: String,
}

/// Charges of a month that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChargedMonth {
    /// First day of the month.
    pub month: NaiveDate,
    /// Number of users charged.
    pub users: i64,
    /// Sum of the charges in millionths of a US dollar.
    pub charged_micro_usd: i64,
    /// Cost of the users' calls in millionths of a US dollar. A value other than `charged_micro_usd` indicates an error.
    pub used_micro_usd: i64,
    /// Time at which the charges were last computed.
    pub computed_at: DateTime<Utc>,
}

/// User feedback on the recommendations of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeedbackCount {
    /// Word of [`Operation`].
    pub operation: String,
    /// Number of items marked as useful.
    pub useful: i64,
    /// Number of items marked as not useful.
    pub not_useful: i64,
}

/// `GET /api/admin/ai-costs`: AI costs of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiCosts {
    /// First day in UTC, inclusive.
    pub first_day: NaiveDate,
    /// Last day in UTC, inclusive.
    pub last_day: NaiveDate,
    /// Usage of all calls that match the filter.
    pub total: CostSum,
    /// Cache hit rate in basis points; `None` if there were neither calls nor cache hits.
    pub cache_hit_rate_bp: Option<i64>,
    /// Usage by day, oldest first; days without calls are left out.
    pub by_day: Vec<CostLine>,
    /// Usage by agent, most expensive first.
    pub by_agent: Vec<CostLine>,
    /// Usage by operation, most expensive first.
    pub by_operation: Vec<CostLine>,
    /// Usage by model, most expensive first.
    pub by_model: Vec<CostLine>,
    /// One page of the usage by user, most expensive first.
    pub users: Vec<UserCost>,
    /// Page number of the users, from 1.
    pub page: u32,
    /// Total number of pages of users.
    pub pages: u32,
    /// Anomalies, users with the highest cost first.
    pub anomalies: Vec<Anomaly>,
    /// Charged months of all users, newest first; not filtered.
    pub months: Vec<ChargedMonth>,
    /// User feedback of all time; not filtered.
    pub feedback: Vec<FeedbackCount>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 26).expect("valid date")
    }

    #[test]
    fn parse_of_empty_filter_defaults_to_thirty_days() {
        let filter = CostsInput::default().parse(today()).expect("valid");
        assert_eq!(
            (filter.first_day.to_string(), filter.last_day.to_string(), filter.page),
            ("2026-10-28".to_owned(), "2026-11-26".to_owned(), 1)
        );
        assert_eq!((filter.agent, filter.operation), (None, None));
    }

    #[test]
    fn parse_of_invalid_filter_names_the_fields() {
        let input = |first_day: &str, last_day: &str| CostsInput {
            first_day: first_day.to_owned(),
            last_day: last_day.to_owned(),
            ..CostsInput::default()
        };
        for wrong in [input("2026-11-27", ""), input("2025-11-25", ""), input("soon", ""), input("-9999-01-01", "2026-01-01")] {
            assert_eq!(wrong.parse(today()).expect_err("invalid period").into_keys().collect::<Vec<_>>(), ["firstDay"], "{wrong:?}");
        }
        let words = CostsInput { agent: "x".to_owned(), operation: "y".to_owned(), last_day: "z".to_owned(), ..CostsInput::default() };
        assert_eq!(words.parse(today()).expect_err("invalid fields").into_keys().collect::<Vec<_>>(), ["agent", "lastDay", "operation"]);
    }

    proptest! {
        #[test]
        fn parse_of_any_text_does_not_panic(first_day in "[0-9+-]{0,14}", last_day in "[0-9+-]{0,14}", page in "\\PC{0,12}") {
            let _ = CostsInput { first_day, last_day, page, ..CostsInput::default() }.parse(today());
        }
    }
}
