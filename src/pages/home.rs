//! Home page, `/home`.

use futures::join;
use huntaze_domain::{
    analytics::figures::{HomeStats, StatsRange},
    integrations::IntegrationsStatus,
    onboarding::Onboarding,
    page::Page,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{analytics::get_home_stats, integrations::get_integrations_status, onboarding::get_onboarding},
    error::ApiError,
    features::{
        analytics::home::{Checklist, Figures, HomeColumns, OnboardingCard, PlatformStatus, QuickActions, RangePicker},
        load_error::LoadError,
        part::Part,
    },
    islands::StatsGrid,
};

/// `/home?range=7d|30d|90d`: figures, checklist, accounts, onboarding answers and quick actions.
#[component]
pub fn HomePage() -> impl IntoView {
    let range = use_query_map().with_untracked(|query| query.get("range")).and_then(|word| StatsRange::parse(&word)).unwrap_or_default();
    let content = Suspend::new(async move {
        let (onboarding, connections, stats) = join!(get_onboarding(), get_integrations_status(), get_home_stats(range));
        home_view(range, onboarding, connections, stats)
    });
    view! {
        <PageMeta title=Page::Home.text() description="Your reach and money on one screen."/>
        <h1>"Home"</h1>
        {content}
    }
}

/// Renders each part, or its error, independently, so that one failure does not hide the rest.
fn home_view(
    range: StatsRange,
    onboarding: Result<Onboarding, ApiError>,
    connections: Result<IntegrationsStatus, ApiError>,
    stats: Result<HomeStats, ApiError>,
) -> AnyView {
    let has_account = connections.as_ref().is_ok_and(|known| !known.integrations.is_empty());
    let is_complete = connections.is_ok() && stats.is_ok();
    let has_figures = stats.as_ref().is_ok_and(HomeStats::has_figures);
    let platforms = connections.as_ref().map(IntegrationsStatus::connected_platforms).unwrap_or_default();
    let figures = match stats {
        Ok(stats) => (has_account || has_figures || connections.is_err())
            .then(|| {
                let is_backfilling = stats.is_backfilling;
                view! {
                    <RangePicker range/>
                    <StatsGrid range=range.as_str().to_owned() is_backfilling><Figures stats platforms/></StatsGrid>
                }
            })
            .into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    let accounts = match connections.clone() {
        Ok(known) => view! { <PlatformStatus status=known/> }.into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    let answers = match onboarding.clone() {
        Ok(onboarding) => view! { <OnboardingCard onboarding/> }.into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    // Data that failed to load must not appear as a step that is still to be done.
    let checklist =
        onboarding.clone().ok().filter(|_| is_complete).map(|onboarding| view! { <Checklist onboarding has_account has_figures/> });
    let actions = onboarding.ok().zip(connections.ok()).map(|(onboarding, known)| view! { <QuickActions onboarding status=known/> });
    view! {
        <Part name="figures">{figures}</Part>
        <Part name="checklist">{checklist}</Part>
        <HomeColumns>
            <Part name="accounts">{accounts}</Part>
            {answers}
        </HomeColumns>
        {actions}
    }
    .into_any()
}
