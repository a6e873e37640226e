//! Connected accounts, and how they are.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    choice::{Choice, choices},
    platform::Platform,
};

/// An access that ends within this time is said to expire.
const EXPIRING: TimeDelta = TimeDelta::days(7);
/// Passing failures are not worth a word before they last this long.
const PATIENCE: TimeDelta = TimeDelta::hours(24);

/// How an account is, derived from the last proof each time it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntegrationStatus {
    /// It was read, and will be again.
    Healthy,
    /// The access ends soon.
    Expiring,
    /// The access has ended.
    Expired,
    /// It cannot be read; the reason says why.
    Error,
    /// It was never read.
    Unknown,
}

impl IntegrationStatus {
    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Healthy => "Healthy",
            Self::Expiring => "Expires soon",
            Self::Expired => "Expired",
            Self::Error => "Needs attention",
            Self::Unknown => "Not read yet",
        }
    }

    /// Whether only the creator can mend it.
    pub const fn needs_reconnect(self, reason: Option<FailureKind>) -> bool {
        match self {
            Self::Expired => true,
            Self::Error => {
                matches!(reason, Some(FailureKind::Revoked | FailureKind::NoAccount | FailureKind::ScopeLost | FailureKind::Unreadable))
            }
            Self::Healthy | Self::Expiring | Self::Unknown => false,
        }
    }
}

choices! {
    /// Why an account could not be read.
    FailureKind {
        /// The platform did not answer, or not sensibly. It may, later.
        Transient = "transient", "The platform does not answer. We keep trying.";
        /// The creator, or the platform, has withdrawn the access.
        Revoked = "revoked", "Access was withdrawn. Reconnect to go on.";
        /// The time of the access is over.
        Expired = "expired", "Access has expired. Reconnect to go on.";
        /// A permission is missing.
        ScopeLost = "scope_lost", "A permission is missing. Reconnect and allow all of them.";
        /// Too many requests.
        RateLimited = "rate_limited", "The platform asks us to slow down. We go on later.";
        /// The login is there, but no account behind it.
        NoAccount = "no_account", "There is no account behind this login any more, such as a channel. Reconnect with one.";
        /// The platform bills readings, and what we allow for them is spent.
        BudgetSpent = "budget_spent", "This month's allowance for readings is used up. We go on next month.";
        /// Our keys for the platform are not right.
        Misconfigured = "misconfigured", "Our connection to this platform is being repaired. There is nothing for you to do.";
        /// The stored access cannot be decrypted.
        Unreadable = "unreadable", "The stored access cannot be read any more. Reconnect to go on.";
    }
}

/// What is known of an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessFacts {
    /// When it ends; `None` where it does not.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last proved to work.
    pub last_ok_at: Option<DateTime<Utc>>,
    /// What went wrong since.
    pub last_error: Option<FailureKind>,
}

impl AccessFacts {
    /// How the account is, and why where that is not well.
    pub fn status(&self, now: DateTime<Utc>) -> (IntegrationStatus, Option<FailureKind>) {
        let is_over = self.expires_at.is_some_and(|end| end <= now);
        let is_ending = self.expires_at.is_some_and(|end| end <= now + EXPIRING);
        let is_fresh = self.last_ok_at.is_some_and(|ok| now - ok < PATIENCE);
        match self.last_error {
            Some(FailureKind::Revoked) => (IntegrationStatus::Error, Some(FailureKind::Revoked)),
            _ if is_over => (IntegrationStatus::Expired, Some(FailureKind::Expired)),
            Some(FailureKind::Transient | FailureKind::RateLimited | FailureKind::BudgetSpent) if is_fresh => {
                (healthy_or(is_ending), self.last_error)
            }
            Some(kind) => (IntegrationStatus::Error, Some(kind)),
            None if self.last_ok_at.is_none() => (IntegrationStatus::Unknown, None),
            None => (healthy_or(is_ending), None),
        }
    }
}

const fn healthy_or(is_ending: bool) -> IntegrationStatus {
    if is_ending { IntegrationStatus::Expiring } else { IntegrationStatus::Healthy }
}

/// A connected account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationView {
    /// Ours.
    pub id: Uuid,
    /// The platform.
    pub provider: Platform,
    /// The platform's own id of the account.
    pub account_id: String,
    /// As people know it: without `@`.
    pub account_name: String,
    /// How it is.
    pub status: IntegrationStatus,
    /// Why, where it is not well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FailureKind>,
    /// Whether the creator left out a permission, so that some figures cannot be read.
    pub lacks_permission: bool,
    /// When the access ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last read.
    pub last_sync_at: Option<DateTime<Utc>>,
    /// When it is read next; none while it waits for the creator.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// When it was connected, or connected anew.
    pub connected_at: DateTime<Utc>,
}

impl IntegrationView {
    /// Whether only the creator can mend it.
    pub const fn needs_reconnect(&self) -> bool {
        self.status.needs_reconnect(self.reason)
    }
}

choices! {
    /// What happened to an account.
    EventKind {
        /// For the first time.
        Connected = "connected", "Connected";
        /// The creator gave consent again.
        Reconnected = "reconnected", "Reconnected";
        /// New tokens for old ones.
        TokenRefreshed = "token_refreshed", "Access renewed";
        /// No new tokens.
        TokenRefreshFailed = "token_refresh_failed", "Access not renewed";
        /// Its figures were read.
        Read = "read", "Figures read";
        /// They were not, or not all.
        ReadFailed = "read_failed", "Figures not read";
        /// The creator let go of it, and kept its figures.
        Disconnected = "disconnected", "Disconnected";
    }
}

/// `GET /api/integrations/events`: what happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationHistory {
    /// The platform.
    pub provider: Platform,
    /// As people know it: without `@`.
    pub account_name: String,
    /// The newest first.
    pub events: Vec<IntegrationEvent>,
}

/// Something that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: EventKind,
    /// Why, where it went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<FailureKind>,
}

/// An account that is connected no more, and whose figures were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptHistory {
    /// Ours.
    pub id: Uuid,
    /// The platform.
    pub provider: Platform,
    /// As people know it: without `@`.
    pub account_name: String,
    /// Since when.
    pub disconnected_at: DateTime<Utc>,
}

choices! {
    /// What becomes of the figures of an account that is let go.
    #[derive(Default)]
    History {
        /// They stay, and go on when the account is connected again.
        #[default]
        Keep = "keep", "Keep its figures";
        /// They go, too.
        Delete = "delete", "Delete its figures";
    }
}

/// A platform, and whether it can be connected here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// The platform.
    pub provider: Platform,
    /// Whether it is built and configured.
    pub is_available: bool,
    /// Whether a stand-in answers in the platform's place.
    pub is_sandbox: bool,
}

/// `GET /api/integrations/status`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationsStatus {
    /// The creator's accounts, in the order in which they were connected.
    pub integrations: Vec<IntegrationView>,
    /// Those that are connected no more, and whose figures were kept.
    pub kept: Vec<KeptHistory>,
    /// All platforms, those first that the creator publishes on.
    pub providers: Vec<ProviderView>,
}

impl IntegrationsStatus {
    /// Whether any figure comes from a stand-in.
    pub fn has_sandbox_data(&self) -> bool {
        self.integrations.iter().any(|account| self.provider(account.provider).is_some_and(|provider| provider.is_sandbox))
    }

    /// What is known of a platform.
    pub fn provider(&self, platform: Platform) -> Option<&ProviderView> {
        self.providers.iter().find(|view| view.provider == platform)
    }

    /// The platforms with an account, each once.
    pub fn connected_platforms(&self) -> Vec<Platform> {
        Platform::ALL.iter().copied().filter(|platform| self.integrations.iter().any(|account| account.provider == *platform)).collect()
    }
}

/// All platforms, the chosen ones first; apart from that the order stays.
pub fn in_order_of_choice(chosen: &[Platform]) -> Vec<Platform> {
    let (mut first, rest): (Vec<_>, Vec<_>) = Platform::ALL.iter().copied().partition(|platform| chosen.contains(platform));
    first.extend(rest);
    first
}

/// `{"authorizeUrl": …}`: where the creator gives consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizeView {
    /// An address of the platform.
    pub authorize_url: String,
}

choices! {
    /// How a visit to a platform ended, where no account was connected. The word travels in the address bar; the sentence is ours.
    ConnectFailure {
        /// Denied on the consent page.
        Cancelled = "cancelled", "You cancelled. Nothing was changed.";
        /// The state was used before.
        Replayed = "replayed", "That link was already used. Try again.";
        /// More than ten minutes on the consent page.
        Expired = "expired", "That took too long. Try again.";
        /// Not a state of this session.
        InvalidState = "invalid_state", "That link does not belong to this session. Try again.";
        /// Another creator has it.
        AlreadyConnected = "already_connected", "This account is connected to another Huntaze account. Disconnect it there first.";
        /// Without it nothing can be read.
        ScopeMissing = "scope_missing", "Huntaze needs the permission to read the account. Try again and allow it.";
        /// Another account than the one that was to be reconnected.
        WrongAccount = "wrong_account", "You gave consent for another account. Nothing was changed: sign in there with the account that you want to reconnect.";
        /// A login without a channel.
        NoAccount = "no_account", "There is no account behind this login that can be read, such as a channel.";
        /// The platform bills readings, and what we allow for them is spent.
        BudgetSpent = "budget_spent", "This month's allowance for readings of this platform is used up. Try again next month.";
        /// It refused the code or does not answer.
        ProviderDown = "provider_down", "The platform did not answer as it should. Nothing was changed. Try again in a moment.";
        /// Not built or not configured.
        NotAvailable = "not_available", "This platform cannot be connected yet.";
    }
}

choices! {
    /// What became of a disconnected account.
    DisconnectOutcome {
        /// The platform has withdrawn the access.
        Disconnected = "disconnected", "The account is disconnected.";
        /// What was kept of an account is gone.
        HistoryDeleted = "history_deleted", "The figures of the account are deleted.";
        /// It is disconnected here, but the platform could not be told.
        NotRevoked = "not_revoked", "The account is disconnected here, but the platform could not be told. Remove Huntaze in its settings, too.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_768_478_400, 0).expect("a time")
    }

    fn facts() -> AccessFacts {
        AccessFacts { expires_at: Some(now() + TimeDelta::days(60)), last_ok_at: Some(now() - TimeDelta::hours(2)), last_error: None }
    }

    #[test]
    fn the_status_follows_from_the_last_proof() {
        use FailureKind as Kind;
        use IntegrationStatus as Status;
        let day = TimeDelta::days(1);
        for (facts, expected) in [
            (facts(), (Status::Healthy, None)),
            (AccessFacts { last_ok_at: None, ..facts() }, (Status::Unknown, None)),
            (AccessFacts { expires_at: None, ..facts() }, (Status::Healthy, None)),
            (AccessFacts { expires_at: Some(now() + day * 7), ..facts() }, (Status::Expiring, None)),
            (AccessFacts { expires_at: Some(now()), ..facts() }, (Status::Expired, Some(Kind::Expired))),
            (AccessFacts { last_error: Some(Kind::Revoked), ..facts() }, (Status::Error, Some(Kind::Revoked))),
            (AccessFacts { last_error: Some(Kind::Transient), ..facts() }, (Status::Healthy, Some(Kind::Transient))),
            (
                AccessFacts { last_error: Some(Kind::Transient), last_ok_at: Some(now() - day), ..facts() },
                (Status::Error, Some(Kind::Transient)),
            ),
            (AccessFacts { last_error: Some(Kind::RateLimited), last_ok_at: None, ..facts() }, (Status::Error, Some(Kind::RateLimited))),
            (AccessFacts { last_error: Some(Kind::ScopeLost), ..facts() }, (Status::Error, Some(Kind::ScopeLost))),
            (
                AccessFacts { last_error: Some(Kind::Transient), expires_at: Some(now() - day), ..facts() },
                (Status::Expired, Some(Kind::Expired)),
            ),
        ] {
            assert_eq!(facts.status(now()), expected, "{facts:?}");
        }
    }

    #[test]
    fn only_what_the_creator_can_mend_asks_for_it() {
        assert!(IntegrationStatus::Expired.needs_reconnect(Some(FailureKind::Expired)));
        assert!(IntegrationStatus::Error.needs_reconnect(Some(FailureKind::Revoked)));
        for kind in [FailureKind::Transient, FailureKind::RateLimited, FailureKind::Misconfigured] {
            assert!(!IntegrationStatus::Error.needs_reconnect(Some(kind)), "{kind:?}");
        }
        assert!(!IntegrationStatus::Healthy.needs_reconnect(None));
    }

    #[test]
    fn the_chosen_platforms_come_first() {
        let order = in_order_of_choice(&[Platform::Reddit, Platform::Onlyfans]);
        assert_eq!(order[..3], [Platform::Reddit, Platform::Onlyfans, Platform::Instagram]);
        assert_eq!(order.len(), Platform::ALL.len());
    }
}
