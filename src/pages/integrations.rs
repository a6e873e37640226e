//! `/integrations`

use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::integrations::{ConnectIntegration, DisconnectIntegration, RefreshIntegration, get_integrations_status},
    domain::{account::StatusView, integration::DisconnectOutcome},
    features::{
        integrations::{DisconnectDialog, IntegrationsGrid, OutcomeAlert, use_visit_outcome},
        load_error::LoadError,
    },
    hooks::form::{FormFunction, FormState, Problem, use_form},
    ui::{
        alert::{Alert, AlertTone},
        skeleton::Skeleton,
        toast::{ToastTone, Toaster},
    },
};

const REFRESHED: &str = "The account was read just now.";
const DISCONNECTED: &str = "The account is disconnected.";

/// `/integrations?connected=&account=`, `?error=&provider=`, `?disconnect=`
#[component]
pub fn IntegrationsPage() -> impl IntoView {
    let connect = use_form::<ConnectIntegration>(|_| Ok(()));
    let refresh = use_form::<RefreshIntegration>(|_| Ok(()));
    let disconnect = use_form::<DisconnectIntegration>(|_| Ok(()));
    let (refreshed, disconnected) = (refresh.action.version(), disconnect.action.version());
    let status = Resource::new(move || (refreshed.get(), disconnected.get()), |_| get_integrations_status());
    let outcome = use_visit_outcome(Signal::derive(move || status.get().and_then(Result::ok)));
    say_outcomes(refresh, disconnect);
    view! {
        <PageMeta title="Integrations" description="Your accounts at the platforms, and how they are."/>
        <h1>"Integrations"</h1>
        <p>"Connect the accounts that you publish with. You give consent at the platform; its password stays there."</p>
        <Problem form=connect/>
        <Problem form=refresh/>
        <Problem form=disconnect/>
        <Sent form=refresh text=REFRESHED/>
        <Sent form=disconnect text=DISCONNECTED/>
        <Transition fallback=|| view! { <Skeleton label="Loading your accounts"/> }>
            {move || Suspend::new(async move {
                match status.await {
                    Ok(status) => view! {
                        {move || view! { <OutcomeAlert outcome=outcome.get()/> }}
                        <IntegrationsGrid status=status.clone() connect refresh/>
                        <DisconnectDialog status form=disconnect/>
                    }
                    .into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// That it went well, where the page is drawn again because the form was posted without a script.
#[component]
fn Sent<F: FormFunction>(form: FormState<F>, text: &'static str) -> impl IntoView {
    (form.was_sent() && form.is_done.get_untracked()).then(|| view! { <Alert tone=AlertTone::Success>{text}</Alert> })
}

fn say_outcomes(refresh: FormState<RefreshIntegration>, disconnect: FormState<DisconnectIntegration>) {
    let toaster = expect_context::<Toaster>();
    Effect::new(move || {
        if refresh.action.value().with(|value| matches!(value, Some(Ok(_)))) {
            toaster.show(ToastTone::Success, REFRESHED);
        }
    });
    Effect::new(move || match disconnect.action.value().get() {
        Some(Ok(StatusView { status: DisconnectOutcome::Disconnected })) => {
            toaster.show(ToastTone::Success, DISCONNECTED);
        }
        Some(Ok(StatusView { status: DisconnectOutcome::NotRevoked })) => toaster.show(
            ToastTone::Danger,
            "The account is disconnected here, but the platform could not be told. Remove Huntaze in its settings, too.",
        ),
        _ => {}
    });
}
