//! Captions and drafts.

pub mod captions;
pub mod drafts;
