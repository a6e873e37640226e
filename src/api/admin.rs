//! Endpoints for admins: `/api/admin/*`.

use huntaze_domain::admin::{
    connection_doctor::{DryRun, PlatformDiagnostics},
    jobs::JobsOverview,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;
#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

/// `GET /api/admin/connections`: returns the configuration and health of each platform. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/connections", input = GetUrl)]
pub async fn get_connections() -> Result<Vec<PlatformDiagnostics>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::admin::connection_doctor;
    let (core, _) = context::require_admin()?;
    Ok(connection_doctor::reports(&core).await?)
}

/// `POST /api/admin/connections/dry-run`: requests a platform's consent page and returns its status, to check whether the platform knows
/// the app. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/connections/dry-run")]
#[middleware(AcceptJson)]
pub async fn try_connection(#[server(default)] provider: String) -> Result<DryRun, ApiError> {
    use crate::http::context;
    use huntaze_core::services::{admin::connection_doctor, integrations};
    use huntaze_domain::string_enum::StringEnum;
    let (core, _) = context::require_admin()?;
    let outcome = connection_doctor::dry_run(&core, integrations::platform(&provider)?).await?;
    context::redirect(&Page::AdminConnections.link(&[("tried", &outcome.provider.as_str()), ("status", &outcome.status)]));
    Ok(outcome)
}

/// `GET /api/admin/jobs?page=`: returns the state of the queues and a page of failed jobs, counted from 1. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/jobs", input = GetUrl)]
pub async fn get_jobs(#[server(default)] page: Option<u32>) -> Result<JobsOverview, ApiError> {
    use crate::http::context;
    use huntaze_core::services::admin::jobs;
    let (core, _) = context::require_admin()?;
    Ok(jobs::report(&core, page.unwrap_or(1)).await?)
}

/// `POST /api/admin/jobs/retry`: makes the work of a failed job due again and removes the job from the list. 403 unless the user is an
/// admin.
#[server(prefix = "/api", endpoint = "admin/jobs/retry")]
#[middleware(AcceptJson)]
pub async fn retry_job(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::admin::jobs;
    let ((core, admin), client) = (context::require_admin()?, context::client());
    Ok(jobs::retry(&core, jobs::Actor { user_id: admin.id, client: &client }, &id).await?)
}

/// `POST /api/admin/jobs/dismiss`: removes a failed job from the list without retrying it. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/jobs/dismiss")]
#[middleware(AcceptJson)]
pub async fn dismiss_job(#[server(default)] id: String) -> Result<(), ApiError> {
    use crate::http::context;
    use huntaze_core::services::admin::jobs;
    let ((core, admin), client) = (context::require_admin()?, context::client());
    Ok(jobs::dismiss(&core, jobs::Actor { user_id: admin.id, client: &client }, &id).await?)
}
