//! Settings page, `/settings`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::accounts::get_current_user,
    features::{
        accounts::settings::{DataSection, PasswordSection, ProfileSection, SessionsSection},
        assistant::AiSection,
        load_error::LoadError,
    },
};

/// `/settings`: profile, password, AI settings, sessions and data.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let account = Suspend::new(async move {
        match get_current_user().await {
            Ok(user) => {
                let email = user.email.clone();
                view! {
                    <ProfileSection user/>
                    <PasswordSection email/>
                }
                .into_any()
            }
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <PageMeta title=Page::Settings.text() description="Your profile, password, devices and data."/>
        <h1>"Settings"</h1>
        {account}
        <AiSection/>
        <SessionsSection/>
        <DataSection/>
    }
}
