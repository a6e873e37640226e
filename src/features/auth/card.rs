use leptos::prelude::*;

use super::css;
use crate::ui::{
    a11y::{MAIN_ID, SkipLink},
    card::{Card, CardBody, CardHeader},
    logo::Logo,
};

/// The frame of every page before signing in: logo, title, one card.
#[component]
pub fn AuthCard(
    /// The page's one `h1`.
    title: &'static str,
    /// What it is for.
    #[prop(optional, into)]
    lead: ViewFn,
    /// Below the card: the other way.
    #[prop(optional, into)]
    foot: ViewFn,
    /// The content of the card.
    children: Children,
) -> impl IntoView {
    view! {
        <SkipLink/>
        <main id=MAIN_ID tabindex="-1" class=css::page>
            <div class=css::column>
                <Logo href="/beta"/>
                <Card>
                    <CardHeader>
                        <h1>{title}</h1>
                        {lead.run()}
                    </CardHeader>
                    <CardBody>{children()}</CardBody>
                </Card>
                <div class=css::foot>{foot.run()}</div>
            </div>
        </main>
    }
}
