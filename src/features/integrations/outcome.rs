use huntaze_domain::{
    integrations::{ConnectFailure, DisconnectOutcome, IntegrationsStatus},
    page::Page,
    platform::Platform,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::ui::{
    alert::{Alert, AlertTone},
    toast::{ToastTone, Toaster},
};

/// Outcome of an authorization or a disconnect. The URL holds words of closed lists only, so that it cannot put arbitrary text on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Outcome {
    is_success: bool,
    sentence: String,
}

impl Outcome {
    fn read(query: impl Fn(&str) -> Option<String>, status: &IntegrationsStatus) -> Option<Self> {
        if let Some(platform) = query("connected").and_then(|word| Platform::parse(&word)) {
            let account = query("integrationId");
            let account = status.integrations.iter().find(|known| account.as_ref().is_some_and(|id| *id == known.id.to_string()));
            let name = account.map(|account| format!(": @{}", account.account_name)).unwrap_or_default();
            return Some(Self { is_success: true, sentence: format!("{} connected{name}", platform.text()) });
        }
        if let Some(outcome) = query("disconnected").and_then(|word| DisconnectOutcome::parse(&word)) {
            return Some(Self { is_success: outcome != DisconnectOutcome::NotRevoked, sentence: outcome.text().to_owned() });
        }
        let failure = query("error").and_then(|word| ConnectFailure::parse(&word))?;
        Some(Self { is_success: false, sentence: failure.text().to_owned() })
    }
}

/// Outcome from the URL query. With JavaScript it is shown as a toast and removed from the URL, so that a reload does not repeat it.
#[component]
pub fn OutcomeAlert(
    /// The user's accounts; used to look up names.
    status: IntegrationsStatus,
) -> impl IntoView {
    let query = use_query_map();
    let outcome = Memo::new(move |_| Outcome::read(|name| query.with(|query| query.get(name)), &status));
    let (toaster, navigate) = (expect_context::<Toaster>(), use_navigate());
    Effect::new(move || {
        if let Some(outcome) = outcome.get() {
            toaster.show(if outcome.is_success { ToastTone::Success } else { ToastTone::Danger }, outcome.sentence);
            navigate(Page::Integrations.path(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
        }
    });
    move || {
        outcome.get().map(|outcome| {
            let tone = if outcome.is_success { AlertTone::Success } else { AlertTone::Danger };
            view! { <Alert tone>{outcome.sentence}</Alert> }
        })
    }
}
