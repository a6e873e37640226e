//! Quota and costs of AI: `/api/ai/quota` and `/api/admin/ai-costs`.

use huntaze_domain::billing::{
    QuotaView,
    costs::{AiCosts, CostsInput},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

/// `GET /api/ai/quota`: returns the usage of the monthly request quota.
#[server(prefix = "/api", endpoint = "ai/quota", input = GetUrl)]
pub async fn get_ai_quota() -> Result<QuotaView, ApiError> {
    use crate::http::context;
    use huntaze_core::services::billing;
    Ok(billing::quota(&context::core()?, &context::require_session()?).await?)
}

/// `GET /api/admin/ai-costs?firstDay=&lastDay=&email=&agent=&operation=&model=&page=`: returns the usage and cost of AI. 403 unless the user is
/// an admin.
#[server(prefix = "/api", endpoint = "admin/ai-costs", input = GetUrl)]
pub async fn get_ai_costs(#[server(flatten)] input: CostsInput) -> Result<AiCosts, ApiError> {
    use crate::http::context;
    use huntaze_core::services::billing;
    let (core, _) = context::require_admin()?;
    Ok(billing::costs(&core, &input).await?)
}
