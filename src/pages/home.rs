//! `/home`

use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::onboarding::get_onboarding,
    features::home::{AnswersCard, Checklist},
    ui::{
        alert::{Alert, AlertTone},
        skeleton::Skeleton,
    },
};

/// `/home`
#[component]
pub fn HomePage() -> impl IntoView {
    let onboarding = Resource::new(|| (), |()| get_onboarding());
    view! {
        <PageMeta title="Home" description="Your reach and money on one screen."/>
        <h1>"Home"</h1>
        <Suspense fallback=|| view! { <Skeleton label="Loading your home page"/> }>
            {move || Suspend::new(async move {
                match onboarding.await {
                    Ok(onboarding) => view! {
                        <Checklist onboarding=onboarding.clone()/>
                        <AnswersCard onboarding/>
                    }
                    .into_any(),
                    Err(error) => view! { <Alert tone=AlertTone::Danger>{error.message}</Alert> }.into_any(),
                }
            })}
        </Suspense>
    }
}
