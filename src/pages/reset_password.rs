//! Page that sets a new password, `/reset-password`.

use huntaze_domain::{
    accounts::{EmailTokenState, StatusView},
    error::ErrorCode,
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::accounts::check_reset,
    error::ApiError,
    features::accounts::{AuthCard, ResetPasswordForm, SendNewLinkForm},
    ui::{
        alert::{Alert, AlertTone},
        button::{ButtonLink, ButtonVariant},
    },
};

/// `/reset-password?token=`: target of the mailed link.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let query = use_query_map();
    let token = query.with_untracked(|query| query.get("token")).unwrap_or_default();
    let content = Suspend::new(async move { link_view(check_reset(token.clone()).await, token) });
    view! {
        <PageMeta title=Page::ResetPassword.text() description="Choose a new password."/>
        <AuthCard title="Reset your password" foot=|| view! { <p><a href=Page::Login.path()>"Back to sign in"</a></p> }>
            {content}
        </AuthCard>
    }
}

fn link_view(state: Result<StatusView<EmailTokenState>, ApiError>, token: String) -> AnyView {
    match state {
        Ok(_) => view! { <ResetPasswordForm token/> }.into_any(),
        Err(error) if error.code == ErrorCode::Gone => view! {
            <Alert tone=AlertTone::Danger>"This link has expired: it works once, for one hour."</Alert>
            <SendNewLinkForm token is_reset=true/>
        }
        .into_any(),
        Err(error) => view! {
            <Alert tone=AlertTone::Danger>{error.message}</Alert>
            <ButtonLink href=Page::ForgotPassword.path() variant=ButtonVariant::Primary full=true>"Ask for a new link"</ButtonLink>
        }
        .into_any(),
    }
}
