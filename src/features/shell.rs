//! What surrounds every page after signing in.

use leptos::prelude::*;
use leptos_router::components::Outlet;

use crate::{
    api::auth::{Logout, get_current_user},
    domain::account::CurrentUser,
    error::ApiError,
    hooks::form::{Form, use_form},
    ui::{
        a11y::{MAIN_ID, ScreenReaderOnly, SkipLink},
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        logo::Logo,
        skeleton::Skeleton,
    },
};

stylance::import_crate_style!(css, "src/features/shell/shell.module.css");

/// Who is signed in: loaded once by the shell, for all its pages.
pub type UserResource = Resource<Result<CurrentUser, ApiError>>;

/// Header and content. Pages stand in its `<main>`.
#[component]
pub fn AppShell() -> impl IntoView {
    let user: UserResource = Resource::new(|| (), |()| get_current_user());
    provide_context(user);
    view! {
        <SkipLink/>
        <header class=css::header>
            <div class=css::bar>
                <Logo href="/home"/>
                <div class=css::account>
                    <Suspense fallback=|| view! { <Skeleton label="Loading your account" lines=1/> }>
                        {move || Suspend::new(async move { user.await.ok().map(|user| view! { <Identity user/> }) })}
                    </Suspense>
                    <SignOut/>
                </div>
            </div>
        </header>
        <main id=MAIN_ID tabindex="-1" class=css::main>
            <Outlet/>
        </main>
    }
}

#[component]
fn Identity(user: CurrentUser) -> impl IntoView {
    view! {
        <span class=css::identity>
            <span class=css::avatar aria-hidden="true">{user.initial()}</span>
            <ScreenReaderOnly>"Signed in as "</ScreenReaderOnly>
            <span class=css::name>{user.display_name().to_owned()}</span>
        </span>
    }
}

#[component]
fn SignOut() -> impl IntoView {
    let form = use_form::<Logout>(|_| Ok(()));
    view! {
        <Form form class=css::sign_out>
            <Button kind=ButtonType::Submit variant=ButtonVariant::Ghost size=ButtonSize::Small loading=form.is_pending()>"Sign out"</Button>
        </Form>
    }
}
