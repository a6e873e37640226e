//! Content for publication: captions that AI writes, and drafts.

mod caption_form;
mod caption_variants;
mod drafts;

pub use caption_form::{CaptionForm, use_caption_form};
pub use caption_variants::CaptionVariants;
pub use drafts::{Drafts, use_keep_form};

stylance::import_crate_style!(css, "src/features/content/content.module.css");
