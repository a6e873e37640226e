//! Sections of the settings page.

mod ai;
mod data;
mod password;
mod profile;
mod sessions;

pub use ai::AiSection;
pub use data::DataSection;
pub use password::PasswordSection;
pub use profile::ProfileSection;
pub use sessions::SessionsSection;

stylance::import_crate_style!(css, "src/features/settings/settings.module.css");
