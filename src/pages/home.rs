//! Home page, `/home`.

use std::time::Duration;

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
        analytics::home::{Checklist, HomeColumns, OnboardingCard, PlatformStatus, QuickActions, RangePicker, StatsGrid, StatsSkeleton},
        load_error::LoadError,
    },
};

/// First poll interval during a backfill: the first 3 polls wait 2 s, the next 4 wait 4 s, all others 8 s.
const INITIAL_POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Maximum number of polls, about two minutes in total; after that the user has to reload the page.
const MAX_POLLS: u32 = 20;

/// `/home?range=7d|30d|90d`: figures, checklist, accounts, onboarding answers and quick actions.
#[component]
pub fn HomePage() -> impl IntoView {
    let query = use_query_map();
    let range = Memo::new(move |_| query.with(|query| query.get("range")).and_then(|word| StatsRange::parse(&word)).unwrap_or_default());
    let onboarding = Resource::new(|| (), |()| get_onboarding());
    let connections = Resource::new(|| (), |()| get_integrations_status());
    let stats = Resource::new(move || range.get(), get_home_stats);
    poll_while_fetching(range, stats, connections);
    view! {
        <PageMeta title=Page::Home.text() description="Your reach and money on one screen."/>
        <h1>"Home"</h1>
        <Transition fallback=|| view! { <StatsSkeleton/> }>
            {move || Suspend::new(async move { home_view(range, onboarding.await, connections.await, stats.await) })}
        </Transition>
    }
}

/// Renders each part, or its error, independently, so that one failure does not hide the rest.
fn home_view(
    range: Memo<StatsRange>,
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
                view! {
                    <RangePicker range=range.into()/>
                    <StatsGrid stats platforms/>
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
        {figures}
        {checklist}
        <HomeColumns>
            {accounts}
            {answers}
        </HomeColumns>
        {actions}
    }
    .into_any()
}

/// Polls the figures while a backfill is running. A failed poll does not change what is shown.
fn poll_while_fetching(
    range: Memo<StatsRange>,
    stats: Resource<Result<HomeStats, ApiError>>,
    connections: Resource<Result<IntegrationsStatus, ApiError>>,
) {
    let poll = Action::new(|range: &StatsRange| get_home_stats(*range));
    let polls = StoredValue::new(0_u32);
    let is_backfilling = Memo::new(move |_| stats.with(|stats| matches!(stats, Some(Ok(stats)) if stats.is_backfilling)));
    Effect::new(move || {
        // Runs initially and after each poll.
        poll.version().get();
        if !is_backfilling.get() || polls.get_value() >= MAX_POLLS {
            return;
        }
        polls.update_value(|polls| *polls += 1);
        let interval = INITIAL_POLL_INTERVAL * (1 << (polls.get_value() / 4).min(2));
        if let Ok(timer) = set_timeout_with_handle(move || drop(poll.dispatch(range.get_untracked())), interval) {
            on_cleanup(move || timer.clear());
        }
    });
    Effect::new(move || {
        let Some(Ok(seen)) = poll.value().get() else { return };
        if seen.range != range.get_untracked() {
            return;
        }
        if !seen.is_backfilling {
            connections.refetch();
        }
        stats.set(Some(Ok(seen)));
    });
}
