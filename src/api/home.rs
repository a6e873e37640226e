//! Home: `/api/home/*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::{
    domain::figures::{HomeStats, StatsRange},
    error::ApiError,
};

/// `GET /api/home/stats?range=7d|30d|90d`: the figures of all accounts together; 30 days by default.
#[server(prefix = "/api", endpoint = "home/stats", input = GetUrl)]
pub async fn get_home_stats(#[server(default)] range: StatsRange) -> Result<HomeStats, ApiError> {
    use crate::server::{context, services::home};
    let user = context::authenticated()?.user;
    Ok(home::stats(&context::state()?, user.id, range, None).await?)
}
