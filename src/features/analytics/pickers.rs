use leptos::prelude::*;

use super::{Looking, css};
use crate::{
    domain::{analytics::AccountName, choice::Choice, figures::StatsRange},
    features::integrations::SandboxBadge,
};

/// How far back the figures go.
#[component]
pub fn PeriodPicker(
    /// What is looked at.
    looking: Memo<Looking>,
) -> impl IntoView {
    view! {
        <nav aria-label="Period" class=css::choices>
            {StatsRange::ALL
                .iter()
                .map(|range| {
                    let to = move || Looking { range: *range, page: 1, ..looking.get() }.href();
                    let current = move || looking.with(|looking| looking.range == *range).then_some("true");
                    view! { <a href=to class=css::choice aria-current=current data-noscroll="true">{range.label()}</a> }
                })
                .collect_view()}
        </nav>
    }
}

/// One account, or all that are connected.
#[component]
pub fn AccountPicker(
    /// What is looked at.
    looking: Memo<Looking>,
    /// Those there are.
    accounts: Vec<AccountName>,
) -> impl IntoView {
    let is_sandbox = accounts.iter().any(|account| account.is_sandbox);
    let choice = move |id: String, label: String| {
        let same = id.clone();
        let to = move || Looking { account: id.clone(), page: 1, ..looking.get() }.href();
        let current = move || looking.with(|looking| looking.account == same).then_some("true");
        view! { <a href=to class=css::choice aria-current=current data-noscroll="true">{label}</a> }
    };
    let name = |account: &AccountName| {
        let state = if account.is_connected { "" } else { " (disconnected)" };
        format!("{} @{}{state}", account.provider.label(), account.account_name)
    };
    view! {
        <nav aria-label="Account" class=css::choices>
            {choice(String::new(), "All accounts".to_owned())}
            {accounts.iter().map(|account| choice(account.id.to_string(), name(account))).collect_view()}
            {is_sandbox.then(|| view! { <SandboxBadge/> })}
        </nav>
    }
}
