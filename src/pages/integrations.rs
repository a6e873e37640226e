//! Integrations page, `/integrations`.

use huntaze_domain::{accounts::Role, page::Page};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::integrations::{ConnectIntegration, DisconnectIntegration, RefreshIntegration, get_integrations_status},
    features::{
        integrations::{ConfirmDialogs, EventLogDialog, IntegrationsGrid, Lead, OutcomeAlert},
        load_error::LoadError,
        shell::UserResource,
    },
    forms::{FormError, FormState, FormSuccess, use_form},
    hooks::document::restore_focus,
    ui::{
        a11y::MAIN_ID,
        skeleton::Skeleton,
        toast::{ToastTone, Toaster},
    },
};

const REFRESHED: &str = "The account was read just now.";

/// `/integrations`: connected accounts and platforms. The query reports an outcome (`?connected=&integrationId=`, `?error=&provider=`,
/// `?disconnected=`) or opens a dialog (`?disconnect=`, `?delete=`, `?events=`).
#[component]
pub fn IntegrationsPage() -> impl IntoView {
    let user = expect_context::<UserResource>();
    let connect = use_form::<ConnectIntegration>(|_| Ok(()));
    let refresh = use_form::<RefreshIntegration>(|_| Ok(()));
    let disconnect = use_form::<DisconnectIntegration>(|_| Ok(()));
    let (refreshed, disconnected) = (refresh.action.version(), disconnect.action.version());
    let status = Resource::new(move || (refreshed.get(), disconnected.get()), |_| get_integrations_status());
    say_refreshed(refresh);
    Effect::new(move |was_loaded: Option<bool>| {
        let is_loaded = status.with(Option::is_some);
        // A card that is re-rendered removes the button that had the focus.
        if is_loaded && was_loaded == Some(true) {
            request_animation_frame(|| restore_focus(MAIN_ID));
        }
        is_loaded
    });
    view! {
        <PageMeta title=Page::Integrations.text() description="Your accounts at the platforms, and how they are."/>
        <h1>"Integrations"</h1>
        <Lead/>
        <FormError form=connect/>
        <FormError form=refresh/>
        // Without JavaScript the dialog is closed after the post, so its error is shown here, too.
        <FormError form=disconnect/>
        <FormSuccess form=refresh text=REFRESHED toasted=true/>
        <Transition fallback=|| view! { <Skeleton label="Loading your accounts"/> }>
            {move || Suspend::new(async move {
                let is_admin = user.await.is_ok_and(|user| user.role == Role::Admin);
                match status.await {
                    Ok(status) => view! {
                        <OutcomeAlert status=status.clone()/>
                        <IntegrationsGrid status connect refresh is_admin/>
                    }
                    .into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
            <ConfirmDialogs status form=disconnect/>
        </Transition>
        <EventLogDialog/>
    }
}

fn say_refreshed(refresh: FormState<RefreshIntegration>) {
    let toaster = expect_context::<Toaster>();
    Effect::new(move || {
        if refresh.action.value().with(|value| matches!(value, Some(Ok(_)))) {
            toaster.show(ToastTone::Success, REFRESHED);
        }
    });
}
