//! What the features that use AI share: its agents, its operations, and whether it is set up.

use serde::{Deserialize, Serialize};

use super::string_enum::string_enum;

string_enum! {
    /// An AI agent.
    AgentKind {
        /// Writes captions and other content for publication.
        Content = "content", "Content";
        /// Explains figures.
        Analytics = "analytics", "Analytics";
        /// Advises on prices and offers.
        Sales = "sales", "Sales";
        /// Writes messages to fans.
        Messaging = "messaging", "Messaging";
        /// Chooses the agents that answer a message.
        Coordinator = "coordinator", "Coordinator";
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
        Caption = "caption", "Captions";
        /// Answer of the assistant.
        Chat = "chat", "Assistant";
        /// Performance analysis.
        Analyze = "analyze", "Analysis";
        /// Sales strategy.
        Optimize = "optimize", "Sales strategy";
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
