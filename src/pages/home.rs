//! `/home`

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{home::get_home_stats, integrations::get_integrations_status, onboarding::get_onboarding},
    domain::{
        choice::Choice,
        figures::{HomeStats, StatsRange},
        integration::IntegrationsStatus,
        onboarding::Onboarding,
    },
    error::ApiError,
    features::{
        home::{AnswersCard, Checklist, HomeColumns, PlatformStatus, QuickActions, RangePicker, StatsGrid, StatsSkeleton},
        load_error::LoadError,
    },
};

/// Between two looks while the history is being fetched.
const POLL: Duration = Duration::from_secs(2);
/// So many looks; after that one reloads the page.
const MOST_POLLS: u32 = 30;

/// `/home?range=7d|30d|90d`
#[component]
pub fn HomePage() -> impl IntoView {
    let query = use_query_map();
    let range = Memo::new(move |_| query.with(|query| query.get("range")).and_then(|word| StatsRange::parse(&word)).unwrap_or_default());
    let onboarding = Resource::new(|| (), |()| get_onboarding());
    let connections = Resource::new(|| (), |()| get_integrations_status());
    let stats = Resource::new(move || range.get(), get_home_stats);
    poll_while_fetching(stats, connections);
    view! {
        <PageMeta title="Home" description="Your reach and money on one screen."/>
        <h1>"Home"</h1>
        <Transition fallback=|| view! { <StatsSkeleton/> }>
            {move || Suspend::new(async move { home_view(range, onboarding.await, connections.await, stats.await) })}
        </Transition>
    }
}

/// What is known, or why it is not: each part by itself, so that one failure does not hide the rest.
fn home_view(
    range: Memo<StatsRange>,
    onboarding: Result<Onboarding, ApiError>,
    connections: Result<IntegrationsStatus, ApiError>,
    stats: Result<HomeStats, ApiError>,
) -> AnyView {
    let has_account = connections.as_ref().is_ok_and(|known| !known.integrations.is_empty());
    let has_figures = stats.as_ref().is_ok_and(HomeStats::has_figures);
    let platforms = connections.as_ref().map(IntegrationsStatus::connected_platforms).unwrap_or_default();
    let figures = match stats {
        Ok(stats) => has_account
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
    let (checklist, answers) = match onboarding.clone() {
        Ok(onboarding) => (
            view! { <Checklist onboarding=onboarding.clone() has_account has_figures/> }.into_any(),
            view! { <AnswersCard onboarding/> }.into_any(),
        ),
        Err(error) => (().into_any(), view! { <LoadError error/> }.into_any()),
    };
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

/// Looks again while the history is on its way.
fn poll_while_fetching(stats: Resource<Result<HomeStats, ApiError>>, connections: Resource<Result<IntegrationsStatus, ApiError>>) {
    let polls = StoredValue::new(0);
    Effect::new(move || {
        let is_fetching = stats.with(|stats| matches!(stats, Some(Ok(stats)) if stats.is_fetching));
        if !is_fetching || polls.get_value() >= MOST_POLLS {
            return;
        }
        polls.update_value(|polls| *polls += 1);
        let look = move || {
            stats.refetch();
            connections.refetch();
        };
        if let Ok(timer) = set_timeout_with_handle(look, POLL) {
            on_cleanup(move || timer.clear());
        }
    });
}
