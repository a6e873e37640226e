//! Structured answers: what figures mean, and how to sell more.

mod analysis;
mod strategy;

use std::{collections::BTreeSet, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AnswerCost, chat::Source};
use crate::{
    choice::Choice,
    figures::StatsRange,
    navigation::{analysis_page, strategy_page},
    validation::{FieldErrors, refuse},
};

pub use analysis::{
    ACTION_ITEMS, Analysis, INSIGHTS, Insight, Level, PATTERNS, PREDICTIONS, Pattern, Prediction, RECOMMENDATIONS, Recommendation,
};
pub use strategy::{
    ALTERNATIVE_MESSAGES, ASSUMPTIONS, AlternativeMessage, FUNNEL, PRICING, Projection, Step, Strategy, TACTICS, Tactic, UPSELL,
};

/// No report is about more accounts at once.
const ACCOUNTS_MAX: usize = 20;

/// `POST /api/ai/analyze-performance`, `POST /api/ai/optimize-sales`. All text, as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReportInput {
    /// Word of [`StatsRange`]; default 30 days.
    pub range: String,
    /// Accounts that it is about; empty for all that are connected. An empty text among them is none.
    pub integration_ids: Vec<String>,
    /// `true`: it is written once more, also where it is known already.
    pub anew: String,
}

/// What was understood of a [`ReportInput`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportRequest {
    /// How far back.
    pub range: StatsRange,
    /// Accounts that it is about; empty for all.
    pub integration_ids: Vec<Uuid>,
}

impl ReportInput {
    /// Whether what is known already is written once more.
    pub fn is_anew(&self) -> bool {
        self.anew == "true"
    }

    /// Reads what was asked for.
    ///
    /// # Errors
    /// A sentence for each field that is not understood.
    pub fn parse(&self) -> Result<ReportRequest, FieldErrors> {
        let mut errors = FieldErrors::new();
        let range = if self.range.is_empty() { Some(StatsRange::default()) } else { StatsRange::parse(&self.range) };
        if range.is_none() {
            refuse(&mut errors, "range", "Choose a period.");
        }
        let ids: Result<BTreeSet<Uuid>, _> = self.integration_ids.iter().filter(|id| !id.is_empty()).map(|id| id.parse()).collect();
        let ids = ids.ok().filter(|ids| ids.len() <= ACCOUNTS_MAX);
        if ids.is_none() {
            refuse(&mut errors, "integrationIds", "At most 20 accounts of yours.");
        }
        match (range, ids) {
            (Some(range), Some(ids)) => Ok(ReportRequest { range, integration_ids: ids.into_iter().collect() }),
            _ => Err(errors),
        }
    }
}

/// A structured answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", untagged)]
pub enum ReportBody {
    /// What figures mean.
    Analysis(Analysis),
    /// How to sell more.
    Strategy(Box<Strategy>),
}

impl ReportBody {
    /// The page on which it is shown, where its number is `id` and it was asked for so.
    pub fn page(&self, id: Uuid, request: &ReportRequest) -> String {
        let id = id.to_string();
        match self {
            Self::Analysis(_) => {
                let account = request.integration_ids.first().map(Uuid::to_string).unwrap_or_default();
                analysis_page(&id, request.range.as_str(), &account)
            }
            Self::Strategy(_) => strategy_page(&id),
        }
    }

    /// All texts in it.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Analysis(analysis) => analysis.texts(),
            Self::Strategy(strategy) => strategy.texts(),
        }
    }

    /// Checks what the schema says and no type does: how long its lists are, and that certainty is between 0 and 1.
    ///
    /// # Errors
    /// A sentence for the model.
    pub fn check(&self) -> Result<(), String> {
        let (lists, certainties) = match self {
            Self::Analysis(analysis) => (analysis.lists(), analysis.certainties()),
            Self::Strategy(strategy) => (strategy.lists(), vec![strategy.confidence]),
        };
        let wrong = lists.into_iter().filter(|(_, allowed, length)| !allowed.contains(length));
        let faults: Vec<_> = wrong
            .map(|(name, allowed, length)| format!("{name} had {length} elements, and must have {} to {}.", allowed.start(), allowed.end()))
            .collect();
        if !faults.is_empty() {
            return Err(faults.join(" "));
        }
        if matches!(self, Self::Strategy(strategy) if strategy.suggested_price.is_some_and(|price| price.minor < 0)) {
            return Err("suggestedPrice was negative.".to_owned());
        }
        if self.texts().iter().any(|text| text.trim().is_empty() || text.contains('\0')) {
            return Err("a text was empty, or had a character that is none.".to_owned());
        }
        if certainties.iter().any(|certainty| !(0.0..=1.0).contains(certainty)) {
            return Err("a confidence was not between 0 and 1.".to_owned());
        }
        Ok(())
    }
}

/// A list's name, how many elements it may have, and how many it has.
type List = (&'static str, RangeInclusive<usize>, usize);

/// A structured answer, with what it rests on and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Ours.
    pub id: Uuid,
    /// What was asked for.
    pub request: ReportRequest,
    /// The answer.
    #[serde(flatten)]
    pub body: ReportBody,
    /// What was looked up for it.
    pub sources: Vec<Source>,
    /// Numbers in it that are in none of the sources.
    pub unverified: Vec<String>,
    /// What it came to.
    pub cost: AnswerCost,
    /// Whether a stand-in wrote it.
    pub is_sandbox: bool,
    /// What the creator thinks of its parts.
    pub feedback: Vec<Feedback>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// What a creator thinks of a part of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    /// Which part: its place among the recommendations, or tactics.
    pub item: i16,
    /// Whether it helps.
    pub is_useful: bool,
}

/// `POST /api/ai/feedback`. All text, as a form sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FeedbackInput {
    /// Of which report.
    pub report_id: String,
    /// Which of its recommendations, or tactics, counted from 0.
    pub item: String,
    /// `true` or `false`.
    pub is_useful: String,
}

impl FeedbackInput {
    /// Reads what is thought of what; none where it is not understood.
    pub fn parse(&self) -> Option<(Uuid, Feedback)> {
        let feedback = Feedback { item: self.item.parse().ok()?, is_useful: self.is_useful.parse().ok()? };
        Some((self.report_id.parse().ok()?, feedback))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn analysis() -> Analysis {
        let text = || "x".to_owned();
        Analysis {
            insights: vec![Insight { kind: text(), title: text(), description: text(), impact: Level::High }],
            recommendations: vec![Recommendation {
                title: text(),
                description: text(),
                priority: Level::Low,
                expected_impact: text(),
                action_items: vec![text()],
            }],
            patterns: vec![Pattern { name: text(), description: text(), frequency: text(), confidence: 0.5 }],
            predictions: vec![Prediction { metric: text(), prediction: text(), confidence: 1.0, timeframe: text() }],
            confidence: 0.0,
        }
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let id = Uuid::from_u128(1);
        let input = ReportInput {
            range: "7d".to_owned(),
            integration_ids: vec![String::new(), id.to_string(), id.to_string()],
            ..ReportInput::default()
        };
        assert_eq!(input.parse(), Ok(ReportRequest { range: StatsRange::Week, integration_ids: vec![id] }));
        let wrong = ReportInput { range: "1y".to_owned(), integration_ids: vec!["x".to_owned()], anew: "true".to_owned() };
        assert!(wrong.is_anew() && !input.is_anew());
        assert_eq!(wrong.parse().expect_err("wrong").into_keys().collect::<Vec<_>>(), ["integrationIds", "range"]);
    }

    #[test]
    fn what_says_nothing_or_is_too_sure_is_no_answer() {
        assert_eq!(ReportBody::Analysis(analysis()).check(), Ok(()));
        let sure = ReportBody::Analysis(Analysis { confidence: 1.5, ..analysis() });
        assert_eq!(sure.check(), Err("a confidence was not between 0 and 1.".to_owned()));
        let nan = ReportBody::Analysis(Analysis { confidence: f64::NAN, ..analysis() });
        assert!(nan.check().is_err());
        let empty = ReportBody::Analysis(Analysis { recommendations: Vec::new(), ..analysis() });
        assert_eq!(empty.check(), Err("recommendations had 0 elements, and must have 1 to 5.".to_owned()));
        let insights = std::iter::repeat_n(analysis().insights.remove(0), 6).collect();
        let long = ReportBody::Analysis(Analysis { insights, ..analysis() });
        assert_eq!(long.check(), Err("insights had 6 elements, and must have 1 to 5.".to_owned()));
        let mut silent = analysis();
        silent.recommendations[0].action_items.push(" ".to_owned());
        assert_eq!(ReportBody::Analysis(silent).check(), Err("a text was empty, or had a character that is none.".to_owned()));
    }
}
