//! How much a creator may ask: counted before a model is, so that however many ask at once, in however many processes, it holds.

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::AiError;
use crate::{
    domain::{
        account::CurrentUser,
        ai::{Operation, QuotaView},
    },
    server::{
        db::{
            self, DbError,
            ai_ledger::{Call, NewRequest},
        },
        infra::rate_limiter::{Decision, Rule},
        services::integrations::first_of_month,
        state::AppState,
    },
};

/// Longer than an answer may take, its repair included: what is not ended then belongs to a process that died.
const LONGEST: TimeDelta = TimeDelta::minutes(5);

/// What a creator has used of the month.
///
/// # Errors
/// The database does not answer.
pub async fn quota(state: &AppState, user: &CurrentUser) -> Result<QuotaView, AiError> {
    let now = state.clock.now();
    let month = first_of_month(now);
    let count = db::ai_ledger::count(&state.db, user.id, month, now).await?;
    let limit = user.plan.monthly_requests();
    Ok(QuotaView { plan: user.plan, used: count, limit, remaining: limit.map(|limit| (limit - count).max(0)), renews_at: end_of(month) })
}

/// A request that counts until it is ended.
pub(super) struct Reservation {
    /// Its number in the ledger.
    pub id: Uuid,
}

/// Reserves a request, if there is one left.
pub(super) async fn reserve(state: &AppState, user: &CurrentUser, operation: Operation) -> Result<Reservation, AiError> {
    let often = Rule { name: "ai", limit: state.config.limits.ai.saturating_mul(user.plan.pace()), window: TimeDelta::minutes(1) };
    if let Decision::Refused { retry_after } = state.limiter.hit(often, &user.id.to_string()).await {
        return Err(AiError::TooOften(retry_after));
    }
    let mut tx = state.db.begin().await?;
    db::ai_ledger::lock(&mut *tx, user.id).await?;
    // After the lock: a reservation that waited for it counts for the month in which it is made.
    let now = state.clock.now();
    let month = first_of_month(now);
    if let Some(limit) = user.plan.monthly_requests()
        && db::ai_ledger::count(&mut *tx, user.id, month, now).await? >= limit
    {
        return Err(AiError::QuotaExceeded);
    }
    let id = Uuid::now_v7();
    let new = NewRequest { id, user_id: user.id, month, operation, reserved_until: now + LONGEST };
    db::ai_ledger::reserve(&mut *tx, &new, now).await?;
    tx.commit().await?;
    Ok(Reservation { id })
}

impl Reservation {
    /// Gives the request back: it does not count. Calls that were made cost all the same.
    pub async fn release(self, state: &AppState, calls: &[Call]) -> Result<(), DbError> {
        let mut tx = state.db.begin().await?;
        db::ai_ledger::end(&mut *tx, self.id, false).await?;
        db::ai_ledger::insert_calls(&mut *tx, self.id, calls, state.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn end_of(month: NaiveDate) -> DateTime<Utc> {
    (month + Months::new(1)).and_time(chrono::NaiveTime::MIN).and_utc()
}
