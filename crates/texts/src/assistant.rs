//! The assistant: messages and reports.

use huntaze_domain::assistant::{
    chat::{MessageRole, MessageState, MessageView},
    reports::Importance,
};

use crate::texts;

texts! {
    MessageRole {
        User => "You";
        Assistant => "Assistant";
    }
}

texts! {
    Importance {
        High => "High";
        Medium => "Medium";
        Low => "Low";
    }
}

/// An answer is being written.
pub const WRITING: &str = "Writing…";

/// Sentence on why an answer is incomplete; `None` if it is complete or still being generated.
pub fn ending(message: &MessageView) -> Option<String> {
    match message.state {
        MessageState::Generating | MessageState::Complete => None,
        MessageState::Stopped => Some("You stopped this answer.".to_owned()),
        MessageState::Failed => Some(message.error.clone().unwrap_or_else(|| "There is no answer.".to_owned())),
    }
}
