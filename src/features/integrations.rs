//! Connected platform accounts: status, event log, and the actions connect, sync and disconnect.

mod account_card;
mod addressed;
mod badges;
mod connect_card;
mod disconnect_dialog;
mod grid;
mod history_dialog;
mod kept_card;
mod outcome;
mod pending;

pub use badges::{SandboxBadge, StatusBadge, SyncTimes};
pub use disconnect_dialog::Questions;
pub use grid::IntegrationsGrid;
pub use history_dialog::HistoryDialog;
use leptos::prelude::*;

pub use outcome::OutcomeAlert;

/// Introductory paragraph of the integrations page.
#[component]
pub fn Lead() -> impl IntoView {
    view! {
        <p class=css::lead>"Connect the accounts that you publish with. You give consent at the platform; its password stays there."</p>
    }
}

stylance::import_crate_style!(css, "src/features/integrations/integrations.module.css");
