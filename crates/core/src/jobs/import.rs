//! Import job: stores the entries of a statement.

use std::time::Duration;

use huntaze_domain::{admin::jobs::JobKind, ids::StatementId};

use super::{Job, JobContext, JobError};
use crate::{
    db::{self, DbError},
    services::earnings,
};

pub(super) struct ImportJob;

impl Job for ImportJob {
    type Subject = StatementId;

    const KIND: JobKind = JobKind::Import;
    const DEADLINE: Duration = Duration::from_mins(15);

    async fn list_due(context: &JobContext, limit: i64) -> Result<Vec<StatementId>, DbError> {
        db::earnings::imports::list_due(&context.core.db, context.core.clock.now(), limit).await
    }

    async fn run(context: &JobContext, statement_id: StatementId) -> Result<(), JobError> {
        earnings::import(&context.core, statement_id).await?.map_err(|error| JobError::Permanent(error.to_string()))
    }

    async fn release(context: &JobContext, statement_id: StatementId) -> Result<(), DbError> {
        db::earnings::imports::release(&context.core.db, statement_id).await
    }

    async fn exhausted(context: &JobContext, statement_id: StatementId) -> Result<(), DbError> {
        earnings::give_up_import(&context.core, statement_id).await
    }
}
