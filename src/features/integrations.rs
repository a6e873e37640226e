//! Connected platform accounts: status, event log, and the actions connect, sync and disconnect.

mod account_card;
mod badges;
mod connect_card;
mod disconnect_dialog;
mod disconnected_card;
mod event_log_dialog;
mod grid;
mod outcome;

pub use badges::{SandboxBadge, StatusBadge, SyncTimes};
pub use disconnect_dialog::{DeleteHistoryDialog, DisconnectDialog};
pub use event_log_dialog::EventLogDialog;
pub use grid::AccountCards;
use leptos::prelude::*;

pub use outcome::{Outcome, OutcomeAlert};

/// Introductory paragraph of the integrations page.
#[component]
pub fn Lead() -> impl IntoView {
    view! {
        <p class=css::lead>"Connect the accounts that you publish with. You give consent at the platform; its password stays there."</p>
    }
}

stylance::import_crate_style!(css, "src/features/integrations/integrations.module.css");
