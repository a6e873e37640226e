//! Availability of AI: `/api/ai/status`.

use huntaze_domain::ai::AiStatus;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::error::ApiError;

/// `GET /api/ai/status`: returns whether AI is configured.
#[server(prefix = "/api", endpoint = "ai/status", input = GetUrl)]
pub async fn get_ai_status() -> Result<AiStatus, ApiError> {
    use crate::http::context;
    use huntaze_core::services::ai;
    let (core, user) = context::member()?;
    Ok(ai::status(&core, user.role))
}
