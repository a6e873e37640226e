use leptos::{prelude::*, server_fn::ServerFn};

use super::css;
use crate::{
    api::accounts::{ForgotPassword, ResendVerification},
    forms::{Form, FormError, FormState, FormSuccess, SubmitButton, use_form},
    islands::Cooldown,
    ui::button::{Button, ButtonType},
};

/// Cooldown between two mails; the same as on the server.
const PAUSE_SECONDS: u32 = 60;

/// Form that sends the verification mail again, at most once a minute.
#[component]
pub fn ResendForm(
    /// E-mail address to verify.
    email: String,
    /// DOM id of the field with the address, if it may be typed after the page was drawn.
    #[prop(optional)]
    email_field: Option<&'static str>,
) -> impl IntoView {
    let form = use_form::<ResendVerification>();
    view! {
        <FormError form/>
        <FormSuccess form text="If this address waits to be verified, a new mail is on its way."/>
        <Form form class=css::form>
            <input type="hidden" name="email" value=email data-value-of=email_field/>
            <Cooldown seconds=PAUSE_SECONDS><Button kind=ButtonType::Submit full=true>"Send the mail again"</Button></Cooldown>
        </Form>
    }
}

/// Button that requests a new link in place of an expired one.
#[component]
pub fn SendNewLinkForm(
    /// Token of the expired link.
    token: String,
    /// Whether the link was for a password reset; otherwise it was for e-mail verification.
    is_reset: bool,
) -> impl IntoView {
    if is_reset {
        let form = use_form::<ForgotPassword>();
        view! { <NewLink form token/> }.into_any()
    } else {
        let form = use_form::<ResendVerification>();
        view! { <NewLink form token/> }.into_any()
    }
}

#[component]
fn NewLink<F: ServerFn>(form: FormState<F>, token: String) -> impl IntoView {
    view! {
        <FormError form/>
        <FormSuccess form text="A new link is on its way to your mailbox."/>
        <Form form class=css::form once=true>
            <input type="hidden" name="token" value=token/>
            <SubmitButton label="Send a new link" busy="Sending…"/>
        </Form>
    }
}
