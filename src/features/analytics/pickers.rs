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
    query: AnalyticsQuery,
) -> impl IntoView {
    let choice = move |range: &'static StatsRange| {
        let current = query.range == *range;
        let href = AnalyticsQuery { range: *range, page: 1, ..query.clone() }.href();
        view! { <SegmentedLink href current>{range.text()}</SegmentedLink> }
    };
    view! { <SegmentedLinks label="Period">{StatsRange::ALL.iter().map(choice).collect_view()}</SegmentedLinks> }
}

/// Links that select one account or all connected ones.
#[component]
pub fn AccountPicker(
    /// Current query.
    query: AnalyticsQuery,
    /// Accounts to choose from.
    accounts: Vec<AccountOption>,
) -> impl IntoView {
    let is_sandbox = accounts.iter().any(|account| account.is_sandbox);
    let choice = move |id: String, label: String| {
        let current = query.integration_id == id;
        let href = AnalyticsQuery { integration_id: id, page: 1, ..query.clone() }.href();
        view! { <SegmentedLink href current>{label}</SegmentedLink> }
    };
    let name = |account: &AccountOption| {
        let state = if account.is_connected { "" } else { " (disconnected)" };
        format!("{}{state}", huntaze_texts::integrations::account(account.provider, &account.account_name))
    };
    view! {
        <SegmentedLinks label="Account">
            {choice(String::new(), "All accounts".to_owned())}
            {accounts.iter().map(|account| choice(account.id.to_string(), name(account))).collect_view()}
            {is_sandbox.then(|| view! { <SandboxBadge/> })}
        </SegmentedLinks>
    }
}
