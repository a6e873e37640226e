//! Tables to take away.

use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::header;
use huntaze_core::{
    Core,
    db::sessions::OpenSession,
    services::analytics::{self, Selection},
};
use huntaze_domain::{error::ErrorCode, figures::StatsRange};
use serde::Deserialize;

use super::account::signed_in;
use crate::error::ApiError;

/// What the table is of.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ExportQuery {
    range: StatsRange,
    account: String,
}

type Asked = Result<Query<ExportQuery>, QueryRejection>;

/// `GET /api/analytics/days.csv?range=&account=`
///
/// # Errors
/// 400 for a range that does not exist; 401; 404 for somebody else's account.
pub async fn days(State(core): State<Core>, session: Option<Extension<OpenSession>>, asked: Asked) -> Result<Response, ApiError> {
    let (user_id, selection) = select(&core, session, asked).await?;
    Ok(table("huntaze-days.csv", analytics::export_days(&core, user_id, &selection).await?))
}

/// `GET /api/analytics/posts.csv?range=&account=`
///
/// # Errors
/// As for the days.
pub async fn posts(State(core): State<Core>, session: Option<Extension<OpenSession>>, asked: Asked) -> Result<Response, ApiError> {
    let (user_id, selection) = select(&core, session, asked).await?;
    Ok(table("huntaze-posts.csv", analytics::export_posts(&core, user_id, &selection).await?))
}

async fn select(core: &Core, session: Option<Extension<OpenSession>>, asked: Asked) -> Result<(uuid::Uuid, Selection), ApiError> {
    let user_id = signed_in(session)?.user.id;
    let Ok(Query(asked)) = asked else { return Err(ErrorCode::InvalidInput.into()) };
    Ok((user_id, Selection::find(core, user_id, asked.range, &asked.account).await?))
}

pub(super) fn table(name: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response()
}
