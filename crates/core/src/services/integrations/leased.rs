//! An account during its sync, and why a sync is aborted.

use chrono::NaiveDate;
use huntaze_domain::integrations::FailureKind;

use crate::{
    Core,
    db::{
        DbError,
        integrations::{Integration, SealedTokens},
    },
    providers::{OAuthProvider, ProviderError},
};

/// An account whose lease this worker holds, with its tokens.
pub(super) struct LeasedIntegration {
    /// The row, without its tokens.
    pub integration: Integration,
    /// Its encrypted tokens; replaced when they are refreshed.
    pub access: SealedTokens,
}

/// What the parts of one sync work with.
pub(super) struct SyncContext<'a> {
    pub core: &'a Core,
    pub provider: &'a dyn OAuthProvider,
    /// The account.
    pub integration: &'a Integration,
    /// The day on which the sync began.
    pub today: NaiveDate,
}

/// Why a sync was aborted.
pub(super) enum SyncError {
    /// The platform returned an error, or is misconfigured here.
    Provider(ProviderError),
    /// Permanent failure; the user must reconnect the account.
    Permanent(FailureKind),
    /// The monthly budget for a platform that bills API calls is exhausted.
    BudgetExhausted,
    /// A database query failed.
    Db(DbError),
}

impl From<ProviderError> for SyncError {
    fn from(error: ProviderError) -> Self {
        Self::Provider(error)
    }
}

impl From<DbError> for SyncError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}
