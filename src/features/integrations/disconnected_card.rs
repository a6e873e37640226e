use huntaze_domain::{integrations::DisconnectedIntegration, page::Page, string_enum::StringEnum};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::integrations::ConnectIntegration,
    features::time::LocalTime,
    forms::{Form, FormState},
    ui::{
        a11y::VisuallyHidden,
        badge::{Badge, BadgeTone},
        button::{Button, ButtonLink, ButtonSize, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
    },
};

/// Card of a disconnected account whose data was kept, with actions that reconnect it or delete the data.
#[component]
pub(super) fn DisconnectedCard(
    account: DisconnectedIntegration,
    /// Whether accounts of its platform can be connected.
    is_available: bool,
    connect: FormState<ConnectIntegration>,
) -> impl IntoView {
    let platform = account.provider;
    let name = huntaze_texts::integrations::account(platform, &account.account_name);
    let name_again = name.clone();
    let reconnect = is_available.then(|| {
        let (id, name) = (account.id.to_string(), name.clone());
        view! {
            <Form form=connect>
                <input type="hidden" name="provider" value=platform.as_str()/>
                <input type="hidden" name="integrationId" value=id/>
                <Button kind=ButtonType::Submit size=ButtonSize::Small>
                    "Reconnect"
                    <VisuallyHidden>{format!(" {name}")}</VisuallyHidden>
                </Button>
            </Form>
        }
    });
    view! {
        <Card>
            <CardHeader>
                <p class=css::badges><Badge tone=BadgeTone::Neutral>"Disconnected"</Badge></p>
                <h2 class=css::title>
                    <span class=css::mark data-platform=platform.as_str() aria-hidden="true"></span>
                    {platform.text()}
                    " "
                    <span class=css::handle>{huntaze_texts::integrations::handle(&account.account_name)}</span>
                </h2>
                <p>"Its figures are kept. They do not count on your home page."</p>
                <p class=css::meta>"Since " <LocalTime time=account.disconnected_at/></p>
            </CardHeader>
            <CardBody>
                <div class=css::buttons>
                    {reconnect}
                    <ButtonLink href=Page::Integrations.link(&[("events", &account.id)]) size=ButtonSize::Small variant=ButtonVariant::Ghost>
                        "History"
                        <VisuallyHidden>{format!(" of {name_again}")}</VisuallyHidden>
                    </ButtonLink>
                    <ButtonLink href=Page::Integrations.link(&[("delete", &account.id)]) size=ButtonSize::Small variant=ButtonVariant::Ghost>
                        "Delete figures"
                        <VisuallyHidden>{format!(" of {name}")}</VisuallyHidden>
                    </ButtonLink>
                </div>
            </CardBody>
        </Card>
    }
}
