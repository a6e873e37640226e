//! What operators see.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{integration::FailureKind, platform::Platform};

/// `GET /api/admin/connections`: how each platform is set up, and how it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformReport {
    /// The platform.
    pub provider: Platform,
    /// Whether creators can connect it.
    pub is_configured: bool,
    /// Whether a stand-in answers in its place.
    pub is_sandbox: bool,
    /// To be registered with the platform, to the letter.
    pub redirect_uri: String,
    /// Variables that are not set, and must be.
    pub missing: Vec<String>,
    /// What we ask for, and how many accounts allowed it.
    pub scopes: Vec<ScopeReport>,
    /// How many accounts are connected.
    pub accounts: u32,
    /// What went wrong in the last seven days, the most frequent first.
    pub failures: Vec<FailureReport>,
    /// What readings cost this month, where they do.
    pub spending: Option<Spending>,
}

/// A permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeReport {
    /// In the platform's words.
    pub scope: String,
    /// How many accounts allowed it.
    pub granted: u32,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureReport {
    /// What.
    pub reason: FailureKind,
    /// How often.
    pub times: u32,
    /// For how many accounts.
    pub accounts: u32,
    /// When it was last so.
    pub last_at: DateTime<Utc>,
}

/// In millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spending {
    /// So far.
    pub spent: i64,
    /// At most.
    pub budget: i64,
}

/// `POST /api/admin/connections/dry-run`: what the platform's consent page answers to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// The platform.
    pub provider: Platform,
    /// The address, with a state that leads nowhere.
    pub authorize_url: String,
    /// What was answered: 200 or a redirect to a sign-in page is well.
    pub status: u16,
}

impl DryRun {
    /// Whether the platform knows us, if its consent page answers with this status.
    pub const fn is_well(status: u16) -> bool {
        status < 400
    }
}

impl FailureKind {
    /// What an operator does about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Transient => "The platform's fault, if it is about all accounts. Nothing is lost; readings go on by themselves.",
            Self::Revoked | Self::Expired | Self::NoAccount => "The creator has to reconnect; Huntaze asks for it.",
            Self::ScopeLost => "Look whether the app still has the permission at the platform. The creator has to reconnect.",
            Self::RateLimited => "Too many accounts for the app's allowance, if it stays.",
            Self::BudgetSpent => "Raise the budget, or wait for next month.",
            Self::Misconfigured => "Check the keys below, and that the app is not suspended at the platform.",
            Self::Unreadable => "A key is missing in ENCRYPTION_KEYS, or a row was changed by hand.",
        }
    }
}
