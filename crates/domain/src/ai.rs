//! What AI is asked for, what it may be asked, and what that comes to.

pub mod caption;
pub mod chat;
pub mod costs;
pub mod grounding;
pub mod prices;
pub mod report;
pub mod settings;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{account::Plan, choice::choices};

choices! {
    /// Who answers.
    AgentKind {
        /// Writes what is published.
        Content = "content", "Content";
        /// Explains figures.
        Analytics = "analytics", "Analytics";
        /// Advises on prices and offers.
        Sales = "sales", "Sales";
        /// Writes to fans.
        Messaging = "messaging", "Messaging";
        /// Chooses who answers.
        Coordinator = "coordinator", "Coordinator";
    }
}

impl AgentKind {
    /// Those that answer creators.
    pub const ANSWERING: [Self; 4] = [Self::Content, Self::Analytics, Self::Sales, Self::Messaging];
}

choices! {
    /// What was asked for.
    Operation {
        /// Captions for a post.
        Caption = "caption", "Captions";
        /// An answer of the assistant.
        Chat = "chat", "Assistant";
        /// What figures mean.
        Analyze = "analyze", "Analysis";
        /// How to sell more.
        Optimize = "optimize", "Sales strategy";
    }
}

/// Tokens that are billed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Of the prompt.
    pub input: u32,
    /// Of the answer, and of the thoughts before it.
    pub output: u32,
}

impl Plan {
    /// Requests in a calendar month (UTC); none is without a limit.
    pub const fn monthly_requests(self) -> Option<i64> {
        match self {
            Self::Free => Some(100),
            Self::Pro => Some(1000),
            Self::Premium => None,
        }
    }

    /// How much of the cost guard a month may use, in percent: what does not count (stopped, failed) is paid for, too.
    pub const fn guard_share(self) -> i64 {
        match self {
            Self::Free => 10,
            Self::Pro | Self::Premium => 100,
        }
    }

    /// How many times as many requests a minute as on the free plan.
    pub const fn pace(self) -> u32 {
        match self {
            Self::Free => 1,
            Self::Pro => 3,
            Self::Premium => 6,
        }
    }
}

/// `GET /api/ai/quota`: of the calendar month, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuotaView {
    /// What was chosen.
    pub plan: Plan,
    /// Requests that were answered, and those under way.
    pub used: i64,
    /// None is without a limit.
    pub limit: Option<i64>,
    /// How many are left.
    pub remaining: Option<i64>,
    /// When `used` is 0 again.
    pub renews_at: DateTime<Utc>,
}

/// `GET /api/ai/setup`: whether AI can be asked here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiSetup {
    /// Whether there is a model to ask.
    pub is_available: bool,
    /// Whether a stand-in answers in its place.
    pub is_sandbox: bool,
    /// Variables that are not set, and must be; for those who run Huntaze alone.
    pub missing: Vec<String>,
}

/// What an answer came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AnswerCost {
    /// Who took part.
    pub agents: Vec<AgentKind>,
    /// Which models they asked.
    pub models: Vec<String>,
    /// Tokens of all prompts.
    pub input_tokens: i64,
    /// Tokens of all answers, and of the thoughts before them.
    pub output_tokens: i64,
    /// Millionths of a dollar.
    pub cost_micro: i64,
    /// Whether all of it was answered before: then no model was asked, and no request is used.
    pub is_known: bool,
}

impl AnswerCost {
    /// See [`dollars`].
    pub fn dollars(&self) -> String {
        dollars(self.cost_micro)
    }
}

/// "$0.0021": dollars with four digits, rounded up, so that nothing that costs is shown as nothing.
pub fn dollars(cost_micro: i64) -> String {
    let hundredths_of_cents = cost_micro.max(0).saturating_add(99) / 100;
    format!("${}.{:04}", hundredths_of_cents / 10_000, hundredths_of_cents % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_is_not_shown_as_nothing() {
        assert_eq!([0, 1, 2_100, 1_234_501].map(dollars), ["$0.0000", "$0.0001", "$0.0021", "$1.2346"]);
    }
}
