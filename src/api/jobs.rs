//! Job queue for admins: `/api/admin/jobs`.

use huntaze_domain::job::JobsOverview;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/admin/jobs?page=`: returns the state of the queues and a page of failed jobs, counted from 1. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/jobs", input = GetUrl)]
pub async fn get_jobs(#[server(default)] page: Option<u32>) -> Result<JobsOverview, ApiError> {
    use crate::http::context;
    use huntaze_core::services::jobs;
    let (core, _) = context::require_admin()?;
    Ok(jobs::report(&core, page.unwrap_or(1)).await?)
}

/// `POST /api/admin/jobs/retry`: makes the work of a failed job due again and removes the job from the list. 403 unless the user is an
/// admin.
#[server(prefix = "/api", endpoint = "admin/jobs/retry", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn retry_job(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::jobs;
    let (core, _) = context::require_admin()?;
    Ok(jobs::retry(&core, &id).await?)
}

/// `POST /api/admin/jobs/dismiss`: removes a failed job from the list without retrying it. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/jobs/dismiss", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn dismiss_job(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::jobs;
    let (core, _) = context::require_admin()?;
    Ok(jobs::dismiss(&core, &id).await?)
}
