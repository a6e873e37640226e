//! Accounts at platforms: how they are, and what can be done about it.

mod account_card;
mod badges;
mod connect_card;
mod disconnect_dialog;
mod grid;
mod outcome;

pub use badges::{SandboxBadge, StatusBadge, SyncTimes};
pub use disconnect_dialog::DisconnectDialog;
pub use grid::IntegrationsGrid;
pub use outcome::OutcomeAlert;

stylance::import_crate_style!(css, "src/features/integrations/integrations.module.css");
