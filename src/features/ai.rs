//! What the features that use AI share.

mod regenerate_button;
mod setup_notice;

pub use regenerate_button::RegenerateButton;
pub use setup_notice::SetupNotice;
