//! For operators: `/api/admin/*`.
#![expect(missing_docs, reason = "the fields of the structs that the macro makes are the documented arguments")]

use huntaze_domain::{
    admin::{DryRun, PlatformReport},
    ai::costs::{AiCosts, CostsInput},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::ApiClient;
use crate::error::ApiError;

#[cfg(feature = "ssr")]
use crate::http::middleware::accept_json::AcceptJson;

/// `GET /api/admin/connections`: how each platform is set up, and how it goes. 403 for creators.
#[server(prefix = "/api", endpoint = "admin/connections", input = GetUrl)]
pub async fn get_connections() -> Result<Vec<PlatformReport>, ApiError> {
    use crate::http::context;
    use huntaze_core::services::doctor;
    context::admin()?;
    Ok(doctor::reports(&context::core()?).await?)
}

/// `POST /api/admin/connections/dry-run`: whether a platform's consent page knows us. 403 for creators.
#[server(prefix = "/api", endpoint = "admin/connections/dry-run", client = ApiClient)]
#[middleware(AcceptJson)]
pub async fn try_connection(#[server(default)] provider: String) -> Result<DryRun, ApiError> {
    use crate::http::context;
    use huntaze_core::services::{doctor, integrations};
    use huntaze_domain::choice::Choice;
    context::admin()?;
    let outcome = doctor::dry_run(&context::core()?, integrations::platform(&provider)?).await?;
    context::redirect(&format!("/admin/connections?tried={}&status={}", outcome.provider.as_str(), outcome.status));
    Ok(outcome)
}

/// `GET /api/admin/ai-costs?from=&until=&creator=&agent=&operation=&model=&page=`: what AI costs. 403 for creators.
#[server(prefix = "/api", endpoint = "admin/ai-costs", input = GetUrl)]
pub async fn get_ai_costs(#[server(flatten)] input: CostsInput) -> Result<AiCosts, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    context::admin()?;
    Ok(ai::costs(&context::core()?, &input).await?)
}
