use huntaze_domain::{onboarding::Onboarding, page::Page};
use leptos::prelude::*;

use super::css;
use crate::ui::{
    a11y::VisuallyHidden,
    card::{Card, CardBody, CardHeader},
};

/// Setup steps that remain before figures are shown. Not rendered once all are done.
#[component]
pub fn Checklist(
    /// Onboarding state. E-mail verification is always done, because sign-in requires it.
    onboarding: Onboarding,
    /// Whether an account is connected.
    has_account: bool,
    /// Whether at least one figure is known.
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
                            <a href=onboarding.page().path()>"Tell us what you create"</a>
                        </Item>
                        <Item is_done=has_account>
                            <a href=Page::Integrations.path()>"Connect an account"</a>
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
                <VisuallyHidden>{if is_done { " (done)" } else { " (to do)" }}</VisuallyHidden>
            </span>
        </li>
    }
}
