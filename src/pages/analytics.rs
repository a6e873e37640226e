//! `/analytics`

use huntaze_domain::analytics::{Analytics, PostsPage};
use leptos::prelude::*;

use super::PageMeta;
use crate::{
    api::analytics::{get_analytics, get_posts},
    error::ApiError,
    features::{
        analytics::{AccountPicker, Explain, Looking, NothingYet, Overview, PeriodPicker, PostsTable},
        load_error::LoadError,
    },
    ui::skeleton::Skeleton,
};

/// `/analytics?range=7d|30d|90d&account=&order=best|worst|newest&page=`
#[component]
pub fn AnalyticsPage() -> impl IntoView {
    let looking = Looking::use_query();
    // The order of posts changes nothing of the figures.
    let period = Memo::new(move |_| looking.with(|looking| (looking.range, looking.account.clone())));
    let analytics = Resource::new(move || period.get(), |(range, account)| get_analytics(range, account));
    let posts = Resource::new(move || looking.get(), |Looking { range, account, order, page }| get_posts(range, account, order, page));
    view! {
        <PageMeta title="Analytics" description="Your figures day by day, and your posts."/>
        <h1>"Analytics"</h1>
        <Transition fallback=|| view! { <Skeleton label="Loading your figures"/> }>
            {move || Suspend::new(async move { content(looking, analytics.await, posts.await) })}
        </Transition>
        // Beside what is drawn anew: what is being explained goes on meanwhile.
        <Explain looking/>
    }
}

fn content(looking: Memo<Looking>, analytics: Result<Analytics, ApiError>, posts: Result<PostsPage, ApiError>) -> AnyView {
    let analytics = match analytics {
        Ok(analytics) => analytics,
        // An account that is gone, say: there is a way back to all of them.
        Err(error) => {
            return view! {
                <AccountPicker looking accounts=Vec::new()/>
                <LoadError error/>
            }
            .into_any();
        }
    };
    if analytics.accounts.is_empty() && analytics.currency.is_none() {
        return view! { <NothingYet/> }.into_any();
    }
    let now = looking.get_untracked();
    let posts = match posts {
        Ok(page) => view! { <PostsTable page looking=now.clone()/> }.into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    let accounts = analytics.accounts.clone();
    view! {
        <PeriodPicker looking/>
        <AccountPicker looking accounts/>
        <Overview analytics looking=now/>
        {posts}
    }
    .into_any()
}
