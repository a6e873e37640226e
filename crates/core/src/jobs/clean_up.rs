//! Cleanup job: deletes expired rows.

use std::time::Duration;

use chrono::TimeDelta;
use huntaze_domain::job::JobKind;
use uuid::Uuid;

use super::{Job, JobContext, JobError, scheduler};
use crate::{
    Core,
    db::{self, DbError},
    services::{ai, earnings},
};

/// Retention of expired email links; until then the link page can say that the link has expired and offer a new one.
const LINKS_KEPT: TimeDelta = TimeDelta::days(7);
/// Retention of mails that could not be sent, so that admins can see the error.
const FAILED_MAILS_KEPT: TimeDelta = TimeDelta::days(7);
/// Retention of uploaded statements that were not imported.
const STATEMENTS_KEPT: TimeDelta = TimeDelta::days(30);
/// Retention of expired OAuth states; until then a late callback gets a specific error.
const VISITS_KEPT: TimeDelta = TimeDelta::days(1);
/// Retention of the event logs of integrations.
const ACCOUNT_EVENTS_KEPT: TimeDelta = TimeDelta::days(90);
/// Retention of completed jobs; failed jobs are kept longer, so that admins can investigate them.
const JOBS_KEPT: TimeDelta = TimeDelta::days(1);
const FAILED_JOBS_KEPT: TimeDelta = TimeDelta::days(30);
/// Retention of audit events: long enough for investigations, but limited.
const EVENTS_KEPT: TimeDelta = TimeDelta::days(365);

pub(super) struct CleanupJob;

impl Job for CleanupJob {
    const KIND: JobKind = JobKind::CleanUp;
    const DEADLINE: Duration = Duration::from_mins(15);

    async fn list_due(context: &JobContext, _: i64) -> Result<Vec<Uuid>, DbError> {
        scheduler::hourly(context, Self::KIND).await
    }

    async fn run(context: &JobContext, _: Uuid) -> Result<(), JobError> {
        Ok(clean_up(&context.core).await?)
    }
}

/// Deletes everything past its retention, and marks answers with an expired lease as failed.
///
/// # Errors
/// The first query that fails; later deletions are skipped.
async fn clean_up(core: &Core) -> Result<(), DbError> {
    let now = core.clock.now();
    let sessions = db::sessions::delete_expired(&core.db, now).await?;
    let links = db::links::delete_expired(&core.db, now - LINKS_KEPT).await?;
    let mails = db::outbox::delete_failed(&core.db, now - FAILED_MAILS_KEPT).await?;
    let events = db::audit::delete_old(&core.db, now - EVENTS_KEPT).await?;
    let visits = db::oauth_states::delete_expired(&core.db, now - VISITS_KEPT).await?;
    let account_events = db::integration_events::delete_old(&core.db, now - ACCOUNT_EVENTS_KEPT).await?;
    let statements = db::statements::delete_abandoned(&core.db, now - earnings::ARRIVING, now - STATEMENTS_KEPT).await?;
    let jobs = db::jobs::delete_old(&core.db, now - JOBS_KEPT, now - FAILED_JOBS_KEPT).await?;
    let answers = ai::give_up_dead_answers(core, now).await?;
    tracing::info!(sessions, links, mails, events, visits, account_events, statements, jobs, answers, "cleanup finished");
    Ok(())
}
