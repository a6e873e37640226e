use huntaze_domain::{
    integrations::{ConnectFailure, DisconnectOutcome, IntegrationsStatus},
    page::Page,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use crate::{
    islands::ForgetOutcome,
    ui::alert::{Alert, AlertTone},
};

/// Outcome of an authorization or a disconnect. The URL holds words of closed lists only, so that it cannot put arbitrary text on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    is_success: bool,
    sentence: String,
}

impl Outcome {
    /// Reads the outcome from the query of the page; None if there is none.
    pub fn read(query: impl Fn(&str) -> Option<String>, status: &IntegrationsStatus) -> Option<Self> {
        if let Some(platform) = query("connected").and_then(|word| Platform::parse(&word)) {
            let account = query("integrationId");
            let account = status.integrations.iter().find(|known| account.as_ref().is_some_and(|id| *id == known.id.to_string()));
            let name =
                account.map(|account| format!(": {}", huntaze_texts::integrations::handle(&account.account_name))).unwrap_or_default();
            return Some(Self { is_success: true, sentence: format!("{} connected{name}", platform.text()) });
        }
        if let Some(outcome) = query("disconnected").and_then(|word| DisconnectOutcome::parse(&word)) {
            return Some(Self { is_success: outcome != DisconnectOutcome::NotRevoked, sentence: outcome.text().to_owned() });
        }
        let failure = query("error").and_then(|word| ConnectFailure::parse(&word))?;
        Some(Self { is_success: false, sentence: failure.text().to_owned() })
    }
}

/// How the authorization or disconnect ended that led to this page. A reload does not repeat it.
#[component]
pub fn OutcomeAlert(outcome: Outcome) -> impl IntoView {
    let tone = if outcome.is_success { AlertTone::Success } else { AlertTone::Danger };
    view! {
        <Alert tone>{outcome.sentence}</Alert>
        <ForgetOutcome url=Page::Integrations.path().to_owned()/>
    }
}
