//! What figures mean.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::List;
use crate::choice::choices;

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

impl Analysis {
    pub(super) fn lists(&self) -> Vec<List> {
        let action_items = self.recommendations.iter().map(|one| ("actionItems", ACTION_ITEMS, one.action_items.len()));
        let own = [
            ("insights", INSIGHTS, self.insights.len()),
            ("recommendations", RECOMMENDATIONS, self.recommendations.len()),
            ("patterns", PATTERNS, self.patterns.len()),
            ("predictions", PREDICTIONS, self.predictions.len()),
        ];
        own.into_iter().chain(action_items).collect()
    }

    pub(super) fn certainties(&self) -> Vec<f64> {
        let patterns = self.patterns.iter().map(|pattern| pattern.confidence);
        let predictions = self.predictions.iter().map(|prediction| prediction.confidence);
        patterns.chain(predictions).chain([self.confidence]).collect()
    }

    pub(super) fn texts(&self) -> Vec<&str> {
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
