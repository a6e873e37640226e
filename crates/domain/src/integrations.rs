//! Integrations (connected accounts) and their status.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    platform::Platform,
    string_enum::{StringEnum, string_enum},
};
use crate::ids::IntegrationId;

/// Access that expires within this time has the status [`IntegrationStatus::Expiring`].
const EXPIRY_WARNING: TimeDelta = TimeDelta::days(7);
/// Temporary failures lead to [`IntegrationStatus::Error`] only when the last success is at least this long ago.
const FAILURE_GRACE_PERIOD: TimeDelta = TimeDelta::hours(24);

string_enum! {
    /// Status of an integration, derived from [`AccessHealth`] on every request.
    IntegrationStatus {
        /// The last sync succeeded.
        Healthy = "healthy";
        /// The last sync succeeded less than a day ago; one has failed since, and is retried.
        Delayed = "delayed";
        /// The access expires within 7 days.
        Expiring = "expiring";
        /// The access has expired.
        Expired = "expired";
        /// The integration cannot be synced; the [`FailureKind`] tells why.
        Error = "error";
        /// The integration has never been synced.
        Unknown = "unknown";
    }
}

impl IntegrationStatus {
    /// Returns whether the user has to reconnect the account.
    pub const fn needs_reconnect(self, reason: Option<FailureKind>) -> bool {
        match self {
            Self::Expired => true,
            Self::Error => {
                matches!(
                    reason,
                    Some(FailureKind::Revoked | FailureKind::NoAccount | FailureKind::InsufficientScope | FailureKind::DecryptionFailed)
                )
            }
            Self::Healthy | Self::Delayed | Self::Expiring | Self::Unknown => false,
        }
    }
}

string_enum! {
    /// Why a sync or a token refresh failed.
    FailureKind {
        /// The platform did not respond, or sent an invalid response; a retry may succeed.
        Transient = "transient";
        /// The user or the platform has revoked the access.
        Revoked = "revoked";
        /// The access has expired.
        Expired = "expired";
        /// A required permission (OAuth scope) is missing.
        InsufficientScope = "insufficient_scope";
        /// The platform is limiting requests.
        RateLimited = "rate_limited";
        /// The login is valid, but has no account, such as a channel.
        NoAccount = "no_account";
        /// The platform bills requests, and this month's budget for them is used up.
        BudgetExhausted = "budget_exhausted";
        /// Huntaze's credentials for the platform are wrong.
        Misconfigured = "misconfigured";
        /// The stored tokens cannot be decrypted.
        DecryptionFailed = "decryption_failed";
    }
}

/// Expiry of the access and outcome of the last syncs, from which the status of an integration is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessHealth {
    /// Expiry of the access; `None` if it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// Time of the last success; `None` if there was none.
    pub last_ok_at: Option<DateTime<Utc>>,
    /// Failure since the last success; `None` if there was none.
    pub last_error_kind: Option<FailureKind>,
}

impl AccessHealth {
    /// Returns the status at `now`, and the reason if anything is wrong. Revocation takes precedence over expiry, and expiry over all other
    /// failures.
    pub fn status(&self, now: DateTime<Utc>) -> (IntegrationStatus, Option<FailureKind>) {
        let is_over = self.expires_at.is_some_and(|end| end <= now);
        let is_ending = self.expires_at.is_some_and(|end| end <= now + EXPIRY_WARNING);
        let expiring_or = |status| if is_ending { IntegrationStatus::Expiring } else { status };
        let is_fresh = self.last_ok_at.is_some_and(|ok| now - ok < FAILURE_GRACE_PERIOD);
        match self.last_error_kind {
            Some(FailureKind::Revoked) => (IntegrationStatus::Error, Some(FailureKind::Revoked)),
            _ if is_over => (IntegrationStatus::Expired, Some(FailureKind::Expired)),
            Some(FailureKind::Transient | FailureKind::RateLimited | FailureKind::BudgetExhausted) if is_fresh => {
                (expiring_or(IntegrationStatus::Delayed), self.last_error_kind)
            }
            Some(kind) => (IntegrationStatus::Error, Some(kind)),
            None if self.last_ok_at.is_none() => (IntegrationStatus::Unknown, None),
            None => (expiring_or(IntegrationStatus::Healthy), None),
        }
    }
}

/// An integration, as shown to its user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationView {
    /// Id of the integration.
    pub id: IntegrationId,
    /// Platform of the account.
    pub provider: Platform,
    /// Id of the account at the platform.
    pub account_id: String,
    /// Handle of the account, without `@`.
    pub account_name: String,
    /// Current status.
    pub status: IntegrationStatus,
    /// Last failure; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FailureKind>,
    /// Whether the user has not granted a permission, so that some figures or posts cannot be read.
    pub lacks_permission: bool,
    /// Expiry of the access; `None` if it does not expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// Time of the last successful sync; `None` if there was none.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// Time of the next scheduled sync; `None` until the user has reconnected the account.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// Time at which the account was connected or last reconnected.
    pub connected_at: DateTime<Utc>,
}

impl IntegrationView {
    /// Returns whether the user has to reconnect the account.
    pub const fn needs_reconnect(&self) -> bool {
        self.status.needs_reconnect(self.reason)
    }
}

string_enum! {
    /// Kind of an event in the log of an integration.
    IntegrationEventKind {
        /// The account was connected for the first time.
        Connected = "connected";
        /// The user has given consent again.
        Reconnected = "reconnected";
        /// A token refresh succeeded.
        TokenRefreshed = "token_refreshed";
        /// A token refresh failed.
        TokenRefreshFailed = "token_refresh_failed";
        /// A sync succeeded.
        Synced = "synced";
        /// A sync failed, or was incomplete.
        SyncFailed = "sync_failed";
        /// The user disconnected the account and kept its data.
        Disconnected = "disconnected";
    }
}

/// `GET /api/integrations/events`: the event log of an integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationEventLog {
    /// Platform of the account.
    pub provider: Platform,
    /// Handle of the account, without `@`.
    pub account_name: String,
    /// Events, newest first.
    pub events: Vec<IntegrationEvent>,
}

/// An event in the log of an integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationEvent {
    /// Time of the event.
    pub occurred_at: DateTime<Utc>,
    /// Kind of the event.
    pub kind: IntegrationEventKind,
    /// Cause of a failure; `None` for successes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FailureKind>,
}

/// A disconnected account whose data was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DisconnectedIntegration {
    /// Id of the integration.
    pub id: IntegrationId,
    /// Platform of the account.
    pub provider: Platform,
    /// Handle of the account, without `@`.
    pub account_name: String,
    /// Time of the disconnection.
    pub disconnected_at: DateTime<Utc>,
}

string_enum! {
    /// Data retention on disconnect.
    #[derive(Default)]
    DataRetention {
        /// The data is kept, and is continued when the account is connected again.
        #[default]
        Keep = "keep";
        /// The data is deleted.
        Delete = "delete";
    }
}

/// Availability of a platform on this server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// The platform.
    pub provider: Platform,
    /// Whether the platform is implemented and configured, so that accounts can be connected.
    pub is_available: bool,
    /// Whether the sandbox stands in for the platform.
    pub is_sandbox: bool,
}

/// `GET /api/integrations/status`: all integrations of a user, and the available platforms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationsStatus {
    /// Connected accounts, in the order in which they were connected.
    pub integrations: Vec<IntegrationView>,
    /// Disconnected accounts whose data was kept.
    pub disconnected: Vec<DisconnectedIntegration>,
    /// All platforms; those that the user publishes on come first.
    pub providers: Vec<ProviderView>,
}

impl IntegrationsStatus {
    /// Returns whether any connected account belongs to the sandbox.
    pub fn has_sandbox_data(&self) -> bool {
        self.integrations.iter().any(|account| self.provider(account.provider).is_some_and(|provider| provider.is_sandbox))
    }

    /// Returns the availability of a platform.
    pub fn provider(&self, platform: Platform) -> Option<&ProviderView> {
        self.providers.iter().find(|view| view.provider == platform)
    }

    /// Returns the platforms with a connected account, without duplicates.
    pub fn connected_platforms(&self) -> Vec<Platform> {
        Platform::ALL.iter().copied().filter(|platform| self.integrations.iter().any(|account| account.provider == *platform)).collect()
    }
}

/// Returns all platforms, those in `chosen` first; otherwise in the order of [`Platform`].
pub fn sort_by_preference(chosen: &[Platform]) -> Vec<Platform> {
    let (mut first, rest): (Vec<_>, Vec<_>) = Platform::ALL.iter().copied().partition(|platform| chosen.contains(platform));
    first.extend(rest);
    first
}

/// `{"authorizeUrl": …}`: where the user gives consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizeView {
    /// URL of the consent page at the platform.
    pub authorize_url: String,
}

string_enum! {
    /// Why an authorization ended without a connected account. The word is a query parameter of the redirect; only the label is shown to
    /// the user.
    ConnectFailure {
        /// The user denied access on the consent page.
        Cancelled = "cancelled";
        /// The OAuth `state` was already used.
        StateReused = "state_reused";
        /// The consent page was open for more than ten minutes.
        Expired = "expired";
        /// The OAuth `state` does not belong to this session.
        InvalidState = "invalid_state";
        /// The account is connected by another user.
        AlreadyConnected = "already_connected";
        /// A permission is missing without which nothing can be synced.
        InsufficientScope = "insufficient_scope";
        /// Consent was given for an account other than the one to be reconnected.
        WrongAccount = "wrong_account";
        /// The login has no account, such as a channel.
        NoAccount = "no_account";
        /// The platform bills requests, and this month's budget for them is used up.
        BudgetExhausted = "budget_exhausted";
        /// The platform rejected the authorization code, or did not respond.
        ProviderUnavailable = "provider_unavailable";
        /// The platform is not implemented or not configured.
        NotAvailable = "not_available";
    }
}

string_enum! {
    /// Result of disconnecting an account.
    DisconnectOutcome {
        /// The account is disconnected, and the access is revoked at the platform.
        Disconnected = "disconnected";
        /// The kept data of a disconnected account is deleted.
        DataDeleted = "data_deleted";
        /// The account is disconnected, but the access could not be revoked at the platform.
        NotRevoked = "not_revoked";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_478_400, 0).expect("valid timestamp")
    }

    fn health() -> AccessHealth {
        AccessHealth { expires_at: Some(now() + TimeDelta::days(60)), last_ok_at: Some(now() - TimeDelta::hours(2)), last_error_kind: None }
    }

    #[test]
    fn status_is_derived_from_expiry_and_last_success() {
        use FailureKind as Kind;
        use IntegrationStatus as Status;
        let day = TimeDelta::days(1);
        for (health, expected) in [
            (health(), (Status::Healthy, None)),
            (AccessHealth { last_ok_at: None, ..health() }, (Status::Unknown, None)),
            (AccessHealth { expires_at: None, ..health() }, (Status::Healthy, None)),
            (AccessHealth { expires_at: Some(now() + day * 7), ..health() }, (Status::Expiring, None)),
            (AccessHealth { expires_at: Some(now()), ..health() }, (Status::Expired, Some(Kind::Expired))),
            (AccessHealth { last_error_kind: Some(Kind::Revoked), ..health() }, (Status::Error, Some(Kind::Revoked))),
            (AccessHealth { last_error_kind: Some(Kind::Transient), ..health() }, (Status::Delayed, Some(Kind::Transient))),
            (
                AccessHealth { last_error_kind: Some(Kind::Transient), last_ok_at: Some(now() - day), ..health() },
                (Status::Error, Some(Kind::Transient)),
            ),
            (
                AccessHealth { last_error_kind: Some(Kind::RateLimited), last_ok_at: None, ..health() },
                (Status::Error, Some(Kind::RateLimited)),
            ),
            (AccessHealth { last_error_kind: Some(Kind::InsufficientScope), ..health() }, (Status::Error, Some(Kind::InsufficientScope))),
            (
                AccessHealth { last_error_kind: Some(Kind::Transient), expires_at: Some(now() - day), ..health() },
                (Status::Expired, Some(Kind::Expired)),
            ),
        ] {
            assert_eq!(health.status(now()), expected, "{health:?}");
        }
    }

    #[test]
    fn needs_reconnect_only_for_failures_the_user_can_fix() {
        assert!(IntegrationStatus::Expired.needs_reconnect(Some(FailureKind::Expired)));
        assert!(IntegrationStatus::Error.needs_reconnect(Some(FailureKind::Revoked)));
        for kind in [FailureKind::Transient, FailureKind::RateLimited, FailureKind::Misconfigured] {
            assert!(!IntegrationStatus::Error.needs_reconnect(Some(kind)), "{kind:?}");
        }
        assert!(!IntegrationStatus::Healthy.needs_reconnect(None));
    }

    #[test]
    fn sort_by_preference_puts_chosen_platforms_first() {
        let order = sort_by_preference(&[Platform::Reddit, Platform::Onlyfans]);
        assert_eq!(order[..3], [Platform::Reddit, Platform::Onlyfans, Platform::Instagram]);
        assert_eq!(order.len(), Platform::ALL.len());
    }
}
