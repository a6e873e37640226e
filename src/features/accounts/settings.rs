//! Sections of the settings page.

mod data;
mod password;
mod profile;
mod security;
mod sessions;

pub use data::DataSection;
pub use password::PasswordSection;
pub use profile::ProfileSection;
pub use security::SecuritySection;
pub use sessions::SessionsSection;

stylance::import_crate_style!(pub(in crate::features) css, "src/features/accounts/settings.module.css");
