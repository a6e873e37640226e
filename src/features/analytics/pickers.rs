use huntaze_domain::{
    analytics::{AccountOption, figures::StatsRange},
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::AnalyticsQuery;
use crate::{
    features::integrations::SandboxBadge,
    ui::segmented_links::{SegmentedLink, SegmentedLinks},
};

/// Links that select the period.
#[component]
pub fn PeriodPicker(
    /// Current query.
    query: Memo<AnalyticsQuery>,
) -> impl IntoView {
    let choice = move |range: &'static StatsRange| {
        let href = Signal::derive(move || AnalyticsQuery { range: *range, page: 1, ..query.get() }.href());
        let current = Signal::derive(move || query.with(|query| query.range == *range));
        view! { <SegmentedLink href current>{range.text()}</SegmentedLink> }
    };
    view! { <SegmentedLinks label="Period">{StatsRange::ALL.iter().map(choice).collect_view()}</SegmentedLinks> }
}

/// Links that select one account or all connected ones.
#[component]
pub fn AccountPicker(
    /// Current query.
    query: Memo<AnalyticsQuery>,
    /// Accounts to choose from.
    accounts: Vec<AccountOption>,
) -> impl IntoView {
    let is_sandbox = accounts.iter().any(|account| account.is_sandbox);
    let choice = move |id: String, label: String| {
        let same = id.clone();
        let href = Signal::derive(move || AnalyticsQuery { integration_id: id.clone(), page: 1, ..query.get() }.href());
        let current = Signal::derive(move || query.with(|query| query.integration_id == same));
        view! { <SegmentedLink href current>{label}</SegmentedLink> }
    };
    let name = |account: &AccountOption| {
        let state = if account.is_connected { "" } else { " (disconnected)" };
        format!("{} @{}{state}", account.provider.text(), account.account_name)
    };
    view! {
        <SegmentedLinks label="Account">
            {choice(String::new(), "All accounts".to_owned())}
            {accounts.iter().map(|account| choice(account.id.to_string(), name(account))).collect_view()}
            {is_sandbox.then(|| view! { <SandboxBadge/> })}
        </SegmentedLinks>
    }
}
