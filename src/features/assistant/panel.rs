use huntaze_domain::page::Page;
use leptos::prelude::*;

use crate::{
    islands::AssistantPanel,
    ui::{
        button::{Button, ButtonLink, ButtonSize, ButtonVariant},
        skeleton::Skeleton,
    },
};

stylance::import_crate_style!(css, "src/features/assistant/panel.module.css");

/// Assistant beside every page but its own. Hidden until its island shows it.
#[component]
pub fn Panel() -> impl IntoView {
    view! {
        <AssistantPanel>
            <div class=css::toggle data-slot="assistant-toggle" hidden=true>
                <button type="button" class=css::open data-panel="open" aria-expanded="false">"Ask the assistant"</button>
            </div>
            <aside id="assistant-panel" tabindex="-1" class=css::panel aria-label="Assistant" data-slot="assistant-panel" hidden=true>
                <div class=css::panel_head>
                    <h2>"Assistant"</h2>
                    <div class=css::buttons>
                        <ButtonLink href=Page::Assistant.path() size=ButtonSize::Small variant=ButtonVariant::Ghost attr:data-panel="page">"Open as page"</ButtonLink>
                        <Button size=ButtonSize::Small variant=ButtonVariant::Ghost attr:data-panel="new">"New"</Button>
                        <Button size=ButtonSize::Small variant=ButtonVariant::Ghost attr:data-panel="close">"Close"</Button>
                    </div>
                </div>
                <div data-slot="panel-body"><Skeleton label="Loading the assistant"/></div>
            </aside>
        </AssistantPanel>
    }
}
