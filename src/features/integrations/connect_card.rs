use huntaze_domain::{integrations::ProviderView, page::Page, platform::Platform, string_enum::StringEnum};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{SandboxBadge, css};
use crate::{
    api::integrations::ConnectIntegration,
    forms::{Form, FormState},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonLink, ButtonSize, ButtonType},
        card::{Card, CardBody, CardHeader},
    },
};

/// Card of a platform, with the form that connects its first or a further account.
#[component]
pub(super) fn ConnectCard(
    provider: ProviderView,
    /// Whether an account of this platform is already connected.
    has_account: bool,
    /// Whether the user is an admin, who gets a link to the diagnostics of a platform that is not configured.
    is_admin: bool,
    connect: FormState<ConnectIntegration>,
) -> impl IntoView {
    let platform = provider.provider;
    let offer = if platform == Platform::Onlyfans {
        view! { <ButtonLink href=Page::Earnings.path() size=ButtonSize::Small>"Import earnings" <VisuallyHidden>" of OnlyFans"</VisuallyHidden></ButtonLink> }.into_any()
    } else if provider.is_available {
        let label = if has_account { "Connect another" } else { "Connect" };
        view! {
            <Form form=connect>
                <input type="hidden" name="provider" value=platform.as_str()/>
                <Button kind=ButtonType::Submit size=ButtonSize::Small>
                    {label}
                    <VisuallyHidden>{format!(" {} account", platform.text())}</VisuallyHidden>
                </Button>
            </Form>
        }
        .into_any()
    } else if is_admin {
        view! { <p class=css::meta>"Not configured. " <a href=Page::AdminConnections.path()>"What is missing"</a></p> }.into_any()
    } else {
        view! { <p class=css::meta>"Not available yet"</p> }.into_any()
    };
    view! {
        <Card>
            <CardHeader>
                {provider.is_sandbox.then(|| view! { <p class=css::badges><SandboxBadge/></p> })}
                <h2 class=css::title>
                    <span class=css::mark data-platform=platform.as_str() aria-hidden="true"></span>
                    {platform.text()}
                </h2>
                <p>{if has_account { "All accounts add up on your home page." } else { description(platform) }}</p>
            </CardHeader>
            <CardBody>{offer}</CardBody>
        </Card>
    }
}

const fn description(platform: Platform) -> &'static str {
    match platform {
        Platform::Instagram => "Followers, views and engagement of a professional account.",
        Platform::Tiktok => "Followers and views of your videos.",
        Platform::Reddit => "Followers of your profile, and how your posts do.",
        Platform::Youtube => "Subscribers, views and videos of a channel.",
        Platform::X => "Followers, impressions and engagement.",
        Platform::Onlyfans => "Earnings, imported from your statements. Never with your password.",
    }
}
