use huntaze_domain::integrations::{IntegrationsStatus, ProviderView};
use leptos::prelude::*;

use super::{account_card::AccountCard, connect_card::ConnectCard, css, disconnected_card::DisconnectedCard};
use crate::{
    api::integrations::{ConnectIntegration, RefreshIntegration},
    forms::FormState,
};

/// A card for each account and each platform. Platforms come in the order of `status.providers`, those chosen by the user first.
#[component]
pub fn AccountCards(
    /// Accounts and platforms.
    status: IntegrationsStatus,
    /// Form that starts the authorization at a platform. Shared by all cards; its error is shown once, by the page.
    connect: FormState<ConnectIntegration>,
    /// Form that syncs an account immediately.
    refresh: FormState<RefreshIntegration>,
    /// Whether the user is an admin.
    is_admin: bool,
) -> impl IntoView {
    let IntegrationsStatus { integrations, disconnected, providers } = status;
    let cards = move |provider: ProviderView| {
        let accounts: Vec<_> = integrations.iter().filter(|account| account.provider == provider.provider).cloned().collect();
        let disconnected: Vec<_> = disconnected.iter().filter(|account| account.provider == provider.provider).cloned().collect();
        let has_account = !accounts.is_empty();
        view! {
            {accounts
                .into_iter()
                .map(|account| view! { <li><AccountCard account is_sandbox=provider.is_sandbox connect refresh/></li> })
                .collect_view()}
            {disconnected
                .into_iter()
                .map(|account| view! { <li><DisconnectedCard account is_available=provider.is_available connect/></li> })
                .collect_view()}
            <li><ConnectCard provider has_account is_admin connect/></li>
        }
    };
    view! { <ul class=css::grid>{providers.into_iter().map(cards).collect_view()}</ul> }
}
