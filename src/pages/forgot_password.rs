//! Page that requests a password reset link, `/forgot-password`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::features::accounts::{AuthCard, ForgotPasswordForm};

/// `/forgot-password`: requests a password reset link.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    view! {
        <PageMeta title=Page::ForgotPassword.text() description="Ask for a link to choose a new password."/>
        <AuthCard
            title="Reset your password"
            lead=|| view! { <p>"We will mail you a link to choose a new one."</p> }
            foot=|| view! { <p><a href=Page::Login.path()>"Back to sign in"</a></p> }
        >
            <ForgotPasswordForm/>
        </AuthCard>
    }
}
