//! Connected platforms: names, states, failures and events.

use huntaze_domain::{
    integrations::{ConnectFailure, DataRetention, DisconnectOutcome, FailureKind, IntegrationEventKind, IntegrationStatus},
    platform::Platform,
    text::isolated,
};

use crate::{Text, texts};

/// The name of an account on its platform: `@ada.creates`.
pub fn handle(name: &str) -> String {
    format!("@{}", isolated(name))
}

/// An account with its platform: `Instagram @ada.creates`.
pub fn account(platform: Platform, name: &str) -> String {
    format!("{} {}", platform.text(), handle(name))
}

texts! {
    IntegrationStatus {
        Healthy => "Healthy";
        Delayed => "Delayed";
        Expiring => "Expires soon";
        Expired => "Expired";
        Error => "Needs attention";
        Unknown => "Not read yet";
    }
}

texts! {
    FailureKind {
        Transient => "The platform does not answer. We keep trying.";
        Revoked => "Access was withdrawn. Reconnect to go on.";
        Expired => "Access has expired. Reconnect to go on.";
        InsufficientScope => "A permission is missing. Reconnect and allow all of them.";
        RateLimited => "The platform asks us to slow down. We go on later.";
        NoAccount => "There is no account behind this login any more, such as a channel. Reconnect with one.";
        BudgetExhausted => "This month's allowance for readings is used up. We go on next month.";
        Misconfigured => "Our connection to this platform is being repaired. There is nothing for you to do.";
        DecryptionFailed => "The stored access cannot be read any more. Reconnect to go on.";
    }
}

texts! {
    IntegrationEventKind {
        Connected => "Connected";
        Reconnected => "Reconnected";
        TokenRefreshed => "Access renewed";
        TokenRefreshFailed => "Access not renewed";
        Synced => "Figures read";
        SyncFailed => "Figures not read";
        Disconnected => "Disconnected";
    }
}

texts! {
    DataRetention {
        Keep => "Keep its figures";
        Delete => "Delete its figures";
    }
}

texts! {
    ConnectFailure {
        Cancelled => "You cancelled. Nothing was changed.";
        StateReused => "That link was already used. Try again.";
        Expired => "That took too long. Try again.";
        InvalidState => "That link does not belong to this session. Try again.";
        AlreadyConnected => "This account is connected to another Huntaze account. Disconnect it there first.";
        InsufficientScope => "Huntaze needs the permission to read the account. Try again and allow it.";
        WrongAccount => "You gave consent for another account. Nothing was changed: sign in there with the account that you want to reconnect.";
        NoAccount => "There is no account behind this login that can be read, such as a channel.";
        BudgetExhausted => "This month's allowance for readings of this platform is used up. Try again next month.";
        ProviderUnavailable => "The platform did not answer as it should. Nothing was changed. Try again in a moment.";
        NotAvailable => "This platform cannot be connected yet.";
    }
}

texts! {
    DisconnectOutcome {
        Disconnected => "The account is disconnected.";
        DataDeleted => "The figures of the account are deleted.";
        NotRevoked => "The account is disconnected here, but the platform could not be told. Remove Huntaze in its settings, too.";
    }
}

texts! {
    Platform {
        Instagram => "Instagram";
        Tiktok => "TikTok";
        Reddit => "Reddit";
        Youtube => "YouTube";
        X => "X";
        Onlyfans => "OnlyFans";
    }
}

/// Error: the platform is not set up.
pub fn not_available(platform: Platform) -> String {
    format!("{} cannot be connected yet.", platform.text())
}

/// Error: no platform has this word.
pub const UNKNOWN_PLATFORM: &str = "There is no such platform.";
/// Error: the user has no such integration.
pub const NOT_CONNECTED: &str = "This account is not connected.";
/// Error: a sync of the integration is running.
pub const SYNC_RUNNING: &str = "This account is being read right now. Look again in a moment.";
