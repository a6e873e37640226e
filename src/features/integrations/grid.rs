use huntaze_domain::integration::{IntegrationsStatus, ProviderView};
use leptos::prelude::*;

use super::{account_card::AccountCard, connect_card::ConnectCard, css, kept_card::KeptCard};
use crate::{
    api::integrations::{ConnectIntegration, RefreshIntegration},
    hooks::form::FormState,
};

/// A card for each account and for each platform, those first that the creator publishes on.
#[component]
pub fn IntegrationsGrid(
    /// Accounts and platforms.
    status: IntegrationsStatus,
    /// Leads to a platform. On many cards; its outcome is said once, by the page.
    connect: FormState<ConnectIntegration>,
    /// Reads an account now.
    refresh: FormState<RefreshIntegration>,
    /// Whether the reader runs Huntaze.
    is_admin: bool,
) -> impl IntoView {
    let IntegrationsStatus { integrations, kept, providers } = status;
    let cards = move |provider: ProviderView| {
        let accounts: Vec<_> = integrations.iter().filter(|account| account.provider == provider.provider).cloned().collect();
        let kept: Vec<_> = kept.iter().filter(|account| account.provider == provider.provider).cloned().collect();
        let has_account = !accounts.is_empty();
        view! {
            {accounts
                .into_iter()
                .map(|account| view! { <li><AccountCard account is_sandbox=provider.is_sandbox connect refresh/></li> })
                .collect_view()}
            {kept
                .into_iter()
                .map(|account| view! { <li><KeptCard account is_available=provider.is_available connect/></li> })
                .collect_view()}
            <li><ConnectCard provider has_account is_admin connect/></li>
        }
    };
    view! { <ul class=css::grid>{providers.into_iter().map(cards).collect_view()}</ul> }
}
