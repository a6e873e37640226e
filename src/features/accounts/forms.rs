use huntaze_domain::{
    accounts::{EMAIL_RULES, NEW_PASSWORD_RULES, PASSWORD_RULES},
    error::ErrorCode,
    page::Page,
};
use leptos::prelude::*;

use super::{StrengthMeter, css, resend::ResendForm};
use crate::{
    api::accounts::{ForgotPassword, Login, Register, ResetPassword, VerifyEmail},
    forms::{Form, FormError, FormSuccess, SubmitButton, rules, use_form},
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
    let form = use_form::<Login>();
    let next = if next.is_empty() { form.value_of("next") } else { next };
    let reason = reason.filter(|_| !form.was_sent());
    let email = form.value_of("email");
    view! {
        {reason.map(|reason| view! { <div data-until-error=""><Alert tone=reason.tone()>{reason.sentence()}</Alert></div> })}
        <FormError form/>
        <div data-error-code="email_not_verified" hidden={!form.has_error(ErrorCode::EmailNotVerified)}>
            <ResendForm email=email.clone() email_field="field-email"/>
        </div>
        <Form form class=css::form>
            <input type="hidden" name="next" value=next/>
            <Field name="email" label="E-mail" rules=rules(EMAIL_RULES) error=form.error_of("email")>
                <Input kind=InputType::Email autocomplete="username" value=email/>
            </Field>
            <Field name="password" label="Password" rules=rules(PASSWORD_RULES) error=form.error_of("password")>
                <Input kind=InputType::Password autocomplete="current-password"/>
            </Field>
            <div class=css::row>
                <Checkbox name="rememberMe" checked={!form.value_of("rememberMe").is_empty()}>"Remember me for 30 days"</Checkbox>
                <a href=Page::ForgotPassword.path() class=css::link>"Forgot your password?"</a>
            </div>
            <SubmitButton label="Sign in" busy="Signing in…"/>
        </Form>
    }
}

/// Registration form.
#[component]
pub fn RegisterForm() -> impl IntoView {
    let form = use_form::<Register>();
    view! {
        <FormError form/>
        <Form form class=css::form>
            <Field name="email" label="E-mail" rules=rules(EMAIL_RULES) error=form.error_of("email")>
                <Input kind=InputType::Email autocomplete="username" value=form.value_of("email")/>
            </Field>
            <Field name="password" label="Password" hint=PASSWORD_HINT rules=rules(NEW_PASSWORD_RULES) error=form.error_of("password")>
                <Input kind=InputType::Password autocomplete="new-password"/>
            </Field>
            <StrengthMeter/>
            <SubmitButton label="Create account" busy="Creating your account…"/>
        </Form>
    }
}

/// Form that verifies an e-mail address. The link alone does not verify it, because mail clients prefetch links.
#[component]
pub fn VerifyForm(
    /// Token from the mailed link.
    token: String,
) -> impl IntoView {
    let form = use_form::<VerifyEmail>();
    view! {
        <FormError form/>
        <Form form class=css::form>
            <input type="hidden" name="token" value=token/>
            <SubmitButton label="Verify e-mail" busy="Verifying…"/>
        </Form>
    }
}

/// Form that requests a password reset link.
#[component]
pub fn ForgotPasswordForm() -> impl IntoView {
    let form = use_form::<ForgotPassword>();
    let fields = (!form.is_done()).then(|| {
        view! {
            <Form form class=css::form once=true>
                <Field name="email" label="E-mail" rules=rules(EMAIL_RULES) error=form.error_of("email")>
                    <Input kind=InputType::Email autocomplete="username" value=form.value_of("email")/>
                </Field>
                <SubmitButton label="Send the link" busy="Sending…"/>
            </Form>
        }
    });
    view! {
        <FormError form/>
        <FormSuccess form text="If an account exists, a mail is on its way. Its link is valid for one hour."/>
        {fields}
    }
}

/// Form that sets a new password.
#[component]
pub fn ResetPasswordForm(
    /// Token from the mailed link.
    token: String,
) -> impl IntoView {
    let form = use_form::<ResetPassword>();
    view! {
        <FormError form/>
        <Form form class=css::form>
            <input type="hidden" name="token" value=token/>
            <Field name="password" label="New password" hint=PASSWORD_HINT rules=rules(NEW_PASSWORD_RULES) error=form.error_of("password")>
                <Input kind=InputType::Password autocomplete="new-password"/>
            </Field>
            <StrengthMeter/>
            <SubmitButton label="Change password" busy="Changing…"/>
        </Form>
    }
}
