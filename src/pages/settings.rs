//! `/settings`

use leptos::prelude::*;

use super::PageMeta;
use crate::{
    features::{
        load_error::LoadError,
        settings::{AiSection, DataSection, PasswordSection, ProfileSection, SessionsSection},
        shell::UserResource,
    },
    ui::skeleton::Skeleton,
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
                        let (email, plan) = (user.email.clone(), user.plan);
                        view! {
                            <ProfileSection user/>
                            <AiSection plan/>
                            <PasswordSection email changes/>
                        }
                        .into_any()
                    }
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
        </Transition>
        <SessionsSection changes/>
        <DataSection/>
    }
}
