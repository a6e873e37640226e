//! Structured answers: what figures mean, and how to sell more.

use std::{collections::BTreeSet, ops::RangeInclusive};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{AnswerCost, chat::Source};
use crate::domain::{
    choice::{Choice, choices},
    figures::StatsRange,
    money::Money,
    navigation::{analysis_page, strategy_page},
    validation::FieldErrors,
};

/// No report is about more accounts at once.
const ACCOUNTS_MAX: usize = 20;

/// How many there are of what stands out.
pub const INSIGHTS: RangeInclusive<usize> = 1..=5;
/// Of what to do.
pub const RECOMMENDATIONS: RangeInclusive<usize> = 1..=5;
/// Of the steps of what to do.
pub const ACTION_ITEMS: RangeInclusive<usize> = 1..=5;
/// Of what repeats itself.
pub const PATTERNS: RangeInclusive<usize> = 0..=4;
/// Of what may come.
pub const PREDICTIONS: RangeInclusive<usize> = 0..=4;
/// Of the ways to sell more.
pub const TACTICS: RangeInclusive<usize> = 1..=5;
/// Of other messages.
pub const ALTERNATIVE_MESSAGES: RangeInclusive<usize> = 0..=3;
/// Of what is asked for what.
pub const PRICING: RangeInclusive<usize> = 1..=5;
/// Of what is offered to those who bought.
pub const UPSELL: RangeInclusive<usize> = 0..=5;
/// Of the steps to a fan who pays.
pub const FUNNEL: RangeInclusive<usize> = 0..=6;
/// Of what has to be so for a projection.
pub const ASSUMPTIONS: RangeInclusive<usize> = 1..=6;

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
        let mut refuse = |field: &str, sentence: &str| drop(errors.insert(field.to_owned(), sentence.to_owned()));
        let range = if self.range.is_empty() { Some(StatsRange::default()) } else { StatsRange::parse(&self.range) };
        if range.is_none() {
            refuse("range", "Choose a period.");
        }
        let ids: Result<BTreeSet<Uuid>, _> = self.integration_ids.iter().filter(|id| !id.is_empty()).map(|id| id.parse()).collect();
        let ids = ids.ok().filter(|ids| ids.len() <= ACCOUNTS_MAX);
        if ids.is_none() {
            refuse("integrationIds", "At most 20 accounts of yours.");
        }
        match (range, ids) {
            (Some(range), Some(ids)) => Ok(ReportRequest { range, integration_ids: ids.into_iter().collect() }),
            _ => Err(errors),
        }
    }
}

choices! {
    /// How much something matters.
    Level {
        /// Much.
        High = "high", "High";
        /// Somewhat.
        Medium = "medium", "Medium";
        /// Little.
        Low = "low", "Low";
    }
}

/// What figures mean. `POST /api/ai/analyze-performance`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Analysis {
    /// What stands out.
    pub insights: Vec<Insight>,
    /// What to do.
    pub recommendations: Vec<Recommendation>,
    /// What repeats itself.
    pub patterns: Vec<Pattern>,
    /// What may come.
    pub predictions: Vec<Prediction>,
    /// How sure the model is, 0 to 1.
    pub confidence: f64,
}

/// Something that stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Insight {
    /// What it is about, in a word.
    #[serde(rename = "type")]
    pub kind: String,
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub description: String,
    /// How much it matters.
    pub impact: Level,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub description: String,
    /// What first.
    pub priority: Level,
    /// What it may bring.
    pub expected_impact: String,
    /// Step by step.
    pub action_items: Vec<String>,
}

/// Something that repeats itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pattern {
    /// In a few words.
    pub name: String,
    /// In a sentence or two.
    pub description: String,
    /// How often.
    pub frequency: String,
    /// How sure the model is, 0 to 1.
    pub confidence: f64,
}

/// Something that may come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prediction {
    /// Of which figure.
    pub metric: String,
    /// What may become of it.
    pub prediction: String,
    /// How sure the model is, 0 to 1.
    pub confidence: f64,
    /// Until when.
    pub timeframe: String,
}

/// How to sell more. `POST /api/ai/optimize-sales`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Strategy {
    /// A message to fans, ready to send.
    pub message: String,
    /// How to go about it.
    pub tactics: Vec<Tactic>,
    /// What to ask for, where the figures say enough.
    pub suggested_price: Option<Money>,
    /// How sure the model is, 0 to 1.
    pub confidence: f64,
    /// How many of a hundred who read it may buy, in words.
    pub expected_conversion_rate: String,
    /// Other messages.
    pub alternative_messages: Vec<AlternativeMessage>,
    /// What to ask for what.
    pub pricing: Vec<Step>,
    /// What to offer those who bought.
    pub upsell: Vec<Step>,
    /// From a stranger to a fan who pays.
    pub funnel: Vec<Step>,
    /// What it may come to.
    pub projection: Projection,
}

/// A way to go about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tactic {
    /// In a few words.
    pub name: String,
    /// In a sentence or two.
    pub description: String,
    /// Why it may work here.
    pub rationale: String,
}

/// Another message to fans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AlternativeMessage {
    /// Ready to send.
    pub message: String,
    /// What it tries.
    pub approach: String,
    /// How many of a hundred who read it may buy, in words.
    pub expected_conversion_rate: String,
}

/// A step of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// In a few words.
    pub title: String,
    /// In a sentence or two.
    pub description: String,
}

/// What a strategy may come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Projection {
    /// In a sentence.
    pub outcome: String,
    /// What has to be so for that.
    pub assumptions: Vec<String>,
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
        if let Some((name, allowed, length)) = lists.into_iter().find(|(_, allowed, length)| !allowed.contains(length)) {
            return Err(format!("{name} had {length} elements, and must have {} to {}.", allowed.start(), allowed.end()));
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

impl Analysis {
    fn lists(&self) -> Vec<List> {
        let action_items = self.recommendations.iter().map(|one| ("actionItems", ACTION_ITEMS, one.action_items.len()));
        let own = [
            ("insights", INSIGHTS, self.insights.len()),
            ("recommendations", RECOMMENDATIONS, self.recommendations.len()),
            ("patterns", PATTERNS, self.patterns.len()),
            ("predictions", PREDICTIONS, self.predictions.len()),
        ];
        own.into_iter().chain(action_items).collect()
    }

    fn certainties(&self) -> Vec<f64> {
        let patterns = self.patterns.iter().map(|pattern| pattern.confidence);
        let predictions = self.predictions.iter().map(|prediction| prediction.confidence);
        patterns.chain(predictions).chain([self.confidence]).collect()
    }

    fn texts(&self) -> Vec<&str> {
        let insights = self.insights.iter().flat_map(|insight| [&insight.kind, &insight.title, &insight.description]);
        let recommendations = self.recommendations.iter().flat_map(|recommendation| {
            let own = [&recommendation.title, &recommendation.description, &recommendation.expected_impact];
            own.into_iter().chain(&recommendation.action_items)
        });
        let patterns = self.patterns.iter().flat_map(|pattern| [&pattern.name, &pattern.description, &pattern.frequency]);
        let predictions =
            self.predictions.iter().flat_map(|prediction| [&prediction.metric, &prediction.prediction, &prediction.timeframe]);
        insights.chain(recommendations).chain(patterns).chain(predictions).map(String::as_str).collect()
    }
}

impl Strategy {
    fn lists(&self) -> Vec<List> {
        vec![
            ("tactics", TACTICS, self.tactics.len()),
            ("alternativeMessages", ALTERNATIVE_MESSAGES, self.alternative_messages.len()),
            ("pricing", PRICING, self.pricing.len()),
            ("upsell", UPSELL, self.upsell.len()),
            ("funnel", FUNNEL, self.funnel.len()),
            ("assumptions", ASSUMPTIONS, self.projection.assumptions.len()),
        ]
    }

    fn texts(&self) -> Vec<&str> {
        let tactics = self.tactics.iter().flat_map(|tactic| [&tactic.name, &tactic.description, &tactic.rationale]);
        let others = self.alternative_messages.iter().flat_map(|other| [&other.message, &other.approach, &other.expected_conversion_rate]);
        let steps = [&self.pricing, &self.upsell, &self.funnel].into_iter().flatten().flat_map(|step| [&step.title, &step.description]);
        let projection = [&self.projection.outcome].into_iter().chain(&self.projection.assumptions);
        [&self.message, &self.expected_conversion_rate]
            .into_iter()
            .chain(tactics)
            .chain(others)
            .chain(steps)
            .chain(projection)
            .map(String::as_str)
            .collect()
    }
}

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
