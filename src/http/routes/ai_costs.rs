//! What AI costs, as a table to take away.

use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use huntaze_core::{Core, db::sessions::OpenSession, services::ai};
use huntaze_domain::{account::Role, ai::costs::CostsInput, error::ErrorCode};

use super::{account::signed_in, analytics::table};
use crate::error::ApiError;

/// `GET /api/admin/ai-costs.csv`, with the filters of `GET /api/admin/ai-costs`.
///
/// # Errors
/// 400 for a filter that is not understood; 401; 403 for creators.
pub async fn export(
    State(core): State<Core>,
    session: Option<Extension<OpenSession>>,
    input: Result<Query<CostsInput>, QueryRejection>,
) -> Result<Response, ApiError> {
    if signed_in(session)?.user.role != Role::Admin {
        return Err(ErrorCode::Forbidden.into());
    }
    let Ok(Query(input)) = input else { return Err(ErrorCode::InvalidInput.into()) };
    Ok(table("huntaze-ai-costs.csv", ai::export_costs(&core, &input).await?).into_response())
}
