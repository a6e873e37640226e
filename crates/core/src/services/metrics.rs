//! Reads what changes without a request: the pool, the queue, the state of all accounts.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use huntaze_domain::{
    admin::jobs::{JobKind, QueueStats},
    integrations::IntegrationStatus,
    string_enum::StringEnum,
};
use metrics::gauge;

use crate::{
    Core,
    db::{self, DbError},
    error::chain,
    infra::metrics::record_call,
};

/// Time between two readings of this process.
const PROCESS_INTERVAL: Duration = Duration::from_secs(5);
/// Readings of this process between two of the database, which all processes share.
const DATABASE_EVERY: u32 = 6;

/// Reads until it is cancelled.
pub async fn sample(core: &Core) {
    let mut ticks = tokio::time::interval(PROCESS_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for number in (0..DATABASE_EVERY).cycle() {
        ticks.tick().await;
        sample_pool(core).await;
        if number == 0
            && let Err(error) = sample_database(core).await
        {
            tracing::warn!(error = chain(&error), "failed to read metrics from the database");
        }
    }
}

/// The pool, and how long the database takes for the shortest query, waiting for a connection included.
async fn sample_pool(core: &Core) {
    let (size, idle) = (core.db.size(), u32::try_from(core.db.num_idle()).unwrap_or(u32::MAX));
    gauge!("database_pool_connections", "state" => "used").set(size.saturating_sub(idle));
    gauge!("database_pool_connections", "state" => "idle").set(idle);
    gauge!("database_pool_max_connections").set(core.config.database.max_connections);
    let begun = Instant::now();
    let outcome = db::ping(&core.db).await;
    record_call("postgresql", begun, outcome.is_ok());
}

async fn sample_database(core: &Core) -> Result<(), DbError> {
    let now = core.clock.now();
    let queue = db::jobs::queue_stats(&core.db).await?;
    for kind in JobKind::ALL {
        // A kind without jobs is not listed.
        let stats = queue.iter().find(|stats| stats.kind == *kind);
        let count = |of: fn(&QueueStats) -> i64| to_f64(stats.map_or(0, of));
        gauge!("jobs", "kind" => kind.as_str(), "state" => "pending").set(count(|stats| stats.pending));
        gauge!("jobs", "kind" => kind.as_str(), "state" => "running").set(count(|stats| stats.running));
        let age = stats.and_then(|stats| stats.oldest_pending_at).map_or(0, |at| (now - at).num_seconds().max(0));
        gauge!("jobs_oldest_pending_seconds", "kind" => kind.as_str()).set(to_f64(age));
    }
    gauge!("jobs_failed").set(to_f64(db::jobs::count_failed(&core.db).await?));
    let mut by_status = BTreeMap::<_, i64>::new();
    for (health, count) in db::integrations::count_by_health(&core.db, now).await? {
        *by_status.entry(health.status(now).0).or_default() += count;
    }
    for status in IntegrationStatus::ALL {
        gauge!("integrations", "status" => status.as_str()).set(to_f64(by_status.get(status).copied().unwrap_or_default()));
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
const fn to_f64(count: i64) -> f64 {
    count as f64
}
