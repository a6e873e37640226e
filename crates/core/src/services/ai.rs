//! AI features: chat, captions, reports, quotas and costs.

mod calls;
mod captions;
mod chat;
mod conversations;
mod coordinator;
mod costs;
mod follow;
mod lookup;
mod quota;
mod reports;
mod settings;
mod structured;
mod suggestions;

use std::time::Duration;

use huntaze_domain::{account::Role, ai::AiSetup, error::ErrorCode, validation::FieldErrors};

use crate::{
    Core,
    ai::{LanguageModel, ModelError},
    db::DbError,
    error::{InternalError, internal_errors},
    services::analytics::AnalyticsError,
};

pub use captions::{captions, generate_captions};
pub use chat::{chat, start_chat, stop_chat};
pub use conversations::{conversation, conversations, delete_conversation, give_up_dead_answers, rename_conversation};
pub use costs::{charge_months, costs, export_costs};
pub use follow::follow_chat;
pub use quota::quota;
pub use reports::{give_feedback, report, write_report};
pub use settings::{save_settings, settings};
pub use suggestions::suggestions;

/// Errors of AI operations.
#[derive(Debug, thiserror::Error)]
pub enum AiError {
    /// No model is configured.
    #[error("no model is configured")]
    NotSetUp,
    /// The input failed validation; holds the messages by field name.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// A monthly limit is reached; the month ends in this many seconds.
    #[error("monthly limit reached: {0:?}")]
    LimitReached(MonthlyLimit, u32),
    /// The per-minute rate limit is exceeded; retry after this many seconds.
    #[error("rate limited for {0} s")]
    TooOften(u32),
    /// The model blocked the prompt or its completion.
    #[error("blocked by the model")]
    Blocked,
    /// The model limits requests; retry after this time, if the model says so.
    #[error("model is rate limited")]
    Busy(Option<Duration>),
    /// The model rejects the API key or the request; the configuration must be fixed.
    #[error("model is misconfigured: {0}")]
    Misconfigured(ModelError),
    /// The model returned no usable completion, or none in time.
    #[error("no usable completion")]
    NoAnswer,
    /// The user has no such row.
    #[error("not found")]
    Unknown,
    /// An answer is being generated in this conversation.
    #[error("answer already in progress")]
    Writing,
    /// The conversation has messages newer than the last one seen by the client that replaces a message.
    #[error("conversation has newer messages")]
    Changed,
    /// The process was shut down while the answer was generated.
    #[error("interrupted by shutdown")]
    Restarted,
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
    Requests,
    /// The cost limit set by the user.
    Cap,
    /// The cost limit in the configuration of Huntaze.
    Guard,
}

impl MonthlyLimit {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Requests => ErrorCode::QuotaExceeded.sentence(),
            Self::Cap => "Your AI has cost as much this month as you allow. You can change that in the settings.",
            Self::Guard => "Your AI has reached this month's limit of cost. It renews on the first of the next one.",
        }
    }
}

impl From<AnalyticsError> for AiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::Unknown => Self::Unknown,
            AnalyticsError::Internal(error) => Self::Internal(error),
        }
    }
}

/// What a client is told of an [`AiError`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Seconds until it is worth trying again; `None` if nobody knows.
    pub retry_after: Option<u32>,
}

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None }
    }
}

impl AiError {
    /// Returns what the client is told: in a response, or in the conversation that the answer belongs to. `Invalid` has its fields beside it.
    pub fn refusal(&self) -> Refusal {
        let unavailable = |sentence: &str| Refusal::new(ErrorCode::Unavailable, format!("{sentence} This request was not counted."));
        let of_code = |code: ErrorCode| Refusal::new(code, code.sentence());
        match self {
            Self::NotSetUp => Refusal::new(ErrorCode::Unavailable, "AI is not set up here yet."),
            Self::Invalid(_) => of_code(ErrorCode::InvalidInput),
            Self::LimitReached(limit, seconds) => {
                Refusal { retry_after: Some(*seconds), ..Refusal::new(ErrorCode::QuotaExceeded, limit.sentence()) }
            }
            Self::TooOften(seconds) => {
                let message = format!("Too many attempts. Try again in {seconds} s.");
                Refusal { retry_after: Some(*seconds), ..Refusal::new(ErrorCode::RateLimited, message) }
            }
            Self::Blocked => of_code(ErrorCode::AiBlocked),
            Self::Busy(pause) => {
                let seconds = pause.map(|pause| u32::try_from(pause.as_secs().max(1)).unwrap_or(u32::MAX));
                let when = seconds.map_or("in a minute".to_owned(), |seconds| format!("in {seconds} s"));
                Refusal { retry_after: seconds, ..unavailable(&format!("The AI is busy. Try again {when}.")) }
            }
            Self::Misconfigured(_) => unavailable("AI is not available right now."),
            Self::NoAnswer => unavailable("The AI gave no answer that we could use. Try again."),
            Self::Restarted => unavailable("Huntaze was restarted while this was written. Ask again."),
            Self::Unknown => of_code(ErrorCode::NotFound),
            Self::Writing => Refusal::new(ErrorCode::Conflict, "An answer is being written here. Wait for it, or stop it."),
            Self::Changed => {
                Refusal::new(ErrorCode::Conflict, "This conversation went on elsewhere. Look at what is new in it, and ask again.")
            }
            Self::TooLong => Refusal::new(ErrorCode::Conflict, "This conversation is long. Begin a new one."),
            Self::Internal(_) => of_code(ErrorCode::Internal),
        }
    }
}

impl From<ModelError> for AiError {
    fn from(error: ModelError) -> Self {
        match error {
            // Blocked for recitation, language or personal data: a retry may succeed.
            ModelError::AnswerBlocked(reason) if matches!(reason.as_str(), "RECITATION" | "LANGUAGE" | "SPII") => Self::NoAnswer,
            ModelError::PromptBlocked(_) | ModelError::AnswerBlocked(_) => Self::Blocked,
            ModelError::RateLimited(pause) => Self::Busy(pause),
            ModelError::Truncated | ModelError::Unavailable(_) | ModelError::Unusable(_) => Self::NoAnswer,
            error @ (ModelError::KeyRefused(_) | ModelError::Retired(_) | ModelError::Refused(_)) => Self::Misconfigured(error),
        }
    }
}

/// Returns whether a model is configured; for admins also the names of missing environment variables.
pub fn setup(core: &Core, role: Role) -> AiSetup {
    let model = core.model.as_deref();
    let missing = if model.is_none() && role == Role::Admin { vec!["GEMINI_API_KEY".to_owned()] } else { Vec::new() };
    AiSetup { is_available: model.is_some(), is_sandbox: model.is_some_and(LanguageModel::is_sandbox), missing }
}

fn model(core: &Core) -> Result<&dyn LanguageModel, AiError> {
    core.model.as_deref().ok_or(AiError::NotSetUp)
}
