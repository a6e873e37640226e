//! Billing: what each plan allows, and what AI costs.

pub mod costs;
pub mod prices;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{accounts::Plan, ai::AgentKind};

/// Billed tokens of a model call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenUsage {
    /// Input tokens: those of the prompt.
    pub input: u32,
    /// Output tokens, including thinking tokens.
    pub output: u32,
}

impl Plan {
    /// Returns the quota of requests per calendar month (UTC); `None` means unlimited.
    pub const fn monthly_requests(self) -> Option<i64> {
        match self {
            Self::Free => Some(100),
            Self::Pro => Some(1000),
            Self::Premium => None,
        }
    }

    /// Returns the share of the monthly cost limit, in percent, that a user on this plan may use. The limit is needed because requests that
    /// do not count towards the quota (stopped or failed ones) are billed, too.
    pub const fn cost_limit_percent(self) -> i64 {
        match self {
            Self::Free => 10,
            Self::Pro | Self::Premium => 100,
        }
    }

    /// Returns the per-minute rate limit as a multiple of that of the free plan.
    pub const fn rate_limit_multiplier(self) -> u32 {
        match self {
            Self::Free => 1,
            Self::Pro => 3,
            Self::Premium => 6,
        }
    }
}

/// `GET /api/ai/quota`: quota of the current calendar month (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuotaView {
    /// Plan of the user.
    pub plan: Plan,
    /// Number of requests that count: those answered and those in progress.
    pub used: i64,
    /// Quota of the plan; `None` means unlimited.
    pub limit: Option<i64>,
    /// Number of requests left; `None` means unlimited.
    pub remaining: Option<i64>,
    /// Time at which the next month starts and `used` is reset to 0.
    pub renews_at: DateTime<Utc>,
}

/// Usage of a request: tokens, models and cost.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiUsage {
    /// Agents that took part.
    pub agents: Vec<AgentKind>,
    /// Names of the models that were called.
    pub models: Vec<String>,
    /// Number of input tokens of all model calls.
    pub input_tokens: i64,
    /// Number of output tokens of all model calls, including thinking tokens.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: i64,
    /// Whether the whole answer came from the cache: no model was called, and the request does not count towards the quota.
    pub is_cache_hit: bool,
}

impl AiUsage {
    /// Formats the cost, see [`dollars`].
    pub fn dollars(&self) -> String {
        dollars(self.cost_micro_usd)
    }
}

/// Formats an amount in US dollars with four decimals (`$0.0021`), rounded up so that a positive cost is never shown as 0.
pub fn dollars(cost_micro_usd: i64) -> String {
    let hundredths_of_cents = cost_micro_usd.max(0).saturating_add(99) / 100;
    format!("${}.{:04}", hundredths_of_cents / 10_000, hundredths_of_cents % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_rounds_positive_cost_up() {
        assert_eq!([0, 1, 2_100, 1_234_501].map(dollars), ["$0.0000", "$0.0001", "$0.0021", "$1.2346"]);
    }
}
