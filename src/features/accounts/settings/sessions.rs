use huntaze_domain::accounts::settings::SessionView;
use huntaze_texts as texts;
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::{RevokeSession, list_sessions},
    features::load_error::LoadError,
    forms::{Form, FormError, FormState, FormSuccess, use_form},
    hooks::time::LocalTime,
    ui::{
        badge::{Badge, BadgeTone},
        button::{Button, ButtonSize, ButtonType},
        card::{Card, CardBody, CardHeader},
        skeleton::Skeleton,
    },
};

/// Active sessions of the user; all but the current one have a button that revokes them.
#[component]
pub fn SessionsSection(
    /// Incremented by other sections when they revoke sessions; triggers a refetch.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form = use_form::<RevokeSession>(|_| Ok(()));
    let sessions = Resource::new(move || (form.action.version().get(), changes.get()), |_| list_sessions());
    view! {
        <Card>
            <CardHeader>
                <h2>"Devices"</h2>
                <p>"Where you are signed in."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <FormSuccess form text="The device was signed out."/>
                <Transition fallback=|| view! { <Skeleton label="Loading your devices"/> }>
                    {move || Suspend::new(async move {
                        match sessions.await {
                            Ok(sessions) => view! {
                                <ul class=css::sessions>
                                    {sessions.into_iter().map(|session| view! { <Device session form/> }).collect_view()}
                                </ul>
                            }
                            .into_any(),
                            Err(error) => view! { <LoadError error/> }.into_any(),
                        }
                    })}
                </Transition>
            </CardBody>
        </Card>
    }
}

#[component]
fn Device(session: SessionView, form: FormState<RevokeSession>) -> impl IntoView {
    let device = texts::accounts::device(&session);
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
                        <Form form>
                            <input type="hidden" name="id" value=session.id.to_string()/>
                            <Button kind=ButtonType::Submit size=ButtonSize::Small loading=form.is_pending() attr:aria-label=label>"Sign out"</Button>
                        </Form>
                    }
                })}
        </li>
    }
}
