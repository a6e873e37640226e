//! CSV export of the cost of AI.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use huntaze_core::{Core, services::billing};
use huntaze_domain::billing::costs::CostsInput;

use super::analytics::csv_response;
use crate::{
    error::ApiError,
    http::extract::{Admin, Query},
};

/// `GET /api/admin/ai-costs.csv`: exports the cost of AI, with the same filters as `GET /api/admin/ai-costs`.
///
/// # Errors
/// 400 for invalid filters; 401 without a session; 403 unless the user is an admin.
pub async fn export(State(core): State<Core>, _: Admin, Query(input): Query<CostsInput>) -> Result<Response, ApiError> {
    Ok(csv_response("huntaze-ai-costs.csv", billing::export_costs(&core, &input).await?).into_response())
}
