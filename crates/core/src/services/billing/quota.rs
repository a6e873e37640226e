//! Monthly quota and cost limits. A request is reserved under a per-user lock before the model is called, so limits hold across processes.

use std::{ops::Range, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use huntaze_domain::{
    accounts::CurrentUser,
    ai::Operation,
    billing::QuotaView,
    ids::{AiRequestId, UserId},
    month::{first_of_month, next_month},
    page::Page,
    string_enum::StringEnum,
};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    Core,
    db::{
        self, DbError,
        accounts::sessions::ActiveSession,
        billing::ledger::{ModelCall, MonthlyUsage, NewRequest, QuotaNotice},
    },
    infra::{mail::Message, rate_limiter::RateLimit},
    services::ai_error::{AiError, MonthlyLimit},
};

/// Timeout of one answer, including the attempt to repair it.
pub(in crate::services) const ANSWER_TIMEOUT: Duration = Duration::from_mins(4);
/// How long a reservation counts; longer than [`ANSWER_TIMEOUT`], so that only the reservations of crashed processes expire.
const RESERVATION_TTL: TimeDelta = TimeDelta::minutes(5);

/// Returns how many requests of the month's quota the user of the session has used, reserved ones included.
pub async fn quota(core: &Core, session: &ActiveSession) -> Result<QuotaView, AiError> {
    let (user, now) = (&session.user, core.clock.now());
    let count = match session.quota_requests {
        Some(count) => count,
        None => db::billing::ledger::count(&core.db, user.id, first_of_month(now), now).await?,
    };
    let limit = user.plan.monthly_requests();
    Ok(QuotaView { plan: user.plan, used: count, limit, remaining: limit.map(|limit| (limit - count).max(0)), renews_at: next_month(now) })
}

/// A reserved request. It counts against the quota until it is released or expires.
pub(in crate::services) struct Reservation {
    /// Id of the request in the ledger.
    pub id: AiRequestId,
    user_id: UserId,
    email: String,
    month: NaiveDate,
    limit: Option<i64>,
}

/// Reserves a request if neither the quota nor a cost limit is reached.
pub(in crate::services) async fn reserve(core: &Core, user: &CurrentUser, operation: Operation) -> Result<Reservation, AiError> {
    let mut tx = db::begin(&core.db).await?;
    db::billing::ledger::lock(&mut *tx, user.id).await?;
    // Taken after the lock, so that a reservation that waited for it counts in the month in which it is made.
    let now = core.clock.now();
    let month = db::billing::ledger::monthly_usage(&mut *tx, user.id, first_of_month(now), now).await?;
    if user.plan.monthly_requests().is_some_and(|limit| month.requests >= limit) {
        return Err(quota_exceeded(MonthlyLimit::RequestQuota, now));
    }
    check_cost_limit(core, user, &month, now)?;
    let reservation = insert(&mut tx, user, operation, now..now + RESERVATION_TTL).await?;
    tx.commit().await?;
    metrics::counter!("ai_requests_total", "operation" => operation.as_str()).increment(1);
    Ok(reservation)
}

/// Records a request that is served from the cache. It does not count against the quota.
pub(in crate::services) async fn record_cache_hit(core: &Core, user: &CurrentUser, operation: Operation) -> Result<Reservation, AiError> {
    let mut db = core.db.acquire().await?;
    let now = core.clock.now();
    Ok(insert(&mut db, user, operation, now..now).await?)
}

/// Inserts a request that is reserved for a time.
async fn insert(
    db: &mut PgConnection,
    user: &CurrentUser,
    operation: Operation,
    time: Range<DateTime<Utc>>,
) -> Result<Reservation, DbError> {
    let Range { start: now, end: reserved_until } = time;
    let (id, month) = (AiRequestId::from(Uuid::now_v7()), first_of_month(now));
    db::billing::ledger::reserve(db, &NewRequest { id, user_id: user.id, month, operation, reserved_until }, now).await?;
    Ok(Reservation { id, user_id: user.id, email: user.email.clone(), month, limit: user.plan.monthly_requests() })
}

/// Checks the user's rate limit per minute. Called before any other work.
pub(in crate::services) async fn check_rate_limit(core: &Core, user: &CurrentUser) -> Result<(), AiError> {
    let limit = core.config.limits.ai.saturating_mul(user.plan.rate_limit_multiplier());
    let decision = core.rate_limiter.hit(RateLimit::new("ai", limit, TimeDelta::minutes(1)), &user.id.to_string()).await;
    decision.allowed().map_err(AiError::RateLimited)
}

/// Checks the monthly cost limits: that of Huntaze, and the user's own on plans without a quota. They are needed because requests that do
/// not count are billed, too. The cost of requests in progress is unknown, so a limit can be exceeded by them.
fn check_cost_limit(core: &Core, user: &CurrentUser, month: &MonthlyUsage, now: DateTime<Utc>) -> Result<(), AiError> {
    let has_quota = user.plan.monthly_requests().is_some();
    if !has_quota && month.cap_micro_usd.is_some_and(|cap| month.cost_micro_usd >= cap) {
        return Err(quota_exceeded(MonthlyLimit::UserCap, now));
    }
    let is_exceeded = month.cost_micro_usd * 100 >= core.config.limits.ai_monthly_cost_limit * user.plan.cost_limit_percent();
    if is_exceeded { Err(quota_exceeded(MonthlyLimit::CostLimit, now)) } else { Ok(()) }
}

fn quota_exceeded(limit: MonthlyLimit, now: DateTime<Utc>) -> AiError {
    let seconds = (next_month(now) - now).num_seconds().max(0) + 1;
    AiError::QuotaExceeded(limit, u32::try_from(seconds).unwrap_or(u32::MAX))
}

impl Reservation {
    /// Settles the request in the transaction that stores its result, and records its model calls. If all of them were cache hits, releases
    /// it instead. Enqueues a mail when the user reaches 80 % or 100 % of the month's quota.
    pub async fn settle(&self, tx: &mut PgConnection, calls: &[ModelCall], core: &Core) -> Result<(), DbError> {
        let now = core.clock.now();
        if calls.iter().all(|call| call.is_cache_hit) {
            return self.release_in(tx, calls, now).await;
        }
        // Serializes settlements of the user, so that each count includes the earlier ones.
        db::billing::ledger::lock(&mut *tx, self.user_id).await?;
        db::billing::ledger::settle(&mut *tx, self.id).await?;
        db::billing::ledger::insert_calls(&mut *tx, self.id, calls, now).await?;
        let Some(limit) = self.limit else { return Ok(()) };
        let used = db::billing::ledger::count_settled(&mut *tx, self.user_id, self.month).await?;
        for (level, message) in [(80, Message::QuotaNear as fn(String) -> Message), (100, Message::QuotaUsedUp)] {
            let is_reached = used * 100 >= limit * i64::from(level);
            let notice = QuotaNotice { user_id: self.user_id, month: self.month, quota: limit, threshold_percent: level };
            if is_reached && db::billing::ledger::insert_notice(&mut *tx, notice, now).await? {
                let mail = message(core.config.app.link(Page::Settings.path())).to(&*self.email);
                db::mail_outbox::insert(&mut *tx, &mail, now).await?;
            }
        }
        Ok(())
    }

    /// Releases the request, so that it does not count. Its model calls are still recorded as costs.
    pub async fn release(self, core: &Core, calls: &[ModelCall]) -> Result<(), DbError> {
        let mut tx = db::begin(&core.db).await?;
        self.release_in(&mut tx, calls, core.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Releases the request like [`Self::release`], but inside a transaction.
    pub async fn release_in(&self, tx: &mut PgConnection, calls: &[ModelCall], now: DateTime<Utc>) -> Result<(), DbError> {
        db::billing::ledger::release(&mut *tx, self.id).await?;
        db::billing::ledger::insert_calls(&mut *tx, self.id, calls, now).await
    }
}
