use huntaze_domain::{
    integrations::{IntegrationView, IntegrationsStatus},
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    features::integrations::{SandboxBadge, StatusBadge, SyncTimes},
    ui::{
        button::{ButtonLink, ButtonVariant},
        card::{Card, CardBody, CardHeader},
    },
};

/// Status of the connected accounts, or a prompt to connect the first one.
#[component]
pub fn PlatformStatus(
    /// Connected accounts.
    status: IntegrationsStatus,
) -> impl IntoView {
    let has_sandbox_data = status.has_sandbox_data();
    let body = if status.integrations.is_empty() {
        view! {
            <p>"Connect your first account to see your figures."</p>
            <div><ButtonLink href=Page::Integrations.path() variant=ButtonVariant::Primary>"Connect an account"</ButtonLink></div>
        }
        .into_any()
    } else {
        view! {
            <ul class=css::connections>
                {status.integrations.into_iter().map(|account| view! { <Connection account/> }).collect_view()}
            </ul>
            <p><a href=Page::Integrations.path()>"Manage your connections"</a></p>
        }
        .into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2 class=css::title_row>"Connections" {has_sandbox_data.then(|| view! { <SandboxBadge/> })}</h2>
            </CardHeader>
            <CardBody>{body}</CardBody>
        </Card>
    }
}

#[component]
fn Connection(account: IntegrationView) -> impl IntoView {
    view! {
        <li class=css::connection>
            <p class=css::title_row>
                <strong>{account.provider.text()}</strong>
                <span>{huntaze_texts::integrations::handle(&account.account_name)}</span>
                <StatusBadge account=account.clone()/>
            </p>
            {account.reason.map(|reason| view! { <p class=css::note>{reason.text()}</p> })}
            <SyncTimes account/>
        </li>
    }
}
