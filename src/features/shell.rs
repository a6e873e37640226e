//! Layout of all pages that require a session: header, navigation and assistant panel.

use huntaze_domain::{
    accounts::{CurrentUser, Role},
    error::ErrorCode,
    page::{Page, login_page},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    components::{A, Outlet},
    hooks::{use_location, use_navigate},
};

use super::{assistant::AssistantPanel, billing::QuotaIndicator};
use crate::{
    api::{
        accounts::{Logout, get_current_user},
        ai::get_ai_status,
    },
    error::ApiError,
    forms::{Form, FormError, use_form},
    ui::{
        a11y::{MAIN_ID, SkipLink, VisuallyHidden},
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        logo::Logo,
        skeleton::Skeleton,
    },
};

stylance::import_crate_style!(css, "src/features/shell/shell.module.css");

/// Current user; loaded once by the shell and shared with its pages as context.
pub type UserResource = Resource<Result<CurrentUser, ApiError>>;

/// Header, navigation and assistant panel. The current page is rendered inside `<main>`.
#[component]
pub fn AppShell() -> impl IntoView {
    let user: UserResource = Resource::new(|| (), |()| get_current_user());
    provide_context(user);
    let setup = Resource::new(|| (), |()| get_ai_status());
    redirect_on_session_end(user);
    view! {
        <SkipLink/>
        <header class=css::header>
            <div class=css::bar>
                <Logo href=Page::Home.path()/>
                <div class=css::account>
                    <QuotaIndicator/>
                    <Suspense fallback=|| view! { <Skeleton label="Loading your account" lines=1/> }>
                        {move || Suspend::new(async move { user.await.ok().map(|user| view! { <Identity user/> }) })}
                    </Suspense>
                    <SignOut/>
                </div>
            </div>
        </header>
        <div class=css::frame>
            <Navigation/>
            <main id=MAIN_ID tabindex="-1" class=css::main>
                <Outlet/>
            </main>
            <Transition>
                {move || Suspend::new(async move { setup.await.ok().map(|setup| view! { <AssistantPanel setup/> }) })}
            </Transition>
        </div>
    }
}

/// Main navigation: a sidebar, or a bar at the bottom of the screen on phones.
#[component]
fn Navigation() -> impl IntoView {
    let user = expect_context::<UserResource>();
    let pages = [
        (Page::Home.path(), "Home"),
        (Page::Analytics.path(), "Analytics"),
        (Page::Assistant.path(), "Assistant"),
        (Page::Content.path(), "Content"),
        (Page::Sales.path(), "Sales"),
        (Page::Integrations.path(), "Integrations"),
        (Page::Settings.path(), "Settings"),
    ];
    view! {
        <nav class=css::nav aria-label="Pages">
            <ul class=css::pages>
                {pages
                    .into_iter()
                    .map(|(href, label)| view! { <li><A href=href attr:class=css::page>{label}</A></li> })
                    .collect_view()}
                <Suspense>
                    {move || Suspend::new(async move {
                        let is_admin = user.await.is_ok_and(|user| user.role == Role::Admin);
                        is_admin.then(|| view! { <li><A href=Page::AdminConnections.path() attr:class=css::page>"Admin"</A></li> })
                    })}
                </Suspense>
            </ul>
        </nav>
    }
}

/// Redirects to the sign-in page when the session ends while a page is open. Requests without a session are redirected by the server.
fn redirect_on_session_end(user: UserResource) {
    let navigate = use_navigate();
    let location = use_location();
    Effect::new(move || {
        let has_ended = user.with(|user| matches!(user, Some(Err(error)) if error.code == ErrorCode::Unauthenticated));
        if has_ended {
            navigate(&login_page(&location.pathname.get_untracked(), true), NavigateOptions::default());
        }
    });
}

#[component]
fn Identity(user: CurrentUser) -> impl IntoView {
    view! {
        <span class=css::identity>
            <span class=css::avatar aria-hidden="true">{user.initial()}</span>
            <VisuallyHidden>"Signed in as "</VisuallyHidden>
            <span class=css::name>{user.display_name().to_owned()}</span>
        </span>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let form = use_form::<Logout>(|_| Ok(()));
    view! {
        <FormError form/>
        <Form form class=css::sign_out>
            <Button kind=ButtonType::Submit variant=ButtonVariant::Ghost size=ButtonSize::Small loading=form.is_pending()>"Sign out"</Button>
        </Form>
    }
}
