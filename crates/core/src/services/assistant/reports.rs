//! AI reports on metrics: performance analysis and sales strategy.

use async_trait::async_trait;
use huntaze_domain::{
    accounts::CurrentUser,
    ai::{AgentKind, Operation},
    analytics::{PostOrder, figures::StatsRange},
    assistant::{
        grounding,
        reports::{AiReport, AiReportBody, Feedback, FeedbackInput, ReportInput, ReportRequest},
    },
    ids::{AiRequestId, IntegrationId, Owned, ReportId, UserId},
};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::tool_runner::{Reader, ToolContext};
use crate::{
    Core,
    ai::{Prompt, agents::reports, tools::ToolQuery},
    db::{
        self, DbError,
        assistant::reports::{NewReport, ReportFilter, StoredReport},
        integrations::Integration,
    },
    services::{
        ai::{
            model,
            structured::{self, StructuredTask},
        },
        ai_error::AiError,
        billing::quota,
    },
};

/// Generates a report. Returns the id under which it is stored.
///
/// # Errors
/// Returns an error if the input is invalid, an account does not belong to the user, no model is configured, a limit is reached, or the
/// model fails. Failed requests do not count.
pub async fn write_report(core: &Core, user: &CurrentUser, operation: Operation, input: &ReportInput) -> Result<ReportId, AiError> {
    let request = input.parse().map_err(AiError::InvalidInput)?;
    let is_sandbox = model(core)?.is_sandbox();
    let (worker, user, wants_regeneration) = (core.clone(), user.clone(), input.wants_regeneration());
    // Runs to completion even if the client disconnects, because the model call is billed anyway.
    let work = async move {
        quota::check_rate_limit(&worker, &user).await?;
        let accounts = find_accounts(&worker, user.id, &request).await?;
        let mut tool_context = ToolContext::default();
        let figures =
            fetch_data(Reader { core: &worker, user_id: user.id }, queries(operation, request.range), &accounts, &mut tool_context).await?;
        structured::generate(&worker, &user, &ReportTask { operation, request, figures, tool_context, is_sandbox }, wants_regeneration)
            .await
    };
    Ok(core.tasks.spawn(work).await??.into())
}

/// Finds the requested accounts; an empty list stands for all connected accounts together.
async fn find_accounts(core: &Core, user_id: UserId, request: &ReportRequest) -> Result<Vec<Integration>, AiError> {
    let known = db::integrations::list(&core.db, user_id).await?;
    let find = |id: &IntegrationId| known.iter().find(|account| account.id == *id).cloned().ok_or(AiError::NotFound);
    request.integration_ids.iter().map(find).collect()
}

/// Task to generate a report from metrics.
struct ReportTask {
    operation: Operation,
    request: ReportRequest,
    figures: Value,
    tool_context: ToolContext,
    is_sandbox: bool,
}

#[async_trait]
impl StructuredTask for ReportTask {
    type Answer = AiReportBody;

    fn agent_and_operation(&self) -> (AgentKind, Operation) {
        let agent = if self.operation == Operation::Optimize { AgentKind::Sales } else { AgentKind::Analytics };
        (agent, self.operation)
    }

    fn prompt(&self) -> Prompt {
        reports::report_prompt(self.operation, &self.figures)
    }

    fn parse(&self, answer: &str) -> Result<AiReportBody, String> {
        reports::read_report(self.operation, answer)
    }

    async fn store(&self, tx: &mut PgConnection, id: AiRequestId, body: &AiReportBody) -> Result<(), DbError> {
        let unverified_numbers = grounding::find_unverified(
            &body.texts().join("\n"),
            &grounding::numbers(&self.tool_context.figures),
            &self.tool_context.quoted,
        );
        let (request, sources, is_sandbox) = (&self.request, self.tool_context.sources.as_slice(), self.is_sandbox);
        db::assistant::reports::insert(
            tx,
            &NewReport { id: id.into(), request, body, sources, unverified_numbers: &unverified_numbers, is_sandbox },
        )
        .await
    }
}

/// Returns what the report is written from.
fn queries(operation: Operation, range: StatsRange) -> Vec<ToolQuery> {
    match operation {
        Operation::Optimize => vec![ToolQuery::Metrics(range), ToolQuery::Revenue(range), ToolQuery::Posts(range, PostOrder::Best)],
        _ => {
            vec![
                ToolQuery::Metrics(range),
                ToolQuery::DailyMetrics(range),
                ToolQuery::Posts(range, PostOrder::Best),
                ToolQuery::Posts(range, PostOrder::Worst),
            ]
        }
    }
}

/// Fetches the data for each of the accounts, or for all together if there is none.
async fn fetch_data(
    reader: Reader<'_>,
    queries: Vec<ToolQuery>,
    accounts: &[Integration],
    tool_context: &mut ToolContext,
) -> Result<Value, AiError> {
    if !accounts.is_empty() {
        return Ok(tool_context.fetch_each(reader, &queries, accounts).await?);
    }
    let mut figures = Vec::new();
    for query in queries {
        figures.push(tool_context.fetch(reader, query, None).await?);
    }
    Ok(json!(figures))
}

/// Returns the report with this id, or without an id the user's newest report of the operation, if any.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the report does not exist or belongs to another user.
pub async fn report(core: &Core, user_id: UserId, operation: Operation, id: Option<&str>) -> Result<Option<AiReport>, AiError> {
    let wanted = id.map(|id| id.parse().map_err(|_| AiError::NotFound)).transpose()?;
    let found = db::assistant::reports::list(&core.db, user_id, ReportFilter { operation: Some(operation), id: wanted, limit: Some(1) })
        .await?
        .pop();
    let Some(found) = found else {
        return if wanted.is_some() { Err(AiError::NotFound) } else { Ok(None) };
    };
    let usage = db::billing::ledger::usage(&core.db, found.id.request_id()).await?;
    let feedback = db::assistant::reports::feedback(&core.db, found.id).await?;
    let StoredReport { id, request, body, sources, unverified_numbers, is_sandbox, created_at } = found;
    Ok(Some(AiReport { id, request, body, sources, unverified_numbers, usage, is_sandbox, feedback, created_at }))
}

/// Stores a user's feedback on one recommendation or tactic of a report.
///
/// # Errors
/// Returns [`AiError::NotFound`] if the report or the part does not exist, or the report belongs to another user.
pub async fn give_feedback(core: &Core, user_id: UserId, input: &FeedbackInput) -> Result<Feedback, AiError> {
    let (id, feedback) = input.parse().ok_or(AiError::NotFound)?;
    let found = db::assistant::reports::list(&core.db, user_id, ReportFilter { id: Some(id), ..ReportFilter::default() })
        .await?
        .pop()
        .ok_or(AiError::NotFound)?;
    let parts = match &found.body {
        AiReportBody::Analysis(analysis) => analysis.recommendations.len(),
        AiReportBody::Strategy(strategy) => strategy.tactics.len(),
    };
    let is_part = usize::try_from(feedback.item_index).is_ok_and(|item| item < parts);
    if is_part && db::assistant::reports::save_feedback(&core.db, Owned { user_id, id }, &feedback, core.clock.now()).await? {
        Ok(feedback)
    } else {
        Err(AiError::NotFound)
    }
}
