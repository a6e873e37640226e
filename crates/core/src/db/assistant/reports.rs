//! AI reports and the users' feedback on them.

use chrono::{DateTime, Utc};
use huntaze_domain::{
    ai::Operation,
    assistant::{
        chat::Source,
        reports::{AiReportBody, Feedback, ReportRequest},
    },
    billing::costs::FeedbackCount,
    ids::{Owned, ReportId, UserId},
    string_enum::StringEnum,
};
use serde::Serialize;
use sqlx::{PgExecutor, types::Json};

use crate::db::DbError;

/// A report, as stored. Also the format of the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredReport {
    /// Id, equal to the id of the AI request.
    pub id: ReportId,
    /// Input of the request.
    pub request: ReportRequest,
    /// Generated report.
    pub body: AiReportBody,
    /// Tool results that the report is based on.
    pub sources: Vec<Source>,
    /// Numbers in the report that do not occur in any source.
    pub unverified_numbers: Vec<String>,
    /// Whether the sandbox generated it instead of the real model.
    pub is_sandbox: bool,
    /// Time of the request.
    pub created_at: DateTime<Utc>,
}

/// A report to be inserted.
pub struct NewReport<'a> {
    /// Id, equal to the id of the AI request.
    pub id: ReportId,
    /// Input of the request.
    pub request: &'a ReportRequest,
    /// Generated report.
    pub body: &'a AiReportBody,
    /// Tool results that the report is based on.
    pub sources: &'a [Source],
    /// Numbers in the report that do not occur in any source.
    pub unverified_numbers: &'a [String],
    /// Whether the sandbox generated it instead of the real model.
    pub is_sandbox: bool,
}

/// Inserts a report.
pub async fn insert(db: impl PgExecutor<'_>, new: &NewReport<'_>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO ai_reports (id, request, body, sources, unverified_numbers, is_sandbox) VALUES ($1, $2, $3, $4, $5, $6)",
        new.id.uuid(),
        Json(new.request) as _,
        Json(new.body) as _,
        Json(new.sources) as _,
        new.unverified_numbers,
        new.is_sandbox
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which reports of a user are listed.
#[derive(Default)]
pub struct ReportFilter {
    /// Only those of this operation.
    pub operation: Option<Operation>,
    /// Only this report.
    pub id: Option<ReportId>,
    /// Maximum number; `None` for all.
    pub limit: Option<i64>,
}

/// Lists a user's reports that match a filter, newest first.
pub async fn list(db: impl PgExecutor<'_>, user_id: UserId, filter: ReportFilter) -> Result<Vec<StoredReport>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT id, request AS "request: Json<ReportRequest>", body AS "body: Json<AiReportBody>", sources AS "sources: Json<Vec<Source>>",
                  unverified_numbers, is_sandbox, created_at
             FROM ai_reports JOIN ai_requests USING (id)
            WHERE user_id = $1 AND ($2::text IS NULL OR operation = $2) AND ($3::uuid IS NULL OR id = $3)
            ORDER BY created_at DESC, id DESC LIMIT $4"#,
        user_id.uuid(),
        filter.operation.map(StringEnum::as_str),
        filter.id.map(ReportId::uuid),
        filter.limit
    );
    let stored = rows.fetch_all(db).await?.into_iter().map(|row| StoredReport {
        id: ReportId::from(row.id),
        request: row.request.0,
        body: row.body.0,
        sources: row.sources.0,
        unverified_numbers: row.unverified_numbers,
        is_sandbox: row.is_sandbox,
        created_at: row.created_at,
    });
    Ok(stored.collect())
}

/// Returns the feedback on the items of a report, ordered by item. Does not check whose report it is.
pub async fn feedback(db: impl PgExecutor<'_>, report_id: ReportId) -> Result<Vec<Feedback>, DbError> {
    let feedback = sqlx::query_as!(
        Feedback,
        "SELECT item_index, is_useful FROM ai_feedback WHERE report_id = $1 ORDER BY item_index",
        report_id.uuid()
    );
    Ok(feedback.fetch_all(db).await?)
}

/// Feedback on one item of a report, in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFeedback {
    report_id: ReportId,
    item_index: i16,
    is_useful: bool,
    created_at: DateTime<Utc>,
}

/// Lists all feedback of a user, for the data export.
pub async fn export_feedback(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedFeedback>, DbError> {
    let feedback = sqlx::query_as!(
        ExportedFeedback,
        "SELECT report_id, item_index, is_useful, ai_feedback.created_at
           FROM ai_feedback JOIN ai_requests ON ai_requests.id = report_id WHERE user_id = $1 ORDER BY report_id, item_index",
        user_id.uuid()
    );
    Ok(feedback.fetch_all(db).await?)
}

/// Upserts the feedback on an item of a user's report. Returns `false` if the user has no such report.
pub async fn save_feedback(
    db: impl PgExecutor<'_>,
    report: Owned<ReportId>,
    feedback: &Feedback,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let saved = sqlx::query!(
        "INSERT INTO ai_feedback (report_id, item_index, is_useful, created_at)
         SELECT id, $3, $4, $5 FROM ai_reports JOIN ai_requests USING (id) WHERE id = $2 AND user_id = $1
         ON CONFLICT (report_id, item_index) DO UPDATE SET is_useful = excluded.is_useful, created_at = excluded.created_at",
        report.user_id.uuid(),
        report.id.uuid(),
        feedback.item_index,
        feedback.is_useful,
        now
    );
    Ok(saved.execute(db).await?.rows_affected() == 1)
}

/// Counts the feedback of all users by operation.
pub async fn count_feedback(db: impl PgExecutor<'_>) -> Result<Vec<FeedbackCount>, DbError> {
    let counts = sqlx::query_as!(
        FeedbackCount,
        r#"SELECT operation, count(*) FILTER (WHERE is_useful) AS "useful!", count(*) FILTER (WHERE NOT is_useful) AS "not_useful!"
             FROM ai_feedback JOIN ai_requests ON ai_requests.id = report_id GROUP BY operation ORDER BY operation"#
    );
    Ok(counts.fetch_all(db).await?)
}
