use std::time::Duration;

use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::{ForgotPassword, ResendVerification},
    forms::{Form, FormError, FormFunction, FormState, FormSuccess, SubmitButton, use_form},
    ui::button::{Button, ButtonType},
};

/// Cooldown between two mails; the same as on the server.
const PAUSE_SECONDS: u32 = 60;

/// Form that sends the verification mail again, at most once a minute.
#[component]
pub fn ResendForm(
    /// E-mail address to verify.
    email: String,
) -> impl IntoView {
    let form = use_form::<ResendVerification>(|call| call.input.subject().map(drop));
    let left = RwSignal::new(0_u32);
    Effect::new(move || {
        if form.action.value().with(|value| matches!(value, Some(Ok(_)))) {
            left.set(PAUSE_SECONDS);
        }
    });
    Effect::new(move || {
        if left.get() > 0 {
            set_timeout(
                move || {
                    left.try_update(|left| *left -= 1);
                },
                Duration::from_secs(1),
            );
        }
    });
    let is_pending = form.is_pending();
    let is_waiting = Signal::derive(move || left.get() > 0);
    view! {
        <FormError form/>
        <FormSuccess form text="If this address waits to be verified, a new mail is on its way."/>
        <Form form class=css::form>
            <input type="hidden" name="email" value=email/>
            <Button kind=ButtonType::Submit full=true loading=is_pending disabled=is_waiting>
                {move || match left.get() {
                    0 => "Send the mail again".to_owned(),
                    seconds => format!("Send again in {seconds} s"),
                }}
            </Button>
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
        let form = use_form::<ForgotPassword>(|_| Ok(()));
        view! { <NewLink form><Form form class=css::form><NewLinkFields form token/></Form></NewLink> }.into_any()
    } else {
        let form = use_form::<ResendVerification>(|_| Ok(()));
        view! { <NewLink form><Form form class=css::form><NewLinkFields form token/></Form></NewLink> }.into_any()
    }
}

#[component]
fn NewLink<F: FormFunction>(form: FormState<F>, children: Children) -> impl IntoView {
    view! {
        <FormError form/>
        <FormSuccess form text="A new link is on its way to your mailbox."/>
        {children()}
    }
}

#[component]
fn NewLinkFields<F: FormFunction>(form: FormState<F>, token: String) -> impl IntoView {
    view! {
        <input type="hidden" name="token" value=token/>
        <SubmitButton form label="Send a new link" busy="Sending…"/>
    }
}
