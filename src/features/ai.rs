//! AI features: assistant, captions, drafts, reports, and the quota and usage of requests.

pub mod assistant;
mod caption_form;
mod caption_variants;
mod cost;
mod drafts;
mod quota_indicator;
mod regenerate_button;
pub mod report;
mod setup_notice;

use regenerate_button::RegenerateButton;

pub use caption_form::{CaptionForm, use_caption_form};
pub use caption_variants::CaptionVariants;
pub use cost::Cost;
pub use drafts::{Drafts, use_keep_form};
pub use quota_indicator::{QuotaIndicator, refetch_quota_after};
pub use setup_notice::SetupNotice;

stylance::import_crate_style!(css, "src/features/ai/ai.module.css");
