//! Islands: the code that browsers load. The server draws the pages; each island adds behaviour to a part of one.
//!
//! An island finds what is drawn inside of it by `data-` attributes, and lets the server draw what changes ([`crate::hooks::parts`]), so that
//! neither the types of the domain nor the views travel to the browser. Its props are JSON in the HTML: a few words, never a model.

mod ages;
mod assistant_panel;
mod autosave;
mod caption_generator;
mod chat_assistant;
pub mod chat_events;
mod chat_view;
mod cooldown;
mod forms;
mod import_progress;
mod integrations_grid;
mod outcome;
mod page;
mod password_strength;
mod quota_indicator;
mod stats_grid;
mod validation;

pub use assistant_panel::AssistantPanel;
pub use autosave::Autosave;
pub use caption_generator::AICaptionGenerator;
pub use chat_assistant::AIChatAssistant;
pub use cooldown::Cooldown;
pub use import_progress::ImportWatch;
pub use integrations_grid::IntegrationsGrid;
pub use outcome::ForgetOutcome;
pub use page::PageBehaviour;
pub use password_strength::PasswordStrengthMeter;
pub use quota_indicator::AIQuotaIndicator;
pub use stats_grid::StatsGrid;
