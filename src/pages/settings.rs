//! Settings page, `/settings`.

use huntaze_domain::page::Page;
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::accounts::get_current_user,
    features::{
        accounts::settings::{DataSection, PasswordSection, ProfileSection, SecuritySection, SessionsSection},
        assistant::AiSection,
        load_error::LoadError,
    },
};

/// `/settings?events=`: profile, password, AI settings, sessions, a page of security events, and data.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let page = use_query_map().with_untracked(|query| query.get("events").and_then(|page| page.parse().ok()).unwrap_or(1));
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
        <SecuritySection page/>
        <DataSection/>
    }
}
