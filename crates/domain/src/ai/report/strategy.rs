//! How to sell more.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::List;
use crate::money::Money;

/// How many there are of the ways to sell more.
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

impl Strategy {
    pub(super) fn lists(&self) -> Vec<List> {
        vec![
            ("tactics", TACTICS, self.tactics.len()),
            ("alternativeMessages", ALTERNATIVE_MESSAGES, self.alternative_messages.len()),
            ("pricing", PRICING, self.pricing.len()),
            ("upsell", UPSELL, self.upsell.len()),
            ("funnel", FUNNEL, self.funnel.len()),
            ("assumptions", ASSUMPTIONS, self.projection.assumptions.len()),
        ]
    }

    pub(super) fn texts(&self) -> Vec<&str> {
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
