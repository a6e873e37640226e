//! Layout of all pages that require a session: header, navigation and assistant panel.

use huntaze_domain::{
    accounts::{CurrentUser, Role},
    page::Page,
};
use leptos::prelude::*;
use leptos_router::{
    components::{A, Outlet},
    hooks::use_location,
};

use super::{assistant::Panel, billing::Quota, page_end::PageEnd};
use crate::{
    api::{
        accounts::{Logout, get_current_user},
        ai::get_ai_status,
        billing::get_ai_quota,
    },
    forms::{Form, FormError, use_form},
    ui::{
        a11y::{MAIN_ID, SkipLink, VisuallyHidden},
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        logo::Logo,
    },
};

stylance::import_crate_style!(css, "src/features/shell/shell.module.css");

/// Header, navigation and assistant panel. The current page is rendered inside `<main>`.
#[component]
pub fn AppShell() -> impl IntoView {
    let has_panel = use_location().pathname.get_untracked() != Page::Assistant.path();
    view! {
        <SkipLink/>
        <header class=css::header>
            <div class=css::bar>
                <Logo href=Page::Home.path()/>
                <div class=css::account>
                    {Suspend::new(quota())}
                    {Suspend::new(async { get_current_user().await.ok().map(|user| view! { <Identity user/> }) })}
                    <SignOut/>
                </div>
            </div>
        </header>
        <div class=css::frame>
            <Navigation/>
            <main id=MAIN_ID tabindex="-1" class=css::main>
                <Outlet/>
            </main>
            {has_panel.then(|| view! { <Panel/> })}
        </div>
        <PageEnd/>
    }
}

/// The quota is an aside: if it cannot be loaded, the page is drawn without it.
async fn quota() -> Option<impl IntoView> {
    let is_available = get_ai_status().await.ok()?.is_available;
    let quota = if is_available { Some(get_ai_quota().await.ok()?) } else { None };
    Some(view! { <Quota quota/> })
}

/// Main navigation: a sidebar, or a bar at the bottom of the screen on phones.
#[component]
fn Navigation() -> impl IntoView {
    let pages = [
        (Page::Home.path(), "Home"),
        (Page::Analytics.path(), "Analytics"),
        (Page::Assistant.path(), "Assistant"),
        (Page::Content.path(), "Content"),
        (Page::Sales.path(), "Sales"),
        (Page::Integrations.path(), "Integrations"),
        (Page::Settings.path(), "Settings"),
    ];
    let link = |(href, label)| view! { <li><A href=href attr:class=css::page>{label}</A></li> };
    let admin = Suspend::new(async {
        let is_admin = get_current_user().await.is_ok_and(|user| user.role == Role::Admin);
        is_admin.then(|| view! { <li><A href=Page::AdminConnections.path() attr:class=css::page>"Admin"</A></li> })
    });
    view! {
        <nav class=css::nav aria-label="Pages">
            <ul class=css::pages>
                {pages.into_iter().map(link).collect_view()}
                {admin}
            </ul>
        </nav>
    }
}

#[component]
fn Identity(user: CurrentUser) -> impl IntoView {
    view! {
        <span class=css::identity data-part="identity">
            <span class=css::avatar aria-hidden="true">{user.initial()}</span>
            <VisuallyHidden>"Signed in as "</VisuallyHidden>
            <span class=css::name dir="auto">{user.display_name().to_owned()}</span>
        </span>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let form = use_form::<Logout>();
    view! {
        <FormError form/>
        <Form form class=css::sign_out>
            <Button kind=ButtonType::Submit variant=ButtonVariant::Ghost size=ButtonSize::Small>"Sign out"</Button>
        </Form>
    }
}
