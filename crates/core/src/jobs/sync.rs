//! Sync job: fetches an account's metrics from its platform.

use std::time::Duration;

use huntaze_domain::{admin::jobs::JobKind, ids::IntegrationId};

use super::{Job, JobContext, JobError};
use crate::{
    db::{self, DbError},
    services::integrations,
};

/// Pause after each sync, so that a user who is waiting for the lease on the account gets it before the next step of a backfill.
const YIELD_DELAY: Duration = Duration::from_millis(300);

pub(super) struct SyncJob;

impl Job for SyncJob {
    type Subject = IntegrationId;

    const KIND: JobKind = JobKind::Sync;
    const CONCURRENCY: usize = 4;
    const DEADLINE: Duration = Duration::from_mins(2);
    const LEASE: Duration = Duration::from_mins(2);

    async fn list_due(context: &JobContext, limit: i64) -> Result<Vec<IntegrationId>, DbError> {
        db::integrations::list_due(&context.core.db, context.core.clock.now(), limit).await
    }

    async fn run(context: &JobContext, integration_id: IntegrationId) -> Result<(), JobError> {
        integrations::sync(&context.core, integration_id).await?;
        tokio::time::sleep(YIELD_DELAY).await;
        Ok(())
    }

    async fn release(context: &JobContext, integration_id: IntegrationId) -> Result<(), DbError> {
        db::integrations::release(&context.core.db, integration_id).await
    }

    async fn exhausted(context: &JobContext, integration_id: IntegrationId) -> Result<(), DbError> {
        integrations::postpone(&context.core, integration_id).await
    }
}
