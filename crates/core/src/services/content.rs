//! Content for publication: captions that AI writes, and drafts.

mod captions;
pub mod drafts;

pub use captions::{captions, generate_captions};
