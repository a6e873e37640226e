//! Structured answers on figures: what they mean, and how to sell more.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    AiError,
    calls::Calls,
    lookup::Findings,
    model,
    quota::{self, Reservation},
};
use crate::{
    domain::{
        account::CurrentUser,
        ai::{
            AgentKind, Operation, grounding,
            report::{Feedback, FeedbackInput, Report, ReportBody, ReportInput, ReportRequest},
        },
        analytics::PostOrder,
        choice::Choice,
    },
    server::{
        ai::{
            agents::{fenced, reports},
            tools::Lookup,
        },
        db::{
            self,
            ai_reports::{NewReport, StoredReport},
            integrations::Integration,
        },
        state::AppState,
    },
};

/// Has a report written. Returns the number under which it is kept.
///
/// # Errors
/// Invalid, somebody else's account, not set up, no request left, or no answer; none of these counts.
pub async fn write_report(state: &AppState, user: &CurrentUser, operation: Operation, input: &ReportInput) -> Result<Uuid, AiError> {
    let request = input.parse().map_err(AiError::Invalid)?;
    model(state)?;
    let (worker, user) = (state.clone(), user.clone());
    // To the end, also when the creator does not wait for it: what was paid for is kept.
    state.tasks.spawn(async move { write(&worker, &user, operation, &request).await }).await?
}

async fn write(state: &AppState, user: &CurrentUser, operation: Operation, request: &ReportRequest) -> Result<Uuid, AiError> {
    let model = model(state)?;
    let accounts = find_accounts(state, user.id, request).await?;
    let reservation = quota::reserve(state, user, operation).await?;
    let id = reservation.id;
    let calls = Calls::new(model);
    let outcome = work_out(state, user.id, operation, request, &accounts, &calls).await;
    let outcome = match outcome {
        Ok((body, findings)) => {
            let unverified = grounding::unverified(&body.texts().join("\n"), &findings.figures);
            let (sources, is_sandbox) = (findings.sources.as_slice(), model.is_sandbox());
            let new = NewReport { id, request, body: &body, sources, unverified: &unverified, is_sandbox };
            store(state, &reservation, &new, &calls).await
        }
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        reservation.release(state, &calls.list()).await?;
    }
    outcome.map(|()| id)
}

/// The accounts that were asked for; empty for all together.
async fn find_accounts(state: &AppState, user_id: Uuid, request: &ReportRequest) -> Result<Vec<Integration>, AiError> {
    let known = db::integrations::list(&state.db, user_id).await?;
    let find = |id: &Uuid| known.iter().find(|account| account.id == *id).cloned().ok_or(AiError::Unknown);
    request.integration_ids.iter().map(find).collect()
}

/// Looks up the figures, and has a report written on them.
async fn work_out(
    state: &AppState,
    user_id: Uuid,
    operation: Operation,
    request: &ReportRequest,
    accounts: &[Integration],
    calls: &Calls<'_>,
) -> Result<(ReportBody, Findings), AiError> {
    let mut findings = Findings::default();
    let figures = gather(state, user_id, operation, request, accounts, &mut findings).await?;
    let agent = if operation == Operation::Optimize { AgentKind::Sales } else { AgentKind::Analytics };
    let prompt = reports::report_prompt(operation, &figures);
    let body = calls.ask_for(agent, prompt, |answer| reports::read_report(operation, answer)).await?;
    Ok((body, findings))
}

async fn store(state: &AppState, reservation: &Reservation, new: &NewReport<'_>, calls: &Calls<'_>) -> Result<(), AiError> {
    let mut tx = state.db.begin().await?;
    reservation.settle(&mut tx, &calls.list(), state).await?;
    db::ai_reports::insert(&mut *tx, new).await?;
    tx.commit().await?;
    Ok(())
}

/// What the report rests on: of each account that was asked for, or of all together.
async fn gather(
    state: &AppState,
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
    let mut figures = Vec::new();
    if accounts.is_empty() {
        for lookup in lookups {
            figures.push(findings.gather(state, user_id, lookup, None).await?);
        }
        return Ok(json!(figures));
    }
    for account in accounts {
        let mut own = Vec::new();
        for lookup in &lookups {
            own.push(findings.gather(state, user_id, *lookup, Some(account)).await?);
        }
        figures.push(json!({ "platform": account.provider.label(), "account": fenced(&account.account_name), "figures": own }));
    }
    Ok(json!(figures))
}

/// A report that was written for a creator, or the newest of an operation.
///
/// # Errors
/// Unknown, also where it is somebody else's.
pub async fn report(state: &AppState, user_id: Uuid, operation: Operation, id: Option<&str>) -> Result<Option<Report>, AiError> {
    let wanted = id.map(|id| id.parse().map_err(|_| AiError::Unknown)).transpose()?;
    let found = db::ai_reports::list(&state.db, user_id, Some(operation), wanted, 1).await?.pop();
    let Some(found) = found else {
        return if wanted.is_some() { Err(AiError::Unknown) } else { Ok(None) };
    };
    let cost = db::ai_ledger::cost(&state.db, found.id).await?;
    let feedback = db::ai_reports::feedback(&state.db, found.id).await?;
    let StoredReport { id, request, body, sources, unverified, is_sandbox, created_at } = found;
    Ok(Some(Report { id, request, body, sources, unverified, cost, is_sandbox, feedback, created_at }))
}

/// Notes what a creator thinks of a part of a report.
///
/// # Errors
/// Unknown: there is no such report or part, or it is somebody else's.
pub async fn give_feedback(state: &AppState, user_id: Uuid, input: &FeedbackInput) -> Result<Feedback, AiError> {
    let (id, feedback) = input.parse().ok_or(AiError::Unknown)?;
    let found = db::ai_reports::list(&state.db, user_id, None, Some(id), 1).await?.pop().ok_or(AiError::Unknown)?;
    let parts = match &found.body {
        ReportBody::Analysis(analysis) => analysis.recommendations.len(),
        ReportBody::Strategy(strategy) => strategy.tactics.len(),
    };
    let is_part = usize::try_from(feedback.item).is_ok_and(|item| item < parts);
    if is_part && db::ai_reports::save_feedback(&state.db, user_id, id, &feedback, state.clock.now()).await? {
        Ok(feedback)
    } else {
        Err(AiError::Unknown)
    }
}
