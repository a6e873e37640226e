//! Business logic. Modules here must not depend on HTTP or Leptos.

pub mod accounts;
pub mod admin;
pub mod ai;
pub mod ai_error;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod content;
pub mod earnings;
pub mod integrations;
pub mod metrics;
pub mod onboarding;
mod paging;

use huntaze_domain::admin::jobs::JobKind;

use crate::{Core, db, error::chain};

/// Tells the schedulers of all processes that a subject is due. They also find out at their next poll, so a failure is only logged.
async fn notify_due(core: &Core, kind: JobKind) {
    if let Err(error) = db::jobs::notify_due(&core.db, kind).await {
        tracing::warn!(error = chain(&error), "failed to notify schedulers");
    }
}
