//! Registration page, `/register`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::features::accounts::{AuthCard, RegisterForm};

/// `/register`: registration form.
#[component]
pub fn RegisterPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::Register.text() description="Create your Huntaze account: reach and money on one screen."/>
        <AuthCard
            title="Create your account"
            lead=|| view! { <p>"Reach and money on one screen."</p> }
            foot=|| view! { <p>"You have an account? " <a href=Page::Login.path()>"Sign in"</a></p> }
        >
            <RegisterForm/>
        </AuthCard>
    }
}
