//! E-mail verification page, `/verify-email`.

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
    api::accounts::{ResendVerification, check_verification, get_pending_email},
    error::ApiError,
    features::accounts::{AuthCard, ResendForm, SendNewLinkForm, VerifyForm},
    forms::{FormError, FormSuccess, use_form},
    ui::{
        alert::{Alert, AlertTone},
        button::{ButtonLink, ButtonVariant},
    },
};

/// `/verify-email`: "check your mail" after registration; with `?token=`, the target of the mailed link.
#[component]
pub fn VerifyEmailPage() -> impl IntoView {
    let query = use_query_map();
    let token = query.with_untracked(|query| query.get("token")).unwrap_or_default();
    view! {
        <PageMeta title=Page::VerifyEmail.text() description="Confirm that this address is yours."/>
        <AuthCard title="Verify your e-mail">
            {if token.is_empty() { view! { <CheckYourMail/> }.into_any() } else { view! { <FollowedLink token/> }.into_any() }}
        </AuthCard>
    }
}

#[component]
fn CheckYourMail() -> impl IntoView {
    Suspend::new(async {
        match get_pending_email().await {
            Ok(StatusView { status: email }) if !email.is_empty() => view! { <MailSent email/> }.into_any(),
            _ => view! { <NothingSent/> }.into_any(),
        }
    })
}

#[component]
fn MailSent(email: String) -> impl IntoView {
    view! {
        <h2>"Check your e-mail"</h2>
        <p>"We have sent a link to " <strong>{email.clone()}</strong> ". It is valid for 24 hours."</p>
        <ResendForm email/>
        <p><a href=Page::Register.path()>"Wrong address?"</a></p>
    }
}

#[component]
fn NothingSent() -> impl IntoView {
    // Without JavaScript, the outcome of a request for a new link is shown on this page.
    let form = use_form::<ResendVerification>();
    view! {
        <FormError form/>
        <FormSuccess form text="A new link is on its way to your mailbox."/>
        <p>"Open the link in the mail that we sent you. It is valid for 24 hours."</p>
        <p>"No mail? Sign in with your e-mail and password, and we will offer to send it again."</p>
        <ButtonLink href=Page::Login.path() variant=ButtonVariant::Primary full=true>"Sign in"</ButtonLink>
    }
}

#[component]
fn FollowedLink(token: String) -> impl IntoView {
    Suspend::new(async move { link_view(check_verification(token.clone()).await, token) })
}

fn link_view(state: Result<StatusView<EmailTokenState>, ApiError>, token: String) -> AnyView {
    match state {
        Ok(StatusView { status: EmailTokenState::Valid }) => view! {
            <p>"One click, and you can sign in."</p>
            <VerifyForm token/>
        }
        .into_any(),
        Ok(StatusView { status: EmailTokenState::AlreadyUsed }) => view! {
            <Alert tone=AlertTone::Success>"Your e-mail is already verified."</Alert>
            <ButtonLink href=Page::Login.path() variant=ButtonVariant::Primary full=true>"Sign in"</ButtonLink>
        }
        .into_any(),
        Err(error) if error.code == ErrorCode::Gone => view! {
            <Alert tone=AlertTone::Danger>"This link has expired: it was valid for 24 hours."</Alert>
            <SendNewLinkForm token is_reset=false/>
        }
        .into_any(),
        Err(error) => view! {
            <Alert tone=AlertTone::Danger>{error.message}</Alert>
            <ButtonLink href=Page::Login.path() full=true>"Sign in"</ButtonLink>
        }
        .into_any(),
    }
}
