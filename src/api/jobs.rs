//! For operators: `/api/admin/jobs`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::job::JobsReport;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/admin/jobs?page=`: what waits, and a page of what failed; pages count from 1. 403 for creators.
#[server(prefix = "/api", endpoint = "admin/jobs", input = GetUrl)]
pub async fn get_jobs(#[server(default)] page: Option<u32>) -> Result<JobsReport, ApiError> {
    use crate::http::context;
    use huntaze_core::services::jobs;
    context::admin()?;
    Ok(jobs::report(&context::core()?, page.unwrap_or(1)).await?)
}

/// `POST /api/admin/jobs/retry`: has what a failed job was about done after all. 403 for creators.
#[server(prefix = "/api", endpoint = "admin/jobs/retry", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn retry_job(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::jobs;
    context::admin()?;
    Ok(jobs::retry(&context::core()?, &id).await?)
}

/// `POST /api/admin/jobs/dismiss`: takes a failed job off the list. 403 for creators.
#[server(prefix = "/api", endpoint = "admin/jobs/dismiss", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn dismiss_job(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::jobs;
    context::admin()?;
    Ok(jobs::dismiss(&context::core()?, &id).await?)
}
