//! Settings page, `/settings`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    features::{
        accounts::settings::{DataSection, PasswordSection, ProfileSection, SessionsSection},
        assistant::AiSection,
        load_error::LoadError,
        shell::UserResource,
    },
    ui::skeleton::Skeleton,
};

/// `/settings`: profile, password, AI settings, sessions and data.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let user = expect_context::<UserResource>();
    let changes = RwSignal::new(0);
    view! {
        <PageMeta title=Page::Settings.text() description="Your profile, password, devices and data."/>
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
                    Err(error) => view! { <LoadError error/> }.into_any(),
                }
            })}
        </Transition>
        <AiSection/>
        <SessionsSection changes/>
        <DataSection/>
    }
}
