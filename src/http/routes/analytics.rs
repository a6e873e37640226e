//! CSV exports of metrics and posts.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use huntaze_core::{
    Core,
    services::analytics::{self, Selection},
};
use huntaze_domain::analytics::figures::StatsRange;
use serde::Deserialize;

use crate::{
    error::ApiError,
    http::extract::{Member, Query},
};

/// Filters of an export.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportQuery {
    range: StatsRange,
    integration_id: String,
}

/// `GET /api/analytics/days.csv?range=&integrationId=`: exports daily metrics.
///
/// # Errors
/// 400 for an unknown range; 401 without a session; 404 if the account does not exist or belongs to another user.
pub async fn days(State(core): State<Core>, Member(current): Member, Query(query): Query<ExportQuery>) -> Result<Response, ApiError> {
    let selection = Selection::find(&core, current.user.id, query.range, &query.integration_id).await?;
    Ok(csv_response("huntaze-days.csv", analytics::export_days(&core, &selection).await?))
}

/// `GET /api/analytics/posts.csv?range=&integrationId=`: exports posts.
///
/// # Errors
/// The same as [`days`].
pub async fn posts(State(core): State<Core>, Member(current): Member, Query(query): Query<ExportQuery>) -> Result<Response, ApiError> {
    let selection = Selection::find(&core, current.user.id, query.range, &query.integration_id).await?;
    Ok(csv_response("huntaze-posts.csv", analytics::export_posts(&core, &selection).await?))
}

pub(super) fn csv_response(name: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}
