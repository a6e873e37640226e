//! An account during its sync, and why a sync is aborted.

use huntaze_domain::integrations::FailureKind;

use crate::{
    db::{
        DbError,
        integrations::{Integration, SealedTokens},
    },
    providers::ProviderError,
};

/// An account whose lease this worker holds, with its tokens.
pub(super) struct LeasedIntegration {
    /// The row, without its tokens.
    pub integration: Integration,
    /// Its encrypted tokens; replaced when they are refreshed.
    pub access: SealedTokens,
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
