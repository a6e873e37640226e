//! Analytics page, `/analytics`.

use huntaze_domain::{
    analytics::{Analytics, PostsPage},
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::analytics::{get_analytics, get_posts},
    error::ApiError,
    features::{
        analytics::{AccountPicker, AnalyticsQuery, EmptyState, Explain, Overview, PeriodPicker, PostsTable},
        load_error::LoadError,
    },
    ui::skeleton::Skeleton,
};

/// `/analytics?range=7d|30d|90d&integrationId=&order=best|worst|newest&page=`: daily figures, posts and AI explanations.
#[component]
pub fn AnalyticsPage() -> impl IntoView {
    let query = AnalyticsQuery::use_query();
    // The figures do not depend on the order and page of the posts, so these must not trigger a refetch.
    let period = Memo::new(move |_| query.with(|query| (query.range, query.integration_id.clone())));
    let analytics = Resource::new(move || period.get(), |(range, account)| get_analytics(range, account));
    let posts = Resource::new(
        move || query.get(),
        |AnalyticsQuery { range, integration_id, order, page }| get_posts(range, integration_id, order, page),
    );
    view! {
        <PageMeta title=Page::Analytics.text() description="Your figures day by day, and your posts."/>
        <h1>"Analytics"</h1>
        <Transition fallback=|| view! { <Skeleton label="Loading your figures"/> }>
            {move || Suspend::new(async move { content(query, analytics.await, posts.await) })}
        </Transition>
        // Outside of the transition, so that a pending explanation survives its re-rendering.
        <Explain query/>
    }
}

fn content(query: Memo<AnalyticsQuery>, analytics: Result<Analytics, ApiError>, posts: Result<PostsPage, ApiError>) -> AnyView {
    let analytics = match analytics {
        Ok(analytics) => analytics,
        // E.g. if the account has been deleted: offer the way back to all accounts.
        Err(error) => {
            return view! {
                <AccountPicker query accounts=Vec::new()/>
                <LoadError error/>
            }
            .into_any();
        }
    };
    if analytics.accounts.is_empty() && analytics.currency.is_none() {
        return view! { <EmptyState/> }.into_any();
    }
    let now = query.get_untracked();
    let posts = match posts {
        Ok(page) => view! { <PostsTable page query=now.clone()/> }.into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    let accounts = analytics.accounts.clone();
    view! {
        <PeriodPicker query/>
        <AccountPicker query accounts/>
        <Overview analytics query=now/>
        {posts}
    }
    .into_any()
}
