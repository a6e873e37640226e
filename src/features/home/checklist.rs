use huntaze_domain::onboarding::Onboarding;
use leptos::prelude::*;

use super::css;
use crate::ui::{
    a11y::ScreenReaderOnly,
    card::{Card, CardBody, CardHeader},
};

/// What is left to do before there is something to see. Gone when all is done.
#[component]
pub fn Checklist(
    /// What is known of the creator. The address is verified: nobody signs in without.
    onboarding: Onboarding,
    /// Whether an account is connected.
    has_account: bool,
    /// Whether a figure is known.
    has_figures: bool,
) -> impl IntoView {
    let is_onboarded = onboarding.completed_at.is_some();
    let is_done = is_onboarded && has_account && has_figures;
    (!is_done).then(|| {
        view! {
            <Card>
                <CardHeader>
                    <h2>"Get started"</h2>
                </CardHeader>
                <CardBody>
                    <ul class=css::list>
                        <Item is_done=true>"Verify your e-mail"</Item>
                        <Item is_done=is_onboarded>
                            <a href=onboarding.page()>"Tell us what you create"</a>
                        </Item>
                        <Item is_done=has_account>
                            <a href="/integrations">"Connect an account"</a>
                        </Item>
                        <Item is_done=has_figures>"See your first figures"</Item>
                    </ul>
                </CardBody>
            </Card>
        }
    })
}

#[component]
fn Item(is_done: bool, children: Children) -> impl IntoView {
    view! {
        <li class=css::item data-done=is_done.to_string()>
            <span class=css::mark aria-hidden="true">{is_done.then_some("✓")}</span>
            <span>
                {children()}
                <ScreenReaderOnly>{if is_done { " (done)" } else { " (to do)" }}</ScreenReaderOnly>
            </span>
        </li>
    }
}
