//! Figures: `/api/analytics/*` and `/api/home/*`.

use huntaze_domain::analytics::{
    Analytics, PostOrder, PostsPage,
    figures::{HomeStats, StatsRange},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

/// `GET /api/home/stats?range=7d|30d|90d`: returns the metrics of all accounts together; 30 days by default.
#[server(prefix = "/api", endpoint = "home/stats", input = GetUrl)]
pub async fn get_home_stats(#[server(default)] range: StatsRange) -> Result<HomeStats, ApiError> {
    use crate::http::context;
    use huntaze_core::services::analytics::home;
    let (core, user) = context::member()?;
    Ok(home::stats(&core, user.id, range, None).await?)
}

/// `GET /api/analytics?range=7d|30d|90d&integrationId=`: returns the metrics of one account, or without an account of all accounts together.
#[server(prefix = "/api", endpoint = "analytics", input = GetUrl)]
pub async fn get_analytics(
    #[server(default)] range: StatsRange,
    #[server(default)]
    #[server(rename = "integrationId")]
    integration_id: String,
) -> Result<Analytics, ApiError> {
    use crate::http::context;
    use huntaze_core::services::analytics::{self, Selection};
    let (core, user) = context::member()?;
    let selection = Selection::find(&core, user.id, range, &integration_id).await?;
    Ok(analytics::look(&core, &selection).await?)
}

/// `GET /api/analytics/posts?range=&integrationId=&order=best|worst|newest&page=`: returns a page of 50 posts of the period.
#[server(prefix = "/api", endpoint = "analytics/posts", input = GetUrl)]
pub async fn get_posts(
    #[server(default)] range: StatsRange,
    #[server(default)]
    #[server(rename = "integrationId")]
    integration_id: String,
    #[server(default)] order: PostOrder,
    #[server(default)] page: u32,
) -> Result<PostsPage, ApiError> {
    use crate::http::context;
    use huntaze_core::services::analytics::{self, Selection};
    let (core, user) = context::member()?;
    let selection = Selection::find(&core, user.id, range, &integration_id).await?;
    Ok(analytics::posts(&core, &selection, order, page).await?)
}
