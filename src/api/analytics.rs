//! Figures day by day, and posts: `/api/analytics*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::{
    analytics::{Analytics, PostOrder, PostsPage},
    figures::StatsRange,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

/// `GET /api/analytics?range=7d|30d|90d&account=`: one account, or all together.
#[server(prefix = "/api", endpoint = "analytics", input = GetUrl)]
pub async fn get_analytics(#[server(default)] range: StatsRange, #[server(default)] account: String) -> Result<Analytics, ApiError> {
    use crate::http::context;
    use huntaze_core::services::analytics::{self, Selection};
    let (state, user) = (context::core()?, context::authenticated()?.user);
    let selection = Selection::find(&state, user.id, range, &account).await?;
    Ok(analytics::look(&state, user.id, &selection).await?)
}

/// `GET /api/analytics/posts?range=&account=&order=best|worst|newest&page=`: fifty posts of the period.
#[server(prefix = "/api", endpoint = "analytics/posts", input = GetUrl)]
pub async fn get_posts(
    #[server(default)] range: StatsRange,
    #[server(default)] account: String,
    #[server(default)] order: PostOrder,
    #[server(default)] page: u32,
) -> Result<PostsPage, ApiError> {
    use crate::http::context;
    use huntaze_core::services::analytics::{self, Selection};
    let (state, user) = (context::core()?, context::authenticated()?.user);
    let selection = Selection::find(&state, user.id, range, &account).await?;
    Ok(analytics::posts(&state, user.id, &selection, order, page).await?)
}
