//! Partner sync job: fetches a user's earnings from the partner service.

use std::time::Duration;

use huntaze_domain::{admin::jobs::JobKind, ids::PartnerConnectionId};

use super::{Job, JobContext, JobError};
use crate::{
    db::{self, DbError},
    services::earnings,
};

pub(super) struct PartnerSyncJob;

impl Job for PartnerSyncJob {
    type Subject = PartnerConnectionId;

    const KIND: JobKind = JobKind::PartnerSync;
    const DEADLINE: Duration = Duration::from_mins(6);
    const LEASE: Duration = Duration::from_mins(6);

    async fn list_due(context: &JobContext, limit: i64) -> Result<Vec<PartnerConnectionId>, DbError> {
        if context.core.providers.partner().is_none() {
            return Ok(Vec::new());
        }
        db::earnings::partner::list_due(&context.core.db, context.core.clock.now(), limit).await
    }

    async fn run(context: &JobContext, connection_id: PartnerConnectionId) -> Result<(), JobError> {
        Ok(earnings::sync_partner(&context.core, connection_id).await?)
    }

    async fn release(context: &JobContext, connection_id: PartnerConnectionId) -> Result<(), DbError> {
        db::earnings::partner::release(&context.core.db, connection_id).await
    }

    async fn exhausted(context: &JobContext, connection_id: PartnerConnectionId) -> Result<(), DbError> {
        earnings::postpone_partner(&context.core, connection_id).await
    }
}
