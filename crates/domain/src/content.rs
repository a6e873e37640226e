//! Content for publication: captions that AI writes, and drafts.

pub mod captions;
pub mod drafts;
pub mod x_length;
