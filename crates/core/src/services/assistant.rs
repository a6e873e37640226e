//! The assistant: conversations, answers, reports and the settings of AI.

mod answer_stream;
mod chat;
mod conversations;
mod coordinator;
mod reports;
mod settings;
mod suggestions;
mod tool_runner;

pub use answer_stream::stream_answer;
pub use chat::{chat, start_chat, stop_chat};
pub use conversations::{conversation, conversations, delete_conversation, fail_abandoned_answers, rename_conversation};
pub use reports::{give_feedback, report, write_report};
pub use settings::{save_settings, settings};
pub use suggestions::suggestions;
