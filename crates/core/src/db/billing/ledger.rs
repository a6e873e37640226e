//! AI ledger: requests, which count towards the quota, and model calls, which cost money.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    ai::{AgentKind, Operation},
    billing::{AiUsage, TokenUsage},
    ids::{AiRequestId, UserId},
    string_enum::StringEnum,
};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::db::DbError;

/// Serializes the reservations of a user until the transaction ends (advisory lock).
pub async fn lock(db: impl PgExecutor<'_>, user_id: UserId) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended('ai ' || $1::text, 0))", user_id.to_string()).execute(db).await?;
    Ok(())
}

/// Counts the requests of a month against the quota: settled ones and reservations that have not expired.
pub async fn count(db: impl PgExecutor<'_>, user_id: UserId, month: NaiveDate, now: DateTime<Utc>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM ai_quota_requests WHERE user_id = $1 AND month = $2 AND counts_until > $3"#,
        user_id.uuid(),
        month,
        now
    );
    Ok(count.fetch_one(db).await?)
}

/// Returns the cost of all model calls of a month, whether their requests count or not, in millionths of a US dollar.
pub async fn month_cost_micro_usd(db: impl PgExecutor<'_>, user_id: UserId, month: NaiveDate) -> Result<i64, DbError> {
    let spent = sqlx::query_scalar!(
        r#"SELECT coalesce(sum(cost_micro_usd), 0)::bigint AS "spent!" FROM ai_requests JOIN ai_usage ON request_id = ai_requests.id
            WHERE user_id = $1 AND month = $2"#,
        user_id.uuid(),
        month
    );
    Ok(spent.fetch_one(db).await?)
}

/// What a user has used of a month.
pub struct MonthlyUsage {
    /// Requests that count against the quota, as in [`count`].
    pub requests: i64,
    /// Cost of all model calls, as in [`month_cost_micro_usd`].
    pub cost_micro_usd: i64,
    /// Monthly cost limit set by the user, in millionths of a US dollar; `None` for no limit.
    pub cap_micro_usd: Option<i64>,
}

/// Returns what a user has used of a month.
pub async fn monthly_usage(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    month: NaiveDate,
    now: DateTime<Utc>,
) -> Result<MonthlyUsage, DbError> {
    let usage = sqlx::query_as!(
        MonthlyUsage,
        r#"SELECT (SELECT count(*) FROM ai_quota_requests WHERE user_id = $1 AND month = $2 AND counts_until > $3) AS "requests!",
                  (SELECT coalesce(sum(cost_micro_usd), 0)::bigint
                     FROM ai_requests JOIN ai_usage ON request_id = ai_requests.id WHERE user_id = $1 AND month = $2) AS "cost_micro_usd!",
                  (SELECT monthly_cap_micro_usd FROM ai_settings WHERE user_id = $1) AS cap_micro_usd"#,
        user_id.uuid(),
        month,
        now
    );
    Ok(usage.fetch_one(db).await?)
}

/// Counts the settled requests of a month.
pub async fn count_settled(db: impl PgExecutor<'_>, user_id: UserId, month: NaiveDate) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM ai_requests WHERE user_id = $1 AND month = $2 AND state = 'settled'"#,
        user_id.uuid(),
        month
    );
    Ok(count.fetch_one(db).await?)
}

/// A notice that a user has used much of a month's quota.
#[derive(Debug, Clone, Copy)]
pub struct QuotaNotice {
    /// The user who is notified.
    pub user_id: UserId,
    /// First day of the month.
    pub month: NaiveDate,
    /// Quota of the month.
    pub quota: i64,
    /// Percentage that has been used.
    pub threshold_percent: i16,
}

/// Records a notice. Returns `false` if that was recorded
/// before, so that each notice is sent once.
pub async fn insert_notice(db: impl PgExecutor<'_>, notice: QuotaNotice, now: DateTime<Utc>) -> Result<bool, DbError> {
    let QuotaNotice { user_id, month, quota, threshold_percent } = notice;
    let inserted = sqlx::query!(
        "INSERT INTO ai_quota_notices (user_id, month, quota, threshold_percent, sent_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        user_id.uuid(),
        month,
        quota,
        threshold_percent,
        now
    );
    Ok(inserted.execute(db).await?.rows_affected() == 1)
}

/// A request to be reserved.
pub struct NewRequest {
    /// Id of the request.
    pub id: AiRequestId,
    /// User that makes the request.
    pub user_id: UserId,
    /// First day of the month (UTC) that the request counts for.
    pub month: NaiveDate,
    /// Operation requested.
    pub operation: Operation,
    /// Expiry of the reservation; after it an unsettled request does not count.
    pub reserved_until: DateTime<Utc>,
}

/// Inserts a request as reserved. The caller holds [`lock`] and has checked the quota.
pub async fn reserve(db: impl PgExecutor<'_>, new: &NewRequest, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO ai_requests (id, user_id, month, operation, reserved_until, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        new.id.uuid(),
        new.user_id.uuid(),
        new.month,
        new.operation.as_str(),
        new.reserved_until,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Settles a reservation, so that the request counts. Does nothing if it has already been settled or released.
pub async fn settle(db: impl PgExecutor<'_>, id: AiRequestId) -> Result<(), DbError> {
    sqlx::query!("UPDATE ai_requests SET state = 'settled' WHERE id = $1 AND state = 'reserved'", id.uuid()).execute(db).await?;
    Ok(())
}

/// Releases a reservation, so that the request does not count. Does nothing if it has already been settled or released.
pub async fn release(db: impl PgExecutor<'_>, id: AiRequestId) -> Result<(), DbError> {
    sqlx::query!("UPDATE ai_requests SET state = 'released' WHERE id = $1 AND state = 'reserved'", id.uuid()).execute(db).await?;
    Ok(())
}

/// An AI request in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedRequest {
    id: AiRequestId,
    operation: String,
    /// Whether the request is settled and thus counts towards the quota.
    counts: bool,
    input_tokens: i64,
    output_tokens: i64,
    cost_micro_usd: i64,
    created_at: DateTime<Utc>,
}

/// Lists all requests of a user with their usage, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedRequest>, DbError> {
    let requests = sqlx::query_as!(
        ExportedRequest,
        r#"SELECT ai_requests.id, operation, state = 'settled' AS "counts!", coalesce(sum(input_tokens), 0)::bigint AS "input_tokens!",
                  coalesce(sum(output_tokens), 0)::bigint AS "output_tokens!", coalesce(sum(cost_micro_usd), 0)::bigint AS "cost_micro_usd!",
                  ai_requests.created_at
             FROM ai_requests LEFT JOIN ai_usage ON ai_usage.request_id = ai_requests.id
            WHERE user_id = $1 GROUP BY ai_requests.id ORDER BY ai_requests.id"#,
        user_id.uuid()
    );
    Ok(requests.fetch_all(db).await?)
}

/// A model call to be recorded.
#[derive(Debug, Clone)]
pub struct ModelCall {
    /// Id of the call; makes recording idempotent.
    pub id: Uuid,
    /// Agent that made the call.
    pub agent: AgentKind,
    /// Model that was called.
    pub model: String,
    /// Billed tokens.
    pub tokens: TokenUsage,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: i64,
    /// Whether the completion came from the cache and no call was made; tokens and cost are then 0.
    pub is_cache_hit: bool,
}

/// Inserts the model calls of a request. Calls already recorded are skipped, so it is safe to repeat after an unclear outcome.
pub async fn insert_calls(
    db: impl PgExecutor<'_>,
    request_id: AiRequestId,
    calls: &[ModelCall],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let ids: Vec<_> = calls.iter().map(|call| call.id).collect();
    let agents: Vec<_> = calls.iter().map(|call| call.agent.as_str().to_owned()).collect();
    let models: Vec<_> = calls.iter().map(|call| call.model.clone()).collect();
    let input: Vec<_> = calls.iter().map(|call| i64::from(call.tokens.input)).collect();
    let output: Vec<_> = calls.iter().map(|call| i64::from(call.tokens.output)).collect();
    let costs: Vec<_> = calls.iter().map(|call| call.cost_micro_usd).collect();
    let known: Vec<_> = calls.iter().map(|call| call.is_cache_hit).collect();
    sqlx::query!(
        "INSERT INTO ai_usage (id, request_id, agent, model, input_tokens, output_tokens, cost_micro_usd, is_cache_hit, created_at)
         SELECT id, $2, agent, model, input_tokens, output_tokens, cost_micro_usd, is_cache_hit, $9
           FROM unnest($1::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::boolean[])
             AS call (id, agent, model, input_tokens, output_tokens, cost_micro_usd, is_cache_hit)
         ON CONFLICT (id) DO NOTHING",
        &ids,
        request_id.uuid(),
        &agents,
        &models,
        &input,
        &output,
        &costs,
        &known,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the usage of a request: agents, models, tokens and cost. Zero if no calls are recorded.
pub async fn usage(db: impl PgExecutor<'_>, request_id: AiRequestId) -> Result<AiUsage, DbError> {
    let row = sqlx::query!(
        r#"SELECT coalesce(array_agg(DISTINCT agent), '{}') AS "agents!", coalesce(array_agg(DISTINCT model), '{}') AS "models!",
                  coalesce(sum(input_tokens), 0)::bigint AS "input_tokens!", coalesce(sum(output_tokens), 0)::bigint AS "output_tokens!",
                  coalesce(sum(cost_micro_usd), 0)::bigint AS "cost_micro_usd!", coalesce(bool_and(is_cache_hit), false) AS "is_cache_hit!"
             FROM ai_usage WHERE request_id = $1"#,
        request_id.uuid()
    )
    .fetch_one(db)
    .await?;
    Ok(AiUsage {
        agents: row.agents.iter().filter_map(|agent| AgentKind::parse(agent)).collect(),
        models: row.models,
        input_tokens: row.input_tokens,
        output_tokens: row.output_tokens,
        cost_micro_usd: row.cost_micro_usd,
        is_cache_hit: row.is_cache_hit,
    })
}
