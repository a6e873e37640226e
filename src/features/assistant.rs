//! Assistant: conversations, reports and settings. The behaviour of a conversation is in `islands::AIChatAssistant`.

mod answer_sources;
mod answer_stream;
mod composer;
mod conversations;
mod markdown;
mod panel;
pub mod report;
mod settings;
mod speech;
mod transcript;

pub use answer_sources::AnswerSources;
pub use answer_stream::{AnswerHtml, AnswerHtmlEvent};
pub use composer::Composer;
pub use conversations::{ConversationHead, ConversationList};
pub use markdown::Marked;
pub use panel::Panel;
pub use settings::AiSection;
pub use transcript::Transcript;

stylance::import_crate_style!(css, "src/features/assistant/assistant.module.css");
