//! What AI costs, added up for operators; and what months are charged.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    ai::costs::{ChargedMonth, CostLine, CostSum, CostsFilter, CreatorCost},
    choice::Choice,
};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Sums in several directions.
#[derive(Debug, Default)]
pub struct Sums {
    /// Of everything.
    pub total: CostSum,
    /// By day.
    pub days: Vec<CostLine>,
    /// By agent.
    pub agents: Vec<CostLine>,
    /// By operation.
    pub operations: Vec<CostLine>,
    /// By model.
    pub models: Vec<CostLine>,
}

/// Adds up the calls that a filter lets through: days the oldest first, everything else the dearest first.
///
/// # Errors
/// [`DbError`].
pub async fn sums(db: impl PgExecutor<'_>, filter: &CostsFilter) -> Result<Sums, DbError> {
    let rows = sqlx::query!(
        r#"SELECT GROUPING(day, agent, operation, model) AS "grouping!", day AS "day?", agent AS "agent?", operation AS "operation?",
                  model AS "model?", count(*) FILTER (WHERE NOT is_known) AS "calls!",
                  count(*) FILTER (WHERE is_known) AS "known!", coalesce(sum(input_tokens), 0)::bigint AS "input_tokens!",
                  coalesce(sum(output_tokens), 0)::bigint AS "output_tokens!", coalesce(sum(cost_micro), 0)::bigint AS "cost_micro!"
             FROM ai_calls($1, $2, $3, $4, $5, $6)
            GROUP BY GROUPING SETS ((), (day), (agent), (operation), (model))
            ORDER BY day, sum(cost_micro) DESC, agent, operation, model"#,
        filter.from,
        filter.until,
        filter.creator,
        filter.agent.map(Choice::as_str),
        filter.operation.map(Choice::as_str),
        filter.model
    );
    let mut sums = Sums::default();
    for row in rows.fetch_all(db).await? {
        let sum = CostSum {
            calls: row.calls,
            known: row.known,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_micro: row.cost_micro,
        };
        // A bit for each column that is not grouped by, the first is the highest.
        let (lines, name) = match row.grouping {
            0b0111 => (&mut sums.days, row.day.map(|day| day.to_string())),
            0b1011 => (&mut sums.agents, row.agent),
            0b1101 => (&mut sums.operations, row.operation),
            0b1110 => (&mut sums.models, row.model),
            _ => {
                sums.total = sum;
                continue;
            }
        };
        lines.push(CostLine { name: name.unwrap_or_default(), sum });
    }
    Ok(sums)
}

/// A page of the creators whose calls a filter lets through, the dearest first; and how many there are.
///
/// # Errors
/// [`DbError`].
pub async fn creators(db: impl PgExecutor<'_>, filter: &CostsFilter, limit: i64, offset: i64) -> Result<(Vec<CreatorCost>, i64), DbError> {
    let rows = sqlx::query!(
        r#"SELECT user_id AS "user_id!", email AS "email!", count(*) FILTER (WHERE NOT is_known) AS "calls!", count(*) FILTER (WHERE is_known) AS "known!",
                  sum(input_tokens)::bigint AS "input_tokens!", sum(output_tokens)::bigint AS "output_tokens!", sum(cost_micro)::bigint AS "cost_micro!", count(*) OVER () AS "total!"
             FROM ai_calls($1, $2, $3, $4, $5, $6)
            GROUP BY user_id, email ORDER BY sum(cost_micro) DESC, email LIMIT $7 OFFSET $8"#,
        filter.from,
        filter.until,
        filter.creator,
        filter.agent.map(Choice::as_str),
        filter.operation.map(Choice::as_str),
        filter.model,
        limit,
        offset
    );
    let rows = rows.fetch_all(db).await?;
    let total = rows.first().map_or(0, |row| row.total);
    let creators = rows.into_iter().map(|row| CreatorCost {
        creator_id: row.user_id,
        email: row.email,
        sum: CostSum {
            calls: row.calls,
            known: row.known,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_micro: row.cost_micro,
        },
    });
    Ok((creators.collect(), total))
}

/// A creator whose costs stand out, among those whose calls a filter lets through.
pub struct Outlier {
    /// Whose.
    pub creator_id: Uuid,
    /// The address.
    pub email: String,
    /// What all calls come to.
    pub cost_micro: i64,
    /// So many standard deviations above the mean of all creators.
    pub deviations: f64,
    /// The operation that costs the most.
    pub operation: String,
    /// Its part of it, in percent.
    pub share: i64,
}

/// Creators who spent more than `least` and are `deviations` or more above the mean, or whose dearest operation is more than `share` percent
/// of more than `least_of_share`; the dearest first, at most `most` of them.
///
/// # Errors
/// [`DbError`].
pub async fn outliers(
    db: impl PgExecutor<'_>,
    filter: &CostsFilter,
    (least, deviations): (i64, f64),
    (least_of_share, share): (i64, i64),
    most: i64,
) -> Result<Vec<Outlier>, DbError> {
    let outliers = sqlx::query_as!(
        Outlier,
        r#"WITH parts AS (
               SELECT user_id, email, operation, sum(cost_micro)::bigint AS cost
                 FROM ai_calls($1, $2, $3, $4, $5, $6) WHERE NOT is_known GROUP BY user_id, email, operation
           ), spenders AS (
               SELECT user_id, email, sum(cost)::bigint AS cost, (array_agg(operation ORDER BY cost DESC, operation))[1] AS dearest, max(cost) AS dearest_cost
                 FROM parts GROUP BY user_id, email
           ), measured AS (
               SELECT *, coalesce((cost - avg(cost) OVER ()) / nullif(stddev_pop(cost) OVER (), 0), 0)::float8 AS distance FROM spenders
           )
           SELECT user_id AS "creator_id!", email AS "email!", cost AS "cost_micro!", distance AS "deviations!", dearest AS "operation!",
                  (100 * dearest_cost / greatest(cost, 1))::bigint AS "share!"
             FROM measured
            WHERE (cost > $7 AND distance > $8) OR (cost > $9 AND 100 * dearest_cost > $10 * cost)
            ORDER BY cost DESC, email LIMIT $11"#,
        filter.from,
        filter.until,
        filter.creator,
        filter.agent.map(Choice::as_str),
        filter.operation.map(Choice::as_str),
        filter.model,
        least,
        deviations,
        least_of_share,
        share,
        most
    );
    Ok(outliers.fetch_all(db).await?)
}

/// A row of the table that is taken away: the calls of a day, creator, agent, operation and model.
pub struct CostRow {
    /// UTC.
    pub day: NaiveDate,
    /// Whose.
    pub creator_id: Uuid,
    /// The address.
    pub email: String,
    /// Who asked.
    pub agent: String,
    /// What for.
    pub operation: String,
    /// Which model.
    pub model: String,
    /// How many.
    pub calls: i64,
    /// How many were not made, as their answers were known already.
    pub known: i64,
    /// Tokens of prompts.
    pub input_tokens: i64,
    /// Tokens of answers and thoughts.
    pub output_tokens: i64,
    /// Millionths of a dollar.
    pub cost_micro: i64,
}

/// All rows that a filter lets through, at most `most`.
///
/// # Errors
/// [`DbError`].
pub async fn rows(db: impl PgExecutor<'_>, filter: &CostsFilter, most: i64) -> Result<Vec<CostRow>, DbError> {
    let rows = sqlx::query_as!(
        CostRow,
        r#"SELECT day AS "day!", user_id AS "creator_id!", email AS "email!", agent AS "agent!", operation AS "operation!", model AS "model!",
                  count(*) FILTER (WHERE NOT is_known) AS "calls!", count(*) FILTER (WHERE is_known) AS "known!",
                  sum(input_tokens)::bigint AS "input_tokens!", sum(output_tokens)::bigint AS "output_tokens!", sum(cost_micro)::bigint AS "cost_micro!"
             FROM ai_calls($1, $2, $3, $4, $5, $6)
            GROUP BY day, user_id, email, agent, operation, model ORDER BY day, email, agent, operation, model LIMIT $7"#,
        filter.from,
        filter.until,
        filter.creator,
        filter.agent.map(Choice::as_str),
        filter.operation.map(Choice::as_str),
        filter.model,
        most
    );
    Ok(rows.fetch_all(db).await?)
}

/// Charges each creator for each month from the one up to the other, which is not among them, once: what was charged already is only mended,
/// where calls came late. Returns how many charges are new or mended.
///
/// # Errors
/// [`DbError`].
pub async fn charge(db: impl PgExecutor<'_>, from: NaiveDate, until: NaiveDate, now: DateTime<Utc>) -> Result<u64, DbError> {
    let charged = sqlx::query!(
        "INSERT INTO ai_monthly_charges (user_id, month, requests, input_tokens, output_tokens, cost_micro, computed_at)
         SELECT user_id, month, count(DISTINCT ai_requests.id) FILTER (WHERE state = 'settled'), sum(input_tokens)::bigint,
                sum(output_tokens)::bigint, sum(cost_micro)::bigint, $3
           FROM ai_requests JOIN ai_usage ON request_id = ai_requests.id
          WHERE month >= $1 AND month < $2 AND NOT is_known GROUP BY user_id, month
         ON CONFLICT (user_id, month) DO UPDATE
            SET requests = excluded.requests, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
                cost_micro = excluded.cost_micro, computed_at = excluded.computed_at
          WHERE (ai_monthly_charges.requests, ai_monthly_charges.input_tokens, ai_monthly_charges.output_tokens, ai_monthly_charges.cost_micro)
                IS DISTINCT FROM (excluded.requests, excluded.input_tokens, excluded.output_tokens, excluded.cost_micro)",
        from,
        until,
        now
    );
    Ok(charged.execute(db).await?.rows_affected())
}

/// The months that were charged, the newest first, with what their calls come to; at most `most`.
///
/// # Errors
/// [`DbError`].
pub async fn months(db: impl PgExecutor<'_>, most: i64) -> Result<Vec<ChargedMonth>, DbError> {
    let months = sqlx::query_as!(
        ChargedMonth,
        r#"SELECT month, count(*) AS "creators!", sum(ai_monthly_charges.cost_micro)::bigint AS "charged_micro!",
                  (SELECT coalesce(sum(ai_usage.cost_micro), 0)::bigint FROM ai_usage JOIN ai_requests ON ai_requests.id = request_id
                    WHERE ai_requests.month = ai_monthly_charges.month) AS "used_micro!",
                  max(computed_at) AS "computed_at!"
             FROM ai_monthly_charges GROUP BY month ORDER BY month DESC LIMIT $1"#,
        most
    );
    Ok(months.fetch_all(db).await?)
}

/// What a creator was charged for a month, to be taken along.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedCharge {
    month: NaiveDate,
    requests: i64,
    input_tokens: i64,
    output_tokens: i64,
    cost_micro: i64,
    computed_at: DateTime<Utc>,
}

/// All that a creator was charged.
///
/// # Errors
/// [`DbError`].
pub async fn export(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<ExportedCharge>, DbError> {
    let charges = sqlx::query_as!(
        ExportedCharge,
        "SELECT month, requests, input_tokens, output_tokens, cost_micro, computed_at FROM ai_monthly_charges WHERE user_id = $1 ORDER BY month",
        user_id
    );
    Ok(charges.fetch_all(db).await?)
}
