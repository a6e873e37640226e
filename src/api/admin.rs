//! Endpoints for admins: `/api/admin/*`.

use huntaze_domain::{
    admin::{DryRun, PlatformDiagnostics},
    ai::costs::{AiCosts, CostsInput},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use huntaze_domain::page::Page;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/admin/connections`: returns the configuration and health of each platform. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/connections", input = GetUrl)]
pub async fn get_connections() -> Result<Vec<PlatformDiagnostics>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::connection_doctor;
    let (core, _) = context::require_admin()?;
    Ok(connection_doctor::reports(&core).await?)
}

/// `POST /api/admin/connections/dry-run`: requests a platform's consent page and returns its status, to check whether the platform knows
/// the app. 403 unless the user is an admin.
#[server(prefix = "/api", endpoint = "admin/connections/dry-run", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn try_connection(#[server(default)] provider: String) -> Result<DryRun, ApiError> {
    use crate::http::context;
    use huntaze_core::services::{connection_doctor, integrations};
    use huntaze_domain::string_enum::StringEnum;
    let (core, _) = context::require_admin()?;
    let outcome = connection_doctor::dry_run(&core, integrations::platform(&provider)?).await?;
    context::redirect(&Page::AdminConnections.link(&[("tried", &outcome.provider.as_str()), ("status", &outcome.status)]));
    Ok(outcome)
}

/// `GET /api/admin/ai-costs?firstDay=&lastDay=&email=&agent=&operation=&model=&page=`: returns the usage and cost of AI. 403 unless the user is
/// an admin.
#[server(prefix = "/api", endpoint = "admin/ai-costs", input = GetUrl)]
pub async fn get_ai_costs(#[server(flatten)] input: CostsInput) -> Result<AiCosts, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let (core, _) = context::require_admin()?;
    Ok(ai::costs(&core, &input).await?)
}
