//! Analytics page, `/analytics`.

use futures::join;
use huntaze_domain::{
    ai::Operation,
    analytics::{Analytics, PostsPage},
    assistant::reports::AiReport,
    page::Page,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{
        ai::get_ai_status,
        analytics::{get_analytics, get_posts},
        assistant::get_report,
    },
    error::ApiError,
    features::{
        analytics::{AccountPicker, AnalyticsQuery, EmptyState, Explain, Overview, PeriodPicker, PostsTable},
        load_error::LoadError,
    },
};

/// `/analytics?range=7d|30d|90d&integrationId=&order=best|worst|newest&page=&report=`: daily figures, posts, and the AI explanation `report`.
#[component]
pub fn AnalyticsPage() -> impl IntoView {
    let query = AnalyticsQuery::of_page();
    let report = use_query_map().with_untracked(|query| query.get("report")).filter(|id| !id.is_empty());
    let content = Suspend::new(async move {
        let AnalyticsQuery { range, integration_id: account, order, page } = query.clone();
        let (analytics, posts, setup, report) =
            join!(get_analytics(range, account.clone()), get_posts(range, account, order, page), get_ai_status(), load_report(report));
        let has_data = analytics.as_ref().is_ok_and(|known| known.stats.has_figures()) || posts.as_ref().is_ok_and(|page| page.total > 0);
        let explanation = match setup {
            Ok(setup) => view! { <Explain query=query.clone() setup report has_data/> }.into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        };
        view! {
            {figures(query, analytics, posts)}
            {explanation}
        }
    });
    view! {
        <PageMeta title=Page::Analytics.text() description="Your figures day by day, and your posts."/>
        <h1>"Analytics"</h1>
        {content}
    }
}

async fn load_report(id: Option<String>) -> Result<Option<AiReport>, ApiError> {
    match id {
        Some(id) => get_report(Operation::Analyze.as_str().to_owned(), Some(id)).await,
        None => Ok(None),
    }
}

fn figures(query: AnalyticsQuery, analytics: Result<Analytics, ApiError>, posts: Result<PostsPage, ApiError>) -> AnyView {
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
    let posts = match posts {
        Ok(page) => view! { <PostsTable page query=query.clone()/> }.into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    let accounts = analytics.accounts.clone();
    view! {
        <PeriodPicker query=query.clone()/>
        <AccountPicker query=query.clone() accounts/>
        <Overview analytics query/>
        {posts}
    }
    .into_any()
}
