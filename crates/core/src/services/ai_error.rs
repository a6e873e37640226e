//! Errors of the services that call a model.

use std::time::Duration;

use huntaze_domain::{ai::AiRefusal, validation::FieldErrors};

use crate::{
    ai::ModelError,
    db::DbError,
    error::{InternalError, internal_errors},
    services::analytics::AnalyticsError,
};

/// Errors of AI operations.
#[derive(Debug, thiserror::Error)]
pub enum AiError {
    /// No model is configured.
    #[error("no model is configured")]
    NotConfigured,
    /// The input failed validation; holds the errors by field name.
    #[error("invalid input")]
    InvalidInput(FieldErrors),
    /// A monthly limit is reached; the month ends in this many seconds.
    #[error("monthly limit reached: {0:?}")]
    QuotaExceeded(MonthlyLimit, u32),
    /// The per-minute rate limit is exceeded; retry after this many seconds.
    #[error("rate limited for {0} s")]
    RateLimited(u32),
    /// The model blocked the prompt or its completion.
    #[error("blocked by the model")]
    Blocked,
    /// The model limits requests; retry after this time, if the model says so.
    #[error("model is rate limited")]
    ModelBusy(Option<Duration>),
    /// The model rejects the API key or the request; the configuration must be fixed.
    #[error("model is misconfigured: {0}")]
    Misconfigured(ModelError),
    /// The model returned no usable completion, or none in time.
    #[error("no usable completion")]
    InvalidResponse,
    /// The user has no such row.
    #[error("not found")]
    NotFound,
    /// An answer is being generated in this conversation.
    #[error("answer already in progress")]
    AnswerInProgress,
    /// The conversation has messages newer than the last one seen by the client that replaces a message.
    #[error("conversation has newer messages")]
    StaleConversation,
    /// The process was shut down while the answer was generated.
    #[error("interrupted by shutdown")]
    Interrupted,
    /// The conversation has the maximum number of messages.
    #[error("conversation has too many messages")]
    TooLong,
    /// A failure that is not the caller's.
    #[error(transparent)]
    Internal(InternalError),
}

internal_errors!(AiError: DbError, sqlx::Error, csv::Error, tokio::task::JoinError);

/// A monthly limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthlyLimit {
    /// The number of requests in the plan.
    RequestQuota,
    /// The cost limit set by the user.
    UserCap,
    /// The cost limit in the configuration of Huntaze.
    CostLimit,
}

impl From<AnalyticsError> for AiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::NotFound => Self::NotFound,
            AnalyticsError::Internal(error) => Self::Internal(error),
        }
    }
}

impl AiError {
    /// Returns what the client is told, in a response or in the conversation that the answer belongs to, and the number of seconds until it is
    /// worth trying again, if it is known. Invalid input has its fields instead.
    pub fn refusal(&self) -> (AiRefusal, Option<u32>) {
        match self {
            Self::NotConfigured => (AiRefusal::NotConfigured, None),
            Self::QuotaExceeded(limit, seconds) => (limit.refusal(), Some(*seconds)),
            Self::RateLimited(seconds) => (AiRefusal::RateLimited, Some(*seconds)),
            Self::Blocked => (AiRefusal::Blocked, None),
            Self::ModelBusy(pause) => (AiRefusal::ModelBusy, pause.map(|pause| u32::try_from(pause.as_secs().max(1)).unwrap_or(u32::MAX))),
            Self::Misconfigured(_) => (AiRefusal::Misconfigured, None),
            Self::InvalidResponse => (AiRefusal::InvalidResponse, None),
            Self::Interrupted => (AiRefusal::Interrupted, None),
            Self::NotFound => (AiRefusal::NotFound, None),
            Self::AnswerInProgress => (AiRefusal::AnswerInProgress, None),
            Self::StaleConversation => (AiRefusal::StaleConversation, None),
            Self::TooLong => (AiRefusal::TooLong, None),
            Self::InvalidInput(_) | Self::Internal(_) => (AiRefusal::Internal, None),
        }
    }
}

impl MonthlyLimit {
    const fn refusal(self) -> AiRefusal {
        match self {
            Self::RequestQuota => AiRefusal::RequestQuota,
            Self::UserCap => AiRefusal::UserCap,
            Self::CostLimit => AiRefusal::CostLimit,
        }
    }
}

impl From<ModelError> for AiError {
    fn from(error: ModelError) -> Self {
        match error {
            // Blocked for recitation, language or personal data: a retry may succeed.
            ModelError::ResponseBlocked(reason) if matches!(reason.as_str(), "RECITATION" | "LANGUAGE" | "SPII") => Self::InvalidResponse,
            ModelError::PromptBlocked(_) | ModelError::ResponseBlocked(_) => Self::Blocked,
            ModelError::RateLimited(pause) => Self::ModelBusy(pause),
            ModelError::Truncated | ModelError::Unavailable(_) | ModelError::InvalidResponse(_) => Self::InvalidResponse,
            error @ (ModelError::InvalidApiKey(_) | ModelError::ModelRetired(_) | ModelError::InvalidRequest(_)) => {
                Self::Misconfigured(error)
            }
        }
    }
}
