//! Content for publication: captions that AI writes, and drafts.

mod caption_form;
mod caption_variants;
mod drafts;

pub use caption_form::CaptionForm;
pub use caption_variants::CaptionVariants;
pub use drafts::Drafts;

stylance::import_crate_style!(css, "src/features/content/content.module.css");
