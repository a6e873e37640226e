//! What each kind of job is: what is due, how it is done, and what is left of it when it is given up.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use huntaze_domain::job::JobKind;
use sqlx::PgPool;
use uuid::Uuid;

use super::{clean_up, mail};
use crate::{
    Core,
    db::{self, DbError},
    infra::mailer::{Mailer, MailerError},
    services::{
        ai,
        earnings::{self, EarningsError},
        integrations,
    },
};

/// After an account was read: long enough for a creator who waits for it to get hold of it.
const BREATH: Duration = Duration::from_millis(300);

/// Between one clean-up, or computation of charges, and the next.
const HOURLY: TimeDelta = TimeDelta::hours(1);

/// What jobs work with.
#[derive(Clone)]
pub(super) struct Work {
    pub core: Core,
    pub mailer: Arc<dyn Mailer>,
    /// Connections of the queue alone; see [`db::queue_pool`].
    pub queue: PgPool,
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum JobError {
    /// It is given up, and its subject says so.
    #[error("{0}")]
    GivenUp(String),
    /// A fault of ours: another time it may go well.
    #[error("{0}")]
    Fault(String),
    /// The database: another time it may go well.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<MailerError> for JobError {
    fn from(error: MailerError) -> Self {
        Self::GivenUp(error.to_string())
    }
}

impl From<EarningsError> for JobError {
    fn from(error: EarningsError) -> Self {
        Self::GivenUp(error.to_string())
    }
}

/// How many jobs of a kind a process does at once.
pub(super) const fn workers(kind: JobKind) -> usize {
    match kind {
        JobKind::Sync => 4,
        JobKind::Mail => 2,
        JobKind::Import | JobKind::Partner | JobKind::Charge | JobKind::CleanUp => 1,
    }
}

/// A job that takes longer is stopped.
pub(super) const fn deadline(kind: JobKind) -> Duration {
    match kind {
        JobKind::Mail => Duration::from_mins(1),
        JobKind::Sync => Duration::from_mins(2),
        JobKind::Partner => Duration::from_mins(6),
        JobKind::Import | JobKind::Charge | JobKind::CleanUp => Duration::from_mins(15),
    }
}

/// A worker that gives no sign of life for so many heartbeats of 10 s is taken for dead, and its jobs are done by others: once what it had in
/// hand is free again.
pub(super) const fn missed_heartbeats(kind: JobKind) -> usize {
    match kind {
        JobKind::Mail | JobKind::Sync => 13,
        JobKind::Partner => 37,
        JobKind::Import | JobKind::Charge | JobKind::CleanUp => 7,
    }
}

impl Work {
    /// What waits for a job of a kind, the longest first; `most` of it.
    pub async fn due(&self, kind: JobKind, most: i64) -> Result<Vec<Uuid>, DbError> {
        let (db, now) = (&self.core.db, self.core.clock.now());
        match kind {
            JobKind::Mail => db::outbox::due(db, now, most).await,
            JobKind::Sync => db::integrations::due(db, now, most).await,
            JobKind::Import => db::statements::due(db, now, most).await,
            JobKind::Partner if self.core.providers.partner().is_none() => Ok(Vec::new()),
            JobKind::Partner => db::partner::due(db, now, most).await,
            JobKind::Charge | JobKind::CleanUp => {
                let is_recent = db::jobs::is_recent(db, kind, HOURLY).await?;
                Ok(if is_recent { Vec::new() } else { vec![Uuid::nil()] })
            }
        }
    }

    /// Does a job. Done twice, or by two at once, it comes to the same.
    pub async fn run(&self, kind: JobKind, subject: Uuid) -> Result<(), JobError> {
        let core = &self.core;
        match kind {
            JobKind::Mail => mail::deliver(core, self.mailer.as_ref(), subject).await??,
            JobKind::Sync => {
                integrations::sync(core, subject).await?;
                tokio::time::sleep(BREATH).await;
            }
            JobKind::Import => earnings::import(core, subject).await??,
            JobKind::Partner => earnings::read_partner(core, subject).await?,
            JobKind::Charge => drop(ai::charge_months(core).await?),
            JobKind::CleanUp => clean_up::clean_up(core).await?,
        }
        Ok(())
    }

    /// Lets go of a subject after a fault, so that the next attempt can take it.
    pub async fn let_go(&self, kind: JobKind, subject: Uuid) -> Result<(), DbError> {
        let (db, now) = (&self.core.db, self.core.clock.now());
        match kind {
            JobKind::Mail => db::outbox::let_go(db, subject, now).await,
            JobKind::Sync => db::integrations::release(db, subject).await,
            JobKind::Import => db::statements::let_go(db, subject).await,
            JobKind::Partner => db::partner::let_go(db, subject).await,
            JobKind::Charge | JobKind::CleanUp => Ok(()),
        }
    }

    /// Notes with its subject that a job is not tried again, so that its owner sees it, or it goes on later.
    pub async fn give_up(&self, kind: JobKind, subject: Uuid) -> Result<(), DbError> {
        let core = &self.core;
        match kind {
            JobKind::Mail => mail::give_up(core, subject).await,
            JobKind::Sync => integrations::postpone(core, subject).await,
            JobKind::Import => earnings::give_up_import(core, subject).await,
            JobKind::Partner => earnings::postpone_partner(core, subject).await,
            JobKind::Charge | JobKind::CleanUp => Ok(()),
        }
    }

    /// How long a job waits after its first, second, … attempt: 10 s, 20 s, 40 s, …
    pub fn pause_after(attempt: i32) -> TimeDelta {
        TimeDelta::seconds(10) * (1 << (attempt - 1).clamp(0, 8))
    }
}
