//! What clients are told of the errors of services.

use huntaze_core::{
    db::{self, DbError},
    error::chain,
    services::{
        accounts::AccountError, admin::jobs::JobsError, ai_error::AiError, analytics::AnalyticsError, content::drafts::DraftError,
        earnings::EarningsError, integrations::IntegrationError, onboarding::OnboardingError,
    },
};
use huntaze_domain::{error::ErrorCode, integrations::FailureKind};
use huntaze_texts::{self as texts, Text};

use crate::error::ApiError;

/// When a request that failed for want of the database may be repeated, in seconds.
const RETRY_AFTER_SECONDS: u32 = 5;

impl ApiError {
    /// 500 that says nothing of its cause, or 503 if the database cannot be reached. The cause is logged here, with its chain, and nowhere else: the span of the request adds
    /// `request_id`, `route` and `user_id`.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = chain(cause), "internal error");
        if db::is_away(cause) { Self::unavailable() } else { ErrorCode::Internal.into() }
    }

    /// 503 that may be retried soon.
    pub fn unavailable() -> Self {
        Self { retry_after: Some(RETRY_AFTER_SECONDS), ..ErrorCode::Unavailable.into() }
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
            AccountError::LinkNotFound => Self::new(ErrorCode::NotFound, texts::accounts::LINK_NOT_FOUND),
            AccountError::LinkExpired => ErrorCode::Gone.into(),
            AccountError::SessionNotFound => Self::new(ErrorCode::NotFound, texts::accounts::SESSION_NOT_FOUND),
            AccountError::RateLimited(seconds) => Self::rate_limited(seconds),
            AccountError::Busy => Self::unavailable(),
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
                let (refusal, retry_after) = error.refusal();
                Self { retry_after, ..Self::new(refusal.code(), texts::ai::refusal(refusal, retry_after)) }
            }
        }
    }
}

impl From<EarningsError> for ApiError {
    fn from(error: EarningsError) -> Self {
        match error {
            EarningsError::NotFound => ErrorCode::NotFound.into(),
            EarningsError::InvalidInput(fields) => Self::invalid(fields),
            EarningsError::InvalidFile(error) => Self::new(ErrorCode::InvalidInput, error.text()),
            EarningsError::Conflict(conflict) => Self::new(ErrorCode::Conflict, conflict.text()),
            EarningsError::TooLarge => Self::new(ErrorCode::PayloadTooLarge, texts::earnings::FILE_TOO_LARGE),
            EarningsError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<IntegrationError> for ApiError {
    fn from(error: IntegrationError) -> Self {
        match error {
            IntegrationError::NotAvailable(platform) => Self::new(ErrorCode::Conflict, texts::integrations::not_available(platform)),
            IntegrationError::UnknownProvider => Self::new(ErrorCode::NotFound, texts::integrations::UNKNOWN_PLATFORM),
            IntegrationError::NotFound => Self::new(ErrorCode::NotFound, texts::integrations::NOT_CONNECTED),
            IntegrationError::Busy => Self::new(ErrorCode::Conflict, texts::integrations::SYNC_RUNNING),
            IntegrationError::ConnectFailed(failure) => Self::new(ErrorCode::Conflict, failure.text()),
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
                Self::new(code, kind.text())
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
            DraftError::TooMany => Self::new(ErrorCode::Conflict, texts::content::too_many_drafts()),
            DraftError::Internal(cause) => Self::internal(&cause),
        }
    }
}

impl From<AnalyticsError> for ApiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::NotFound => Self::new(ErrorCode::NotFound, texts::analytics::UNKNOWN_ACCOUNT),
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
            JobsError::NotFound => Self::new(ErrorCode::NotFound, texts::admin::JOB_NOT_FOUND),
            JobsError::Gone => Self::new(ErrorCode::Conflict, texts::admin::JOB_SUBJECT_GONE),
            JobsError::Internal(cause) => Self::internal(&cause),
        }
    }
}
