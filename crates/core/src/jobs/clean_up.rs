//! Removes what has expired.

use chrono::TimeDelta;

use crate::{
    Core,
    db::{self, DbError},
    services::{ai, earnings},
};

/// An expired link stays this long, to say that it has expired and offer a new one.
const LINKS_KEPT: TimeDelta = TimeDelta::days(7);
/// A mail that could not be sent stays this long, for operators to see why.
const FAILED_MAILS_KEPT: TimeDelta = TimeDelta::days(7);
/// A statement that its owner looked at, and did not import.
const STATEMENTS_KEPT: TimeDelta = TimeDelta::days(30);
/// An expired visit to a platform stays this long, to say what happened when it comes back.
const VISITS_KEPT: TimeDelta = TimeDelta::days(1);
/// What happened to an account is told for so long.
const ACCOUNT_EVENTS_KEPT: TimeDelta = TimeDelta::days(90);
/// A job that was done stays this long, and one that failed longer, for operators to look into it.
const JOBS_KEPT: TimeDelta = TimeDelta::days(1);
const FAILED_JOBS_KEPT: TimeDelta = TimeDelta::days(30);
/// Long enough to look into what happened, not for ever.
const EVENTS_KEPT: TimeDelta = TimeDelta::days(365);

/// # Errors
/// The database does not answer.
pub(super) async fn clean_up(core: &Core) -> Result<(), DbError> {
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
    tracing::info!(sessions, links, mails, events, visits, account_events, statements, jobs, answers, "cleaned up");
    Ok(())
}
