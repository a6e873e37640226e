//! Sign-in page, `/login`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::features::accounts::{AuthCard, LoginForm, LoginReason};

/// `/login?next=&reason=`: sign-in form.
#[component]
pub fn LoginPage() -> impl IntoView {
    let query = use_query_map();
    let from_query = move |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    let (reason, next) = (LoginReason::parse(&from_query("reason")), from_query("next"));
    view! {
        <PageMeta title=Page::Login.text() description="Sign in to Huntaze."/>
        <AuthCard title="Sign in" foot=|| view! { <p>"New here? " <a href=Page::Register.path()>"Create your account"</a></p> }>
            <LoginForm reason next/>
        </AuthCard>
    }
}
