//! `/settings`

use leptos::prelude::*;

use super::PageMeta;
use crate::{
    features::{
        settings::{DataSection, PasswordSection, ProfileSection, SessionsSection},
        shell::UserResource,
    },
    ui::{
        alert::{Alert, AlertTone},
        skeleton::Skeleton,
    },
};

/// `/settings`
#[component]
pub fn SettingsPage() -> impl IntoView {
    let user = expect_context::<UserResource>();
    let changes = RwSignal::new(0);
    view! {
        <PageMeta title="Settings" description="Your profile, password, devices and data."/>
        <h1>"Settings"</h1>
        <Transition fallback=|| view! { <Skeleton label="Loading your settings"/> }>
            {move || Suspend::new(async move {
                match user.await {
                    Ok(user) => {
                        let email = user.email.clone();
                        view! {
                            <ProfileSection user/>
                            <PasswordSection email changes/>
                        }
                        .into_any()
                    }
                    Err(error) => view! { <Alert tone=AlertTone::Danger>{error.message}</Alert> }.into_any(),
                }
            })}
        </Transition>
        <SessionsSection changes/>
        <DataSection/>
    }
}
