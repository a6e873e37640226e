//! Diagnostics of the platform connections, for admins.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{integrations::FailureKind, platform::Platform};

/// `GET /api/admin/connections`: configuration and health of one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformDiagnostics {
    /// The platform.
    pub provider: Platform,
    /// Whether the platform is configured, so that users can connect accounts.
    pub is_configured: bool,
    /// Whether the sandbox stands in for the platform.
    pub is_sandbox: bool,
    /// OAuth redirect URI, to be registered at the platform exactly as it is.
    pub redirect_uri: String,
    /// Names of required environment variables that are not set.
    pub missing_variables: Vec<String>,
    /// Requested OAuth scopes, each with the number of accounts that granted it.
    pub scopes: Vec<ScopeGrants>,
    /// Number of connected accounts.
    pub accounts: u32,
    /// Failures of the last seven days, most frequent first.
    pub failures: Vec<FailureCount>,
    /// Cost of this month's requests; `None` if the platform does not bill requests.
    pub spending: Option<Spending>,
}

/// An OAuth scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScopeGrants {
    /// Name of the scope at the platform.
    pub scope: String,
    /// Number of connected accounts that granted the scope.
    pub granted: u32,
}

/// Number of failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureCount {
    /// Kind of the failures.
    pub reason: FailureKind,
    /// Number of failures.
    pub count: u32,
    /// Number of accounts affected.
    pub accounts: u32,
    /// Time of the latest failure.
    pub last_at: DateTime<Utc>,
}

/// Spending and budget of a month, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spending {
    /// Amount spent so far.
    pub spent_micro_usd: i64,
    /// Maximum amount.
    pub budget_micro_usd: i64,
}

/// `POST /api/admin/connections/dry-run`: response of the platform's consent page to a test request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DryRun {
    /// The platform.
    pub provider: Platform,
    /// URL that was requested; its OAuth `state` is not stored, so that it cannot be redeemed.
    pub authorize_url: String,
    /// HTTP status of the response. 200 or a redirect to a sign-in page shows that the platform accepts the app.
    pub status: u16,
}

impl DryRun {
    /// Returns whether a consent page with this HTTP status accepts the app.
    pub const fn is_well(status: u16) -> bool {
        status < 400
    }
}
