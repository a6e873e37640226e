use huntaze_domain::page::Page;
use leptos::prelude::*;

use super::css;
use crate::{
    features::page_end::PageEnd,
    ui::{
        a11y::{MAIN_ID, SkipLink},
        card::{Card, CardBody, CardHeader},
        logo::Logo,
    },
};

/// Layout of the pages before sign-in: logo and a card with the title.
#[component]
pub fn AuthCard(
    /// Text of the only `h1` of the page.
    title: &'static str,
    /// Introduction below the title.
    #[prop(optional, into)]
    lead: ViewFn,
    /// Content below the card, e.g. a link to registration.
    #[prop(optional, into)]
    foot: ViewFn,
    /// The content of the card.
    children: Children,
) -> impl IntoView {
    view! {
        <SkipLink/>
        <main id=MAIN_ID tabindex="-1" class=css::page>
            <div class=css::column>
                <Logo href=Page::Beta.path()/>
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
        <PageEnd/>
    }
}
