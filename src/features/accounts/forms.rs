use huntaze_domain::{error::ErrorCode, page::Page, validation};
use leptos::prelude::*;

use super::{PasswordStrengthMeter, css, resend::ResendForm};
use crate::{
    api::accounts::{ForgotPassword, Login, Register, ResetPassword, VerifyEmail},
    forms::{Form, FormError, SubmitButton, use_form},
    ui::{
        alert::{Alert, AlertTone},
        checkbox::Checkbox,
        field::Field,
        input::{Input, InputType},
    },
};

/// Hint of the fields for a new password.
pub const PASSWORD_HINT: &str = "At least 8 characters. A few unrelated words work well.";

/// Reason why the sign-in page is shown. A closed list, so that a URL cannot put arbitrary text on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginReason {
    /// The session has ended.
    Ended,
    /// The e-mail address has just been verified.
    Verified,
    /// The password has just been changed.
    PasswordChanged,
    /// The user has signed out.
    SignedOut,
    /// The account has just been deleted.
    Deleted,
}

impl LoginReason {
    /// Parses the query parameter `reason`; returns `None` for unknown values.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "ended" => Some(Self::Ended),
            "verified" => Some(Self::Verified),
            "password-changed" => Some(Self::PasswordChanged),
            "signed-out" => Some(Self::SignedOut),
            "deleted" => Some(Self::Deleted),
            _ => None,
        }
    }

    const fn tone(self) -> AlertTone {
        match self {
            Self::Ended | Self::SignedOut | Self::Deleted => AlertTone::Info,
            Self::Verified | Self::PasswordChanged => AlertTone::Success,
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Ended => "Your session has ended. Sign in again.",
            Self::Verified => "Your e-mail is verified. Sign in.",
            Self::PasswordChanged => "Your password was changed. Sign in with the new one.",
            Self::SignedOut => "You are signed out.",
            Self::Deleted => "Your account was deleted.",
        }
    }
}

/// Sign-in form.
#[component]
pub fn LoginForm(
    /// Reason why the page is shown; `None` if the user opened it directly.
    reason: Option<LoginReason>,
    /// Path to continue to after sign-in; empty for the default.
    next: String,
) -> impl IntoView {
    let form = use_form::<Login>(|call| validation::validate(&call.input));
    let email = RwSignal::new(form.value_of("email"));
    let next = if next.is_empty() { form.value_of("next") } else { next };
    let is_unverified = move || form.form_error.with(|error| error.as_ref().is_some_and(|error| error.code == ErrorCode::EmailNotVerified));
    view! {
        {move || {
            reason
                .filter(|_| form.form_error.with(Option::is_none))
                .map(|reason| view! { <Alert tone=reason.tone()>{reason.sentence()}</Alert> })
        }}
        <FormError form/>
        {move || is_unverified().then(|| view! { <ResendForm email=email.get_untracked()/> })}
        <Form form class=css::form>
            <input type="hidden" name="next" value=next/>
            <Field name="email" label="E-mail" error=form.error_of("email")>
                <Input kind=InputType::Email autocomplete="username" value=form.value_of("email") on_input=move |text| email.set(text)/>
            </Field>
            <Field name="password" label="Password" error=form.error_of("password")>
                <Input kind=InputType::Password autocomplete="current-password"/>
            </Field>
            <div class=css::row>
                <Checkbox name="rememberMe" checked={!form.value_of("rememberMe").is_empty()}>"Remember me for 30 days"</Checkbox>
                <a href=Page::ForgotPassword.path() class=css::link>"Forgot your password?"</a>
            </div>
            <SubmitButton form label="Sign in" busy="Signing in…"/>
        </Form>
    }
}

/// Registration form.
#[component]
pub fn RegisterForm() -> impl IntoView {
    let form = use_form::<Register>(|call| validation::validate(&call.input));
    let (email, password) = (RwSignal::new(form.value_of("email")), RwSignal::new(String::new()));
    view! {
        <FormError form/>
        <Form form class=css::form>
            <Field name="email" label="E-mail" error=form.error_of("email")>
                <Input kind=InputType::Email autocomplete="username" value=form.value_of("email") on_input=move |text| email.set(text)/>
            </Field>
            <Field name="password" label="Password" hint=PASSWORD_HINT error=form.error_of("password")>
                <Input kind=InputType::Password autocomplete="new-password" on_input=move |text| password.set(text)/>
            </Field>
            <PasswordStrengthMeter password email/>
            <SubmitButton form label="Create account" busy="Creating your account…"/>
        </Form>
    }
}

/// Form that verifies an e-mail address. The link alone does not verify it, because mail clients prefetch links.
#[component]
pub fn VerifyForm(
    /// Token from the mailed link.
    token: String,
) -> impl IntoView {
    let form = use_form::<VerifyEmail>(|_| Ok(()));
    view! {
        <FormError form/>
        <Form form class=css::form>
            <input type="hidden" name="token" value=token/>
            <SubmitButton form label="Verify e-mail" busy="Verifying…"/>
        </Form>
    }
}

/// Form that requests a password reset link.
#[component]
pub fn ForgotPasswordForm() -> impl IntoView {
    let form = use_form::<ForgotPassword>(|call| call.input.subject().map(drop));
    view! {
        <Show
            when=move || form.is_done.get()
            fallback=move || {
                view! {
                    <FormError form/>
                    <Form form class=css::form>
                        <Field name="email" label="E-mail" error=form.error_of("email")>
                            <Input kind=InputType::Email autocomplete="username" value=form.value_of("email")/>
                        </Field>
                        <SubmitButton form label="Send the link" busy="Sending…"/>
                    </Form>
                }
            }
        >
            <Alert tone=AlertTone::Success>"If an account exists, a mail is on its way. Its link is valid for one hour."</Alert>
        </Show>
    }
}

/// Form that sets a new password.
#[component]
pub fn ResetPasswordForm(
    /// Token from the mailed link.
    token: String,
) -> impl IntoView {
    let form = use_form::<ResetPassword>(|call| validation::validate(&call.input));
    let password = RwSignal::new(String::new());
    view! {
        <FormError form/>
        <Form form class=css::form>
            <input type="hidden" name="token" value=token/>
            <Field name="password" label="New password" hint=PASSWORD_HINT error=form.error_of("password")>
                <Input kind=InputType::Password autocomplete="new-password" on_input=move |text| password.set(text)/>
            </Field>
            <PasswordStrengthMeter password email=RwSignal::new(String::new())/>
            <SubmitButton form label="Change password" busy="Changing…"/>
        </Form>
    }
}
