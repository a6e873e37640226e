//! AI charges job: charges each user for each month of AI use that has ended.

use std::time::Duration;

use huntaze_domain::admin::jobs::JobKind;
use uuid::Uuid;

use super::{Job, JobContext, JobError, scheduler};
use crate::{db::DbError, services::billing};

pub(super) struct AiChargesJob;

impl Job for AiChargesJob {
    type Subject = Uuid;

    const KIND: JobKind = JobKind::AiCharges;
    const DEADLINE: Duration = Duration::from_mins(15);

    async fn list_due(context: &JobContext, _: i64) -> Result<Vec<Uuid>, DbError> {
        scheduler::hourly(context, Self::KIND).await
    }

    async fn run(context: &JobContext, _: Uuid) -> Result<(), JobError> {
        billing::charge_months(&context.core).await?;
        Ok(())
    }
}
