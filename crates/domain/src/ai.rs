//! What the features that use AI share: its agents, its operations, and whether it is set up.

use serde::{Deserialize, Serialize};

use super::{error::ErrorCode, string_enum::string_enum};

string_enum! {
    /// An AI agent.
    AgentKind {
        /// Writes captions and other content for publication.
        Content = "content";
        /// Explains figures.
        Analytics = "analytics";
        /// Advises on prices and offers.
        Sales = "sales";
        /// Writes messages to fans.
        Messaging = "messaging";
        /// Chooses the agents that answer a message.
        Coordinator = "coordinator";
    }
}

impl AgentKind {
    /// Agents that answer users.
    pub const ANSWERING: [Self; 4] = [Self::Content, Self::Analytics, Self::Sales, Self::Messaging];
}

string_enum! {
    /// Operation that a user can request.
    Operation {
        /// Captions for a post.
        Caption = "caption";
        /// Answer of the assistant.
        Chat = "chat";
        /// Performance analysis.
        Analyze = "analyze";
        /// Sales strategy.
        Optimize = "optimize";
    }
}

/// Why AI gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AiRefusal {
    /// No model is configured.
    NotConfigured,
    /// The requests of the plan are used up for this month.
    RequestQuota,
    /// The user's own limit of cost is reached.
    UserCap,
    /// The limit of cost of Huntaze is reached.
    CostLimit,
    /// Too many requests in a minute.
    RateLimited,
    /// The model refuses the content.
    Blocked,
    /// The model limits requests.
    ModelBusy,
    /// The API key or the model is rejected.
    Misconfigured,
    /// The model returned nothing usable.
    InvalidResponse,
    /// The process was stopped.
    Interrupted,
    /// The conversation has an answer that is being generated.
    AnswerInProgress,
    /// The conversation has messages that the client has not seen.
    StaleConversation,
    /// The conversation has the maximum number of messages.
    TooLong,
    /// The user has no such row.
    NotFound,
    /// A failure that is not the user's.
    Internal,
}

impl AiRefusal {
    /// Returns the error code of the API.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::NotConfigured | Self::ModelBusy | Self::Misconfigured | Self::InvalidResponse | Self::Interrupted => {
                ErrorCode::Unavailable
            }
            Self::RequestQuota | Self::UserCap | Self::CostLimit => ErrorCode::QuotaExceeded,
            Self::RateLimited => ErrorCode::RateLimited,
            Self::Blocked => ErrorCode::AiBlocked,
            Self::AnswerInProgress | Self::StaleConversation | Self::TooLong => ErrorCode::Conflict,
            Self::NotFound => ErrorCode::NotFound,
            Self::Internal => ErrorCode::Internal,
        }
    }
}

/// `GET /api/ai/status`: availability of the AI features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AiStatus {
    /// Whether a model is configured.
    pub is_available: bool,
    /// Whether the sandbox stands in for the model.
    pub is_sandbox: bool,
    /// Names of required environment variables that are not set; shown to admins only.
    pub missing_variables: Vec<String>,
}
