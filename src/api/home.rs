//! Home page: `/api/home/*`.

use huntaze_domain::figures::{HomeStats, StatsRange};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

/// `GET /api/home/stats?range=7d|30d|90d`: returns the metrics of all accounts together; 30 days by default.
#[server(prefix = "/api", endpoint = "home/stats", input = GetUrl)]
pub async fn get_home_stats(#[server(default)] range: StatsRange) -> Result<HomeStats, ApiError> {
    use crate::http::context;
    use huntaze_core::services::home;
    let (core, user) = context::member()?;
    Ok(home::stats(&core, user.id, range, None).await?)
}
