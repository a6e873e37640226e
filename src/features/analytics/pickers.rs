use huntaze_domain::{analytics::AccountName, choice::Choice, figures::StatsRange};
use leptos::prelude::*;

use super::Looking;
use crate::{
    features::integrations::SandboxBadge,
    ui::choice_links::{ChoiceLink, ChoiceLinks},
};

/// Links that select the period.
#[component]
pub fn PeriodPicker(
    /// Current query.
    looking: Memo<Looking>,
) -> impl IntoView {
    let choice = move |range: &'static StatsRange| {
        let href = Signal::derive(move || Looking { range: *range, page: 1, ..looking.get() }.href());
        let current = Signal::derive(move || looking.with(|looking| looking.range == *range));
        view! { <ChoiceLink href current>{range.label()}</ChoiceLink> }
    };
    view! { <ChoiceLinks label="Period">{StatsRange::ALL.iter().map(choice).collect_view()}</ChoiceLinks> }
}

/// Links that select one account or all connected ones.
#[component]
pub fn AccountPicker(
    /// Current query.
    looking: Memo<Looking>,
    /// Accounts to choose from.
    accounts: Vec<AccountName>,
) -> impl IntoView {
    let is_sandbox = accounts.iter().any(|account| account.is_sandbox);
    let choice = move |id: String, label: String| {
        let same = id.clone();
        let href = Signal::derive(move || Looking { account: id.clone(), page: 1, ..looking.get() }.href());
        let current = Signal::derive(move || looking.with(|looking| looking.account == same));
        view! { <ChoiceLink href current>{label}</ChoiceLink> }
    };
    let name = |account: &AccountName| {
        let state = if account.is_connected { "" } else { " (disconnected)" };
        format!("{} @{}{state}", account.provider.label(), account.account_name)
    };
    view! {
        <ChoiceLinks label="Account">
            {choice(String::new(), "All accounts".to_owned())}
            {accounts.iter().map(|account| choice(account.id.to_string(), name(account))).collect_view()}
            {is_sandbox.then(|| view! { <SandboxBadge/> })}
        </ChoiceLinks>
    }
}
