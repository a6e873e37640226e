use huntaze_domain::{
    integrations::{IntegrationStatus, IntegrationView},
    page::Page,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{SandboxBadge, StatusBadge, SyncTimes, css};
use crate::{
    api::integrations::{ConnectIntegration, RefreshIntegration},
    features::time::LocalTime,
    forms::{Form, FormState},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonLink, ButtonSize, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
    },
};

/// Card of a connected account: status, and either a reconnect or a sync button.
#[component]
pub(super) fn AccountCard(
    account: IntegrationView,
    /// Whether its data comes from the sandbox.
    is_sandbox: bool,
    connect: FormState<ConnectIntegration>,
    refresh: FormState<RefreshIntegration>,
) -> impl IntoView {
    let name = huntaze_texts::integrations::account(account.provider, &account.account_name);
    let ends = account.expires_at.filter(|_| matches!(account.status, IntegrationStatus::Expiring | IntegrationStatus::Expired));
    let has_ended = account.status == IntegrationStatus::Expired;
    let (history, ask_first) =
        (Page::Integrations.link(&[("events", &account.id)]), Page::Integrations.link(&[("disconnect", &account.id)]));
    let name_again = name.clone();
    let needs_consent = account.needs_reconnect() || account.lacks_permission;
    let mend = if needs_consent {
        view! { <Reconnect account=account.clone() name=name.clone() connect/> }.into_any()
    } else {
        view! { <RefreshNow account=account.clone() name=name.clone() refresh/> }.into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <p class=css::badges>
                    <StatusBadge account=account.clone()/>
                    {is_sandbox.then(|| view! { <SandboxBadge/> })}
                </p>
                <h2 class=css::title>
                    <span class=css::mark data-platform=account.provider.as_str() aria-hidden="true"></span>
                    {account.provider.text()}
                    " "
                    <span class=css::handle translate="no">{huntaze_texts::integrations::handle(&account.account_name)}</span>
                </h2>
                {account.reason.map(|reason| view! { <p>{reason.text()}</p> })}
                {account
                    .lacks_permission
                    .then(|| view! { <p>"A permission is missing, so some figures cannot be read. Reconnect and allow all of them."</p> })}
                <SyncTimes account/>
                {ends
                    .map(|time| {
                        view! {
                            <p class=css::meta>{if has_ended { "Access ended " } else { "Access ends " }} <LocalTime time/></p>
                        }
                    })}
            </CardHeader>
            <CardBody>
                <div class=css::buttons>
                    {mend}
                    <ButtonLink href=history size=ButtonSize::Small variant=ButtonVariant::Ghost>
                        "History"
                        <VisuallyHidden>{format!(" of {name_again}")}</VisuallyHidden>
                    </ButtonLink>
                    <ButtonLink href=ask_first size=ButtonSize::Small variant=ButtonVariant::Ghost>
                        "Disconnect"
                        <VisuallyHidden>{format!(" {name}")}</VisuallyHidden>
                    </ButtonLink>
                </div>
            </CardBody>
        </Card>
    }
}

#[component]
fn Reconnect(account: IntegrationView, name: String, connect: FormState<ConnectIntegration>) -> impl IntoView {
    view! {
        <Form form=connect>
            <input type="hidden" name="provider" value=account.provider.as_str()/>
            <input type="hidden" name="integrationId" value=account.id.to_string()/>
            <Button kind=ButtonType::Submit size=ButtonSize::Small variant=ButtonVariant::Primary>
                "Reconnect"
                <VisuallyHidden>{format!(" {name}")}</VisuallyHidden>
            </Button>
        </Form>
    }
}

#[component]
fn RefreshNow(account: IntegrationView, name: String, refresh: FormState<RefreshIntegration>) -> impl IntoView {
    view! {
        // A failed sync changes the status of the account, too.
        <Form form=refresh refresh="integrations" refresh_always=true>
            <input type="hidden" name="id" value=account.id.to_string()/>
            <Button kind=ButtonType::Submit size=ButtonSize::Small busy="Refreshing…" attr:id=format!("refresh-{}", account.id)>
                "Refresh now"
                <VisuallyHidden>{format!(": {name}")}</VisuallyHidden>
            </Button>
        </Form>
    }
}
