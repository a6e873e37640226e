//! AI: what may be asked, who answers, and what it comes to.

mod captions;
mod quota;

use std::time::Duration;

pub use captions::{captions, generate_captions};
pub use quota::quota;

use crate::{
    domain::{account::Role, ai::AiSetup, validation::FieldErrors},
    error::{ApiError, ErrorCode},
    server::{
        ai::{LanguageModel, ModelError},
        db::DbError,
        state::AppState,
    },
};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AiError {
    /// There is no model to ask.
    #[error("not set up")]
    NotSetUp,
    /// What was entered.
    #[error("invalid input")]
    Invalid(FieldErrors),
    /// The month's requests are used up.
    #[error("the quota is used up")]
    QuotaExceeded,
    /// Too many in a minute; come back after so many seconds.
    #[error("too often")]
    TooOften(u32),
    /// The model does not answer to this.
    #[error("blocked")]
    Blocked,
    /// It is busy; for so long, if it says so.
    #[error("busy")]
    Busy(Option<Duration>),
    /// Those who run Huntaze have to mend it.
    #[error("misconfigured: {0}")]
    Misconfigured(ModelError),
    /// It gave no answer that could be used.
    #[error("no answer")]
    NoAnswer,
    /// The creator has no such thing.
    #[error("unknown")]
    Unknown,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A fault of ours.
    #[error("the work did not end: {0}")]
    Stopped(#[from] tokio::task::JoinError),
}

impl From<sqlx::Error> for AiError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<AiError> for ApiError {
    fn from(error: AiError) -> Self {
        let unavailable = |sentence: &str| Self::new(ErrorCode::Unavailable, format!("{sentence} This request was not counted."));
        match error {
            AiError::NotSetUp => Self::new(ErrorCode::Unavailable, "AI is not set up here yet."),
            AiError::Invalid(fields) => Self::invalid(fields),
            AiError::QuotaExceeded => ErrorCode::QuotaExceeded.into(),
            AiError::TooOften(seconds) => Self::rate_limited(seconds),
            AiError::Blocked => ErrorCode::AiBlocked.into(),
            AiError::Busy(pause) => {
                let seconds = pause.map(|pause| u32::try_from(pause.as_secs().max(1)).unwrap_or(u32::MAX));
                let when = seconds.map_or("in a minute".to_owned(), |seconds| format!("in {seconds} s"));
                Self { retry_after: seconds, ..unavailable(&format!("The AI is busy. Try again {when}.")) }
            }
            AiError::Misconfigured(_) => {
                tracing::error!(%error, "the model cannot be asked");
                unavailable("AI is not available right now.")
            }
            AiError::NoAnswer => unavailable("The AI gave no answer that we could use. Try again."),
            AiError::Unknown => ErrorCode::NotFound.into(),
            AiError::Db(_) | AiError::Stopped(_) => {
                tracing::error!(%error, "a request of AI failed");
                ErrorCode::Internal.into()
            }
        }
    }
}

impl From<ModelError> for AiError {
    fn from(error: ModelError) -> Self {
        match error {
            // For what it is too much like, or for its language: to ask again may help.
            ModelError::AnswerBlocked(reason) if matches!(reason.as_str(), "RECITATION" | "LANGUAGE" | "SPII") => Self::NoAnswer,
            ModelError::PromptBlocked(_) | ModelError::AnswerBlocked(_) => Self::Blocked,
            ModelError::RateLimited(pause) => Self::Busy(pause),
            ModelError::Truncated | ModelError::Unavailable(_) => Self::NoAnswer,
            error @ (ModelError::KeyRefused(_) | ModelError::Retired(_) | ModelError::Refused(_)) => Self::Misconfigured(error),
        }
    }
}

/// Whether AI can be asked here; those who run Huntaze are told what is missing.
pub fn setup(state: &AppState, role: Role) -> AiSetup {
    let model = state.model.as_deref();
    let missing = if model.is_none() && role == Role::Admin { vec!["GEMINI_API_KEY".to_owned()] } else { Vec::new() };
    AiSetup { is_available: model.is_some(), is_sandbox: model.is_some_and(LanguageModel::is_sandbox), missing }
}

fn model(state: &AppState) -> Result<&dyn LanguageModel, AiError> {
    state.model.as_deref().ok_or(AiError::NotSetUp)
}
