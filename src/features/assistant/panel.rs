use huntaze_domain::{
    ai::AiStatus,
    page::{Page, conversation_page},
};
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;
use web_sys::KeyboardEvent;

use super::{ComposerPanel, Transcript, css};
use crate::{
    features::{ai::SetupNotice, assistant::chat::use_chat},
    hooks::document::{focus_id, use_hydrated},
    ui::button::{Button, ButtonLink, ButtonSize, ButtonVariant},
};

const FIELD: &str = "panel-message";
const OPENER: &str = "assistant-opener";
const PANEL: &str = "assistant-panel";

/// Assistant panel beside every page except `/assistant`. The conversation is kept across client-side navigation.
#[component]
pub fn AssistantPanel(
    /// Status of the AI configuration; the panel shows a notice if AI is not available.
    setup: AiStatus,
) -> impl IntoView {
    let chat = use_chat(FIELD);
    let is_hydrated = use_hydrated();
    let is_open = RwSignal::new(false);
    // The content is rendered when the panel is first opened, and kept afterwards.
    let was_opened = RwSignal::new(false);
    let panel = NodeRef::<html::Aside>::new();
    let path = use_location().pathname;
    let is_elsewhere = Memo::new(move |_| path.get() != Page::Assistant.path());
    // Close on navigation, because on phones the panel would cover the new page.
    Effect::new(move || {
        path.track();
        is_open.set(false);
    });
    let can_ask = setup.is_available;
    let open = move || {
        was_opened.set(true);
        is_open.set(true);
        chat.refetch_if_idle();
        if can_ask {
            chat.focus();
        } else {
            request_animation_frame(|| focus_id(PANEL));
        }
    };
    let close = move || {
        is_open.set(false);
        request_animation_frame(|| focus_id(OPENER));
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    };
    let conversation_id = chat.id_text();
    let page = move || conversation_id.with(|id| if id.is_empty() { Page::Assistant.path().to_owned() } else { conversation_page(id) });
    view! {
        <div class=css::toggle hidden=move || !is_hydrated.get() || is_open.get() || !is_elsewhere.get()>
            <button type="button" id=OPENER class=css::open on:click=move |_| open() aria-expanded="false">"Ask the assistant"</button>
        </div>
        <aside
            node_ref=panel
            id=PANEL
            tabindex="-1"
            class=css::panel
            aria-label="Assistant"
            hidden=move || !is_open.get() || !is_elsewhere.get()
            on:keydown=on_key
        >
            <div class=css::panel_head>
                <h2>"Assistant"</h2>
                <div class=css::buttons>
                    {move || view! { <ButtonLink href=page() size=ButtonSize::Small variant=ButtonVariant::Ghost>"Open as page"</ButtonLink> }}
                    <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| chat.clear()>"New"</Button>
                    <Button size=ButtonSize::Small variant=ButtonVariant::Ghost on:click=move |_| close()>"Close"</Button>
                </div>
            </div>
            {move || {
                was_opened.get().then(|| {
                    if can_ask {
                        view! {
                            <Transcript chat/>
                            <ComposerPanel chat conversation_id field_id=FIELD/>
                        }
                        .into_any()
                    } else {
                        view! { <SetupNotice setup=setup.clone()/> }.into_any()
                    }
                })
            }}
        </aside>
    }
}
