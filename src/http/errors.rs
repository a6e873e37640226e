//! What clients are told of the errors of services.

use huntaze_core::{
    db::DbError,
    error::chain,
    services::{
        accounts::AccountError,
        admin::jobs::JobsError,
        ai::{AiError, Refusal},
        analytics::AnalyticsError,
        content::drafts::DraftError,
        earnings::EarningsError,
        integrations::IntegrationError,
        onboarding::OnboardingError,
    },
};
use huntaze_domain::{content::drafts::MAX_DRAFTS, error::ErrorCode, integrations::FailureKind, string_enum::StringEnum};

use crate::error::ApiError;

impl ApiError {
    /// 500 that says nothing of its cause. The cause is logged here, with its chain, and nowhere else: the span of the request adds
    /// `request_id`, `route` and `user_id`.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "internal error");
        ErrorCode::Internal.into()
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        Self::internal(&error)
    }
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::InvalidInput(fields) => Self::invalid(fields),
            AccountError::InvalidCredentials => ErrorCode::InvalidCredentials.into(),
            AccountError::EmailNotVerified => ErrorCode::EmailNotVerified.into(),
            AccountError::LinkNotFound => Self::new(ErrorCode::NotFound, "This link does not work. A newer one may have taken its place."),
            AccountError::LinkExpired => ErrorCode::Gone.into(),
            AccountError::SessionNotFound => Self::new(ErrorCode::NotFound, "This device is not signed in any more."),
            AccountError::RateLimited(seconds) => Self::rate_limited(seconds),
            AccountError::Busy => ErrorCode::Unavailable.into(),
            AccountError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<AiError> for ApiError {
    fn from(error: AiError) -> Self {
        match error {
            AiError::InvalidInput(fields) => Self::invalid(fields),
            AiError::Internal(cause) => Self::internal(&cause),
            error => {
                let Refusal { code, message, retry_after } = error.refusal();
                Self { retry_after, ..Self::new(code, message) }
            }
        }
    }
}

impl From<EarningsError> for ApiError {
    fn from(error: EarningsError) -> Self {
        match error {
            EarningsError::NotFound => ErrorCode::NotFound.into(),
            EarningsError::InvalidInput(fields) => Self::invalid(fields),
            EarningsError::InvalidFile(sentence) => Self::new(ErrorCode::InvalidInput, sentence),
            EarningsError::Conflict(sentence) => Self::new(ErrorCode::Conflict, sentence),
            EarningsError::TooLarge => Self::new(ErrorCode::PayloadTooLarge, "A statement has at most 32 MB. Export a shorter period."),
            EarningsError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<IntegrationError> for ApiError {
    fn from(error: IntegrationError) -> Self {
        match error {
            IntegrationError::NotAvailable(platform) => {
                Self::new(ErrorCode::Conflict, format!("{} cannot be connected yet.", platform.label()))
            }
            IntegrationError::UnknownProvider => Self::new(ErrorCode::NotFound, "There is no such platform."),
            IntegrationError::NotFound => Self::new(ErrorCode::NotFound, "This account is not connected."),
            IntegrationError::Busy => Self::new(ErrorCode::Conflict, "This account is being read right now. Look again in a moment."),
            IntegrationError::ConnectFailed(failure) => Self::new(ErrorCode::Conflict, failure.label()),
            IntegrationError::SyncFailed(kind) => {
                let code = match kind {
                    FailureKind::Transient | FailureKind::RateLimited | FailureKind::BudgetExhausted | FailureKind::Misconfigured => {
                        ErrorCode::Unavailable
                    }
                    FailureKind::Revoked
                    | FailureKind::NoAccount
                    | FailureKind::Expired
                    | FailureKind::InsufficientScope
                    | FailureKind::DecryptionFailed => ErrorCode::Conflict,
                };
                Self::new(code, kind.label())
            }
            IntegrationError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<DraftError> for ApiError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::InvalidInput(fields) => Self::invalid(fields),
            DraftError::NotFound => ErrorCode::NotFound.into(),
            DraftError::TooMany => Self::new(ErrorCode::Conflict, format!("You keep {MAX_DRAFTS} drafts. Delete one first.")),
            DraftError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<AnalyticsError> for ApiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::NotFound => Self::new(ErrorCode::NotFound, "There is no such account."),
            AnalyticsError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<OnboardingError> for ApiError {
    fn from(error: OnboardingError) -> Self {
        match error {
            OnboardingError::InvalidInput(fields) => Self::invalid(fields),
            OnboardingError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<JobsError> for ApiError {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::NotFound => Self::new(ErrorCode::NotFound, "This job is not on the list any more."),
            JobsError::Gone => Self::new(ErrorCode::Conflict, "What it was about is gone, or was mended. There is nothing to try again."),
            JobsError::Internal(cause) => Self::internal(&cause),
        }
    }
}
