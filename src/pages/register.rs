//! Registration page, `/register`.

use leptos::prelude::*;

use super::PageMeta;
use crate::features::auth::{AuthCard, RegisterForm};

/// `/register`: registration form.
#[component]
pub fn RegisterPage() -> impl IntoView {
    view! {
        <PageMeta title="Create your account" description="Create your Huntaze account: reach and money on one screen."/>
        <AuthCard
            title="Create your account"
            lead=|| view! { <p>"Reach and money on one screen."</p> }
            foot=|| view! { <p>"You have an account? " <a href="/login">"Sign in"</a></p> }
        >
            <RegisterForm/>
        </AuthCard>
    }
}
