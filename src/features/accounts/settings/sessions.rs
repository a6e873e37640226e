use huntaze_domain::accounts::settings::SessionView;
use huntaze_texts as texts;
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::{RevokeSession, list_sessions},
    features::{load_error::LoadError, time::LocalTime},
    forms::{Form, FormError, FormState, FormSuccess, use_form},
    ui::{
        badge::{Badge, BadgeTone},
        button::{Button, ButtonSize, ButtonType},
        card::{Card, CardBody, CardHeader},
    },
};

/// Active sessions of the user; all but the current one have a button that revokes them.
#[component]
pub fn SessionsSection() -> impl IntoView {
    let form = use_form::<RevokeSession>();
    let sessions = Suspend::new(async move {
        match list_sessions().await {
            Ok(sessions) => view! {
                <ul class=css::sessions data-part="sessions">
                    {sessions.into_iter().map(|session| view! { <Device session form/> }).collect_view()}
                </ul>
            }
            .into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <Card>
            <CardHeader>
                <h2>"Devices"</h2>
                <p>"Where you are signed in."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <FormSuccess form text="The device was signed out."/>
                {sessions}
            </CardBody>
        </Card>
    }
}

#[component]
fn Device(session: SessionView, form: FormState<RevokeSession>) -> impl IntoView {
    let device = texts::accounts::device(session.device());
    let label = format!("Sign out {device}");
    view! {
        <li class=css::session>
            <div>
                <p class=css::device>
                    {device}
                    {session.is_current.then(|| view! { <Badge tone=BadgeTone::Success>"This device"</Badge> })}
                </p>
                <p class=css::meta>"Last used " <LocalTime time=session.last_seen_at/> " from " {session.ip}</p>
            </div>
            {(!session.is_current)
                .then(|| {
                    view! {
                        <Form form refresh="sessions">
                            <input type="hidden" name="id" value=session.id.to_string()/>
                            <Button kind=ButtonType::Submit size=ButtonSize::Small attr:aria-label=label>"Sign out"</Button>
                        </Form>
                    }
                })}
        </li>
    }
}
