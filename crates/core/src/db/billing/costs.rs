//! AI cost statistics for admins, and the monthly charges of users.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    billing::costs::{ChargedMonth, CostLine, CostSum, CostsFilter, UserCost},
    ids::UserId,
    string_enum::StringEnum,
};
use serde::Serialize;
use sqlx::PgExecutor;

use crate::db::{DbError, Slice};

/// Usage summed in total and by each dimension.
#[derive(Debug, Default)]
pub struct Sums {
    /// Sum over all calls that match the filter.
    pub total: CostSum,
    /// Sums by day (UTC).
    pub days: Vec<CostLine>,
    /// Sums by agent.
    pub agents: Vec<CostLine>,
    /// Sums by operation.
    pub operations: Vec<CostLine>,
    /// Sums by model.
    pub models: Vec<CostLine>,
}

/// A query on `ai_usage_details` with the conditions of a [`CostsFilter`] as its parameters 1 to 6: the text before and after them, then the filter and
/// the other parameters. An empty text or `None` in the filter matches everything; days are inclusive.
macro_rules! filtered_usage {
    ($query:ident($($row:ident,)? $before:literal, $after:literal), $filter:expr; $($parameter:expr),*) => {
        sqlx::$query!(
            $($row,)?
            $before
                + " WHERE created_at >= $1::date::timestamp AT TIME ZONE 'UTC' AND created_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'
                      AND ($3 = '' OR strpos(lower(email), $3) > 0) AND ($4::text IS NULL OR agent = $4)
                      AND ($5::text IS NULL OR operation = $5) AND ($6 = '' OR model = $6) "
                + $after,
            $filter.first_day,
            $filter.last_day,
            $filter.email,
            $filter.agent.map(StringEnum::as_str),
            $filter.operation.map(StringEnum::as_str),
            $filter.model,
            $($parameter),*
        )
    };
}

/// Sums the model calls that match a filter. Days are ordered oldest first, all other dimensions by descending cost.
pub async fn sums(db: impl PgExecutor<'_>, filter: &CostsFilter) -> Result<Sums, DbError> {
    let rows = filtered_usage!(
        query(r#"SELECT GROUPING(day, agent, operation, model) AS "grouping!", day AS "day?", agent AS "agent?", operation AS "operation?",
                  model AS "model?", count(*) FILTER (WHERE NOT is_cache_hit) AS "calls!",
                  count(*) FILTER (WHERE is_cache_hit) AS "cache_hits!", coalesce(sum(input_tokens), 0)::bigint AS "input_tokens!",
                  coalesce(sum(output_tokens), 0)::bigint AS "output_tokens!", coalesce(sum(cost_micro_usd), 0)::bigint AS "cost_micro_usd!"
             FROM ai_usage_details"#,
            r#"
            GROUP BY GROUPING SETS ((), (day), (agent), (operation), (model))
            ORDER BY day, sum(cost_micro_usd) DESC, agent, operation, model"#),
        filter;
    );
    let mut sums = Sums::default();
    for row in rows.fetch_all(db).await? {
        let sum = CostSum {
            calls: row.calls,
            cache_hits: row.cache_hits,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_micro_usd: row.cost_micro_usd,
        };
        // `GROUPING` sets a bit for each column that is not grouped by; the first column is the most significant bit.
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

/// Lists a page of the users whose calls match a filter, by descending cost, and the total number of such users. The total is 0 if the page
/// is past the end.
pub async fn users(db: impl PgExecutor<'_>, filter: &CostsFilter, slice: Slice) -> Result<(Vec<UserCost>, i64), DbError> {
    let rows = filtered_usage!(
        query(r#"SELECT user_id AS "user_id!", email AS "email!", count(*) FILTER (WHERE NOT is_cache_hit) AS "calls!",
                  count(*) FILTER (WHERE is_cache_hit) AS "cache_hits!", sum(input_tokens)::bigint AS "input_tokens!",
                  sum(output_tokens)::bigint AS "output_tokens!", sum(cost_micro_usd)::bigint AS "cost_micro_usd!", count(*) OVER () AS "total!"
             FROM ai_usage_details"#,
            r#"
            GROUP BY user_id, email ORDER BY sum(cost_micro_usd) DESC, email LIMIT $7 OFFSET $8"#),
        filter;
        slice.limit,
        slice.offset
    );
    let rows = rows.fetch_all(db).await?;
    let total = rows.first().map_or(0, |row| row.total);
    let users = rows.into_iter().map(|row| UserCost {
        user_id: UserId::from(row.user_id),
        email: row.email,
        sum: CostSum {
            calls: row.calls,
            cache_hits: row.cache_hits,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_micro_usd: row.cost_micro_usd,
        },
    });
    Ok((users.collect(), total))
}

/// A user with unusually high or concentrated AI costs among those whose calls match a filter.
pub struct Outlier {
    /// Id of the user.
    pub user_id: UserId,
    /// E-mail address of the user.
    pub email: String,
    /// Cost of all matching calls, in millionths of a US dollar.
    pub cost_micro_usd: i64,
    /// Number of standard deviations above the mean of all users with matching calls.
    pub deviations: f64,
    /// Operation with the highest cost.
    pub operation: String,
    /// Share of that operation in the user's cost, in percent.
    pub share: i64,
}

/// What makes a user an outlier. Amounts are in millionths of a US dollar.
pub struct OutlierThresholds {
    /// Amount above which the distance from the mean counts.
    pub least_spending: i64,
    /// Number of standard deviations above the mean.
    pub deviations: f64,
    /// Amount above which the share of one operation counts.
    pub least_concentration: i64,
    /// Share of one operation, in percent.
    pub share: i64,
    /// Maximum number of users.
    pub limit: i64,
}

/// Returns the users that exceed the thresholds, by descending cost. Cache hits are ignored.
pub async fn outliers(db: impl PgExecutor<'_>, filter: &CostsFilter, thresholds: &OutlierThresholds) -> Result<Vec<Outlier>, DbError> {
    let outliers = filtered_usage!(
        query_as(Outlier, r#"WITH parts AS (
               SELECT user_id, email, operation, sum(cost_micro_usd)::bigint AS cost
                 FROM ai_usage_details"#,
            r#" AND NOT is_cache_hit GROUP BY user_id, email, operation
           ), spenders AS (
               SELECT user_id, email, sum(cost)::bigint AS cost, (array_agg(operation ORDER BY cost DESC, operation))[1] AS dearest, max(cost) AS dearest_cost
                 FROM parts GROUP BY user_id, email
           ), measured AS (
               SELECT user_id, email, cost, dearest, dearest_cost,
                      coalesce((cost - avg(cost) OVER ()) / nullif(stddev_pop(cost) OVER (), 0), 0)::float8 AS distance FROM spenders
           )
           SELECT user_id AS "user_id!", email AS "email!", cost AS "cost_micro_usd!", distance AS "deviations!", dearest AS "operation!",
                  (100 * dearest_cost / greatest(cost, 1))::bigint AS "share!"
             FROM measured
            WHERE (cost > $7 AND distance > $8) OR (cost > $9 AND 100 * dearest_cost > $10 * cost)
            ORDER BY cost DESC, email LIMIT $11"#),
        filter;
        thresholds.least_spending,
        thresholds.deviations,
        thresholds.least_concentration,
        thresholds.share,
        thresholds.limit
    );
    Ok(outliers.fetch_all(db).await?)
}

/// A row of the cost export: the calls of one day, user, agent, operation and model.
pub struct CostRow {
    /// Day (UTC).
    pub day: NaiveDate,
    /// Id of the user.
    pub user_id: UserId,
    /// E-mail address of the user.
    pub email: String,
    /// Agent that made the calls.
    pub agent: String,
    /// Operation that the calls belong to.
    pub operation: String,
    /// Model that was called.
    pub model: String,
    /// Number of calls to the model.
    pub calls: i64,
    /// Number of cache hits: completions served without calling the model.
    pub cache_hits: i64,
    /// Input tokens.
    pub input_tokens: i64,
    /// Output tokens, thinking tokens included.
    pub output_tokens: i64,
    /// Cost in millionths of a US dollar.
    pub cost_micro_usd: i64,
}

/// Lists the export rows that match a filter, at most `limit`.
pub async fn rows(db: impl PgExecutor<'_>, filter: &CostsFilter, limit: i64) -> Result<Vec<CostRow>, DbError> {
    let rows = filtered_usage!(
        query_as(CostRow, r#"SELECT day AS "day!", user_id AS "user_id!", email AS "email!", agent AS "agent!", operation AS "operation!", model AS "model!",
                  count(*) FILTER (WHERE NOT is_cache_hit) AS "calls!", count(*) FILTER (WHERE is_cache_hit) AS "cache_hits!",
                  sum(input_tokens)::bigint AS "input_tokens!", sum(output_tokens)::bigint AS "output_tokens!",
                  sum(cost_micro_usd)::bigint AS "cost_micro_usd!"
             FROM ai_usage_details"#,
            r#"
            GROUP BY day, user_id, email, agent, operation, model ORDER BY day, email, agent, operation, model LIMIT $7"#),
        filter;
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

/// Upserts the charge of each user for each month from `from` up to, but not including, `until`. An existing charge is changed only if
/// calls were recorded after it was computed. Returns the number of charges inserted or changed.
pub async fn charge(db: impl PgExecutor<'_>, from: NaiveDate, until: NaiveDate, now: DateTime<Utc>) -> Result<u64, DbError> {
    let charged = sqlx::query!(
        "INSERT INTO ai_monthly_charges (user_id, month, requests, input_tokens, output_tokens, cost_micro_usd, computed_at)
         SELECT user_id, month, count(DISTINCT ai_requests.id) FILTER (WHERE state = 'settled'), sum(input_tokens)::bigint,
                sum(output_tokens)::bigint, sum(cost_micro_usd)::bigint, $3
           FROM ai_requests JOIN ai_usage ON request_id = ai_requests.id
          WHERE month >= $1 AND month < $2 AND NOT is_cache_hit GROUP BY user_id, month
         ON CONFLICT (user_id, month) DO UPDATE
            SET requests = excluded.requests, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
                cost_micro_usd = excluded.cost_micro_usd, computed_at = excluded.computed_at
          WHERE (ai_monthly_charges.requests, ai_monthly_charges.input_tokens, ai_monthly_charges.output_tokens, ai_monthly_charges.cost_micro_usd)
                IS DISTINCT FROM (excluded.requests, excluded.input_tokens, excluded.output_tokens, excluded.cost_micro_usd)",
        from,
        until,
        now
    );
    Ok(charged.execute(db).await?.rows_affected())
}

/// Lists the charged months, newest first, at most `limit`: the sum of the charges and, for comparison, of the recorded usage.
pub async fn months(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<ChargedMonth>, DbError> {
    let months = sqlx::query_as!(
        ChargedMonth,
        r#"SELECT month, count(*) AS "users!", sum(ai_monthly_charges.cost_micro_usd)::bigint AS "charged_micro_usd!",
                  (SELECT coalesce(sum(ai_usage.cost_micro_usd), 0)::bigint FROM ai_usage JOIN ai_requests ON ai_requests.id = request_id
                    WHERE ai_requests.month = ai_monthly_charges.month) AS "used_micro_usd!",
                  max(computed_at) AS "computed_at!"
             FROM ai_monthly_charges GROUP BY month ORDER BY month DESC LIMIT $1"#,
        limit
    );
    Ok(months.fetch_all(db).await?)
}

/// A monthly charge in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedCharge {
    month: NaiveDate,
    requests: i64,
    input_tokens: i64,
    output_tokens: i64,
    cost_micro_usd: i64,
    computed_at: DateTime<Utc>,
}

/// Lists all charges of a user, oldest first, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedCharge>, DbError> {
    let charges = sqlx::query_as!(
        ExportedCharge,
        "SELECT month, requests, input_tokens, output_tokens, cost_micro_usd, computed_at FROM ai_monthly_charges WHERE user_id = $1 ORDER BY month",
        user_id.uuid()
    );
    Ok(charges.fetch_all(db).await?)
}
