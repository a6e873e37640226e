//! Daily metrics and posts: `/api/analytics*`.

use huntaze_domain::{
    analytics::{Analytics, PostOrder, PostsPage},
    figures::StatsRange,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

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
    Ok(analytics::look(&core, user.id, &selection).await?)
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
    Ok(analytics::posts(&core, user.id, &selection, order, page).await?)
}
