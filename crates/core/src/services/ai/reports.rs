//! AI reports on metrics: performance analysis and sales strategy.

use async_trait::async_trait;
use huntaze_domain::{
    account::CurrentUser,
    ai::{
        AgentKind, Operation, grounding,
        report::{Feedback, FeedbackInput, Report, ReportBody, ReportInput, ReportRequest},
    },
    analytics::PostOrder,
};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    AiError,
    lookup::Findings,
    model, quota,
    structured::{self, Work},
};
use crate::{
    Core,
    ai::{Prompt, agents::reports, tools::Lookup},
    db::{
        self, DbError,
        ai_reports::{NewReport, StoredReport},
        integrations::Integration,
    },
};

/// Generates a report. Returns the id under which it is stored.
///
/// # Errors
/// Returns an error if the input is invalid, an account does not belong to the user, no model is configured, a limit is reached, or the
/// model fails. Failed requests do not count.
pub async fn write_report(core: &Core, user: &CurrentUser, operation: Operation, input: &ReportInput) -> Result<Uuid, AiError> {
    let request = input.parse().map_err(AiError::Invalid)?;
    let is_sandbox = model(core)?.is_sandbox();
    let (worker, user, is_anew) = (core.clone(), user.clone(), input.is_anew());
    // Runs to completion even if the client disconnects, because the model call is billed anyway.
    let work = async move {
        quota::limit_pace(&worker, &user).await?;
        let accounts = find_accounts(&worker, user.id, &request).await?;
        let mut findings = Findings::default();
        let figures = gather(&worker, user.id, operation, &request, &accounts, &mut findings).await?;
        structured::write(&worker, &user, &ReportWork { operation, request, figures, findings, is_sandbox }, is_anew).await
    };
    core.tasks.spawn(work).await?
}

/// Finds the requested accounts; an empty list stands for all connected accounts together.
async fn find_accounts(core: &Core, user_id: Uuid, request: &ReportRequest) -> Result<Vec<Integration>, AiError> {
    let known = db::integrations::list(&core.db, user_id).await?;
    let find = |id: &Uuid| known.iter().find(|account| account.id == *id).cloned().ok_or(AiError::Unknown);
    request.integration_ids.iter().map(find).collect()
}

/// Task to generate a report from metrics.
struct ReportWork {
    operation: Operation,
    request: ReportRequest,
    figures: Value,
    findings: Findings,
    is_sandbox: bool,
}

#[async_trait]
impl Work for ReportWork {
    type Answer = ReportBody;

    fn who(&self) -> (AgentKind, Operation) {
        let agent = if self.operation == Operation::Optimize { AgentKind::Sales } else { AgentKind::Analytics };
        (agent, self.operation)
    }

    fn prompt(&self) -> Prompt {
        reports::report_prompt(self.operation, &self.figures)
    }

    fn read(&self, answer: &str) -> Result<ReportBody, String> {
        reports::read_report(self.operation, answer)
    }

    async fn store(&self, tx: &mut PgConnection, id: Uuid, body: &ReportBody) -> Result<(), DbError> {
        let unverified =
            grounding::unverified(&body.texts().join("\n"), &grounding::numbers(&self.findings.figures), &self.findings.quoted);
        let (request, sources, is_sandbox) = (&self.request, self.findings.sources.as_slice(), self.is_sandbox);
        db::ai_reports::insert(tx, &NewReport { id, request, body, sources, unverified: &unverified, is_sandbox }).await
    }
}

/// Fetches the data of the report: for each requested account, or for all together.
async fn gather(
    core: &Core,
    user_id: Uuid,
    operation: Operation,
    request: &ReportRequest,
    accounts: &[Integration],
    findings: &mut Findings,
) -> Result<Value, AiError> {
    let range = request.range;
    let lookups = match operation {
        Operation::Optimize => vec![Lookup::Figures(range), Lookup::Revenue(range), Lookup::Posts(range, PostOrder::Best)],
        _ => {
            vec![Lookup::Figures(range), Lookup::Days(range), Lookup::Posts(range, PostOrder::Best), Lookup::Posts(range, PostOrder::Worst)]
        }
    };
    if accounts.is_empty() {
        let mut figures = Vec::new();
        for lookup in lookups {
            figures.push(findings.gather(core, user_id, lookup, None).await?);
        }
        return Ok(json!(figures));
    }
    Ok(findings.gather_each(core, user_id, &lookups, accounts).await?)
}

/// Returns the report with this id, or without an id the user's newest report of the operation, if any.
///
/// # Errors
/// Returns [`AiError::Unknown`] if the report does not exist or belongs to another user.
pub async fn report(core: &Core, user_id: Uuid, operation: Operation, id: Option<&str>) -> Result<Option<Report>, AiError> {
    let wanted = id.map(|id| id.parse().map_err(|_| AiError::Unknown)).transpose()?;
    let found = db::ai_reports::list(&core.db, user_id, Some(operation), wanted, 1).await?.pop();
    let Some(found) = found else {
        return if wanted.is_some() { Err(AiError::Unknown) } else { Ok(None) };
    };
    let cost = db::ai_ledger::cost(&core.db, found.id).await?;
    let feedback = db::ai_reports::feedback(&core.db, found.id).await?;
    let StoredReport { id, request, body, sources, unverified, is_sandbox, created_at } = found;
    Ok(Some(Report { id, request, body, sources, unverified, cost, is_sandbox, feedback, created_at }))
}

/// Stores a user's feedback on one recommendation or tactic of a report.
///
/// # Errors
/// Returns [`AiError::Unknown`] if the report or the part does not exist, or the report belongs to another user.
pub async fn give_feedback(core: &Core, user_id: Uuid, input: &FeedbackInput) -> Result<Feedback, AiError> {
    let (id, feedback) = input.parse().ok_or(AiError::Unknown)?;
    let found = db::ai_reports::list(&core.db, user_id, None, Some(id), 1).await?.pop().ok_or(AiError::Unknown)?;
    let parts = match &found.body {
        ReportBody::Analysis(analysis) => analysis.recommendations.len(),
        ReportBody::Strategy(strategy) => strategy.tactics.len(),
    };
    let is_part = usize::try_from(feedback.item).is_ok_and(|item| item < parts);
    if is_part && db::ai_reports::save_feedback(&core.db, user_id, id, &feedback, core.clock.now()).await? {
        Ok(feedback)
    } else {
        Err(AiError::Unknown)
    }
}
