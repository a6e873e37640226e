//! Daily metrics of integrations: follower counts and insights.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    ids::{IntegrationId, UserId},
    platform::Platform,
    string_enum::StringEnum,
};
use serde::Serialize;
use sqlx::PgExecutor;

use crate::db::DbError;

/// Upserts the follower count of the day of `now` (UTC). Does nothing if the integration has been deleted.
pub async fn save_followers(
    db: impl PgExecutor<'_>,
    integration_id: IntegrationId,
    followers: i64,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO audience_snapshots (integration_id, day, followers, captured_at)
         SELECT id, $2, $3, $4 FROM integrations WHERE id = $1
         ON CONFLICT (integration_id, day) DO UPDATE SET followers = excluded.followers, captured_at = excluded.captured_at",
        integration_id.uuid(),
        now.date_naive(),
        followers,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Metrics of one whole day; `None` means unknown.
pub struct DailyInsightsRow {
    /// Day (UTC).
    pub day: NaiveDate,
    /// Views of all content.
    pub views: Option<i64>,
    /// Accounts reached.
    pub reach: Option<i64>,
    /// Sum of likes, comments, shares and saves.
    pub interactions: Option<i64>,
}

/// Upserts the metrics of a day. A known value is not overwritten by an unknown one. Does nothing if the integration has been deleted.
pub async fn upsert_day(
    db: impl PgExecutor<'_>,
    integration_id: IntegrationId,
    row: &DailyInsightsRow,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO daily_insights (integration_id, day, views, reach, interactions, captured_at)
         SELECT id, $2, $3, $4, $5, $6 FROM integrations WHERE id = $1
         ON CONFLICT (integration_id, day) DO UPDATE
            SET views = coalesce(excluded.views, daily_insights.views), reach = coalesce(excluded.reach, daily_insights.reach),
                interactions = coalesce(excluded.interactions, daily_insights.interactions), captured_at = excluded.captured_at",
        integration_id.uuid(),
        row.day,
        row.views,
        row.reach,
        row.interactions,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Derives daily insights for the days from `from` up to, but not including, `today`: the difference between the totals of posts on a day
/// and on the day before. A day is derived only if any post of the integration has a snapshot of the day before, and a metric only where it
/// is known on both days. A post without a snapshot of the day before counts in full if it was published on the day before or later; an
/// older one is ignored, as its earlier totals are unknown. Totals can shrink, so the difference is clamped to 0. Existing rows are not
/// changed.
pub async fn derive_daily_insights(
    db: impl PgExecutor<'_>,
    integration_id: IntegrationId,
    from: NaiveDate,
    today: NaiveDate,
) -> Result<(), DbError> {
    sqlx::query!(
        "WITH differences AS (
             SELECT at_last.day, at_last.captured_at,
                    at_last.views - CASE WHEN before.post_id IS NULL THEN 0 ELSE before.views END AS views,
                    at_last.likes - CASE WHEN before.post_id IS NULL THEN 0 ELSE before.likes END AS likes,
                    at_last.comments - CASE WHEN before.post_id IS NULL THEN 0 ELSE before.comments END AS comments,
                    at_last.shares - CASE WHEN before.post_id IS NULL THEN 0 ELSE before.shares END AS shares
               FROM posts
               JOIN post_snapshots AS at_last ON at_last.post_id = posts.id
               LEFT JOIN post_snapshots AS before ON before.post_id = posts.id AND before.day = at_last.day - 1
              WHERE posts.integration_id = $1 AND at_last.day >= $2 AND at_last.day < $3
                AND (before.post_id IS NOT NULL OR posts.published_at >= (at_last.day - 1)::timestamp AT TIME ZONE 'UTC')
                AND EXISTS (SELECT FROM posts AS others JOIN post_snapshots AS seen ON seen.post_id = others.id
                             WHERE others.integration_id = $1 AND seen.day = at_last.day - 1)
         ), days AS (
             SELECT day, max(captured_at) AS captured_at, sum(views) AS views,
                    CASE WHEN count(likes) + count(comments) + count(shares) > 0
                         THEN coalesce(sum(likes), 0) + coalesce(sum(comments), 0) + coalesce(sum(shares), 0) END AS interactions
               FROM differences GROUP BY day
         )
         INSERT INTO daily_insights (integration_id, day, views, interactions, captured_at)
         SELECT $1, day, CASE WHEN views IS NOT NULL THEN greatest(views, 0) END,
                CASE WHEN interactions IS NOT NULL THEN greatest(interactions, 0) END, captured_at
           FROM days
         ON CONFLICT DO NOTHING",
        integration_id.uuid(),
        from,
        today
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which days need no refetch.
pub struct FinalDays {
    /// First day to look at (UTC).
    pub since: NaiveDate,
    /// Days captured after this time were fetched just now.
    pub captured_after: DateTime<Utc>,
    /// Number of days after which the platform's values are final.
    pub finalization_days: i32,
}

/// Returns the days that need no refetch: those captured when they were final, and those fetched just now.
pub async fn final_days(db: impl PgExecutor<'_>, integration_id: IntegrationId, wanted: FinalDays) -> Result<Vec<NaiveDate>, DbError> {
    let days = sqlx::query_scalar!(
        "SELECT day FROM daily_insights
          WHERE integration_id = $1 AND day >= $2 AND (captured_at >= (day + $4::integer)::timestamp AT TIME ZONE 'UTC' OR captured_at > $3)",
        integration_id.uuid(),
        wanted.since,
        wanted.captured_after,
        wanted.finalization_days
    );
    Ok(days.fetch_all(db).await?)
}

/// Sums over a period, with the number of days that they cover.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeriodTotals {
    /// Views.
    pub views: i64,
    /// Number of days with known views.
    pub views_days: u32,
    /// Accounts reached, summed over the days on which both reach and interactions are known.
    pub reach: i64,
    /// Interactions, summed over the same days.
    pub interactions: i64,
    /// Number of those days.
    pub engagement_days: u32,
}

/// Metrics of an integration over a period and the period before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTotals {
    /// Platform of the account.
    pub provider: Platform,
    /// OAuth scopes that the user granted.
    pub scopes: Vec<String>,
    /// Newest follower count and the time of its capture; `None` if there is none.
    pub followers: Option<(i64, DateTime<Utc>)>,
    /// Follower count `days` days before `today`; `None` if it was not captured.
    pub previous_followers: Option<i64>,
    /// Sums over the period.
    pub current: PeriodTotals,
    /// Sums over the period before, of the same length.
    pub previous: PeriodTotals,
    /// Latest capture of any day of the period; `None` if it has no data.
    pub captured_at: Option<DateTime<Utc>>,
    /// Whether the backfill is still running: syncs are scheduled and have not yet reached the start of the history.
    pub is_backfilling: bool,
}

/// What [`totals`] sums.
#[derive(Debug, Clone, Copy)]
pub struct TotalsQuery {
    /// The user whose accounts are summed.
    pub user_id: UserId,
    /// One account of the user; `None` for all that are connected.
    pub account: Option<IntegrationId>,
    /// Number of whole days in the period.
    pub days: u16,
    /// The period ends on this day or later.
    pub earliest: NaiveDate,
    /// The current day. The earlier follower count is that of `days` days before it.
    pub today: NaiveDate,
    /// Oldest day that the backfill fetches.
    pub history_start: NaiveDate,
}

/// Totals of the accounts of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// The day after the period.
    pub until: NaiveDate,
    /// Each account, ordered by id.
    pub accounts: Vec<AccountTotals>,
}

/// Returns the totals of each account over the period, and over the same number of days before it.
///
/// The period ends with the latest day before `today` for which every healthy account has views: platforms publish the views of a day only
/// after it has ended, some of them days later. Accounts with an error are ignored for that, and so are those without any views since
/// `earliest`. If none has views, it ends yesterday.
pub async fn totals(db: impl PgExecutor<'_>, query: &TotalsQuery) -> Result<Totals, DbError> {
    let TotalsQuery { user_id, account, days, earliest, today, history_start } = *query;
    let rows = sqlx::query!(
        r#"WITH accounts AS MATERIALIZED (
               SELECT id, provider, scopes, next_sync_at IS NOT NULL AND (synced_from IS NULL OR synced_from > $5) AS is_backfilling,
                      next_sync_at IS NOT NULL AND last_error_kind IS NULL AS is_healthy
                 FROM integrations
                WHERE user_id = $1 AND (($6::uuid IS NULL AND disconnected_at IS NULL) OR id = $6)
           ), period AS MATERIALIZED (
               SELECT coalesce(min(newest.day) + 1, $3::date) AS until
                 FROM accounts
                CROSS JOIN LATERAL (SELECT max(day) AS day FROM daily_insights
                                     WHERE integration_id = accounts.id AND day >= $2 AND day < $3 AND views IS NOT NULL) AS newest
                WHERE is_healthy
           )
           SELECT until AS "until!", provider AS "provider!", scopes AS "scopes!", is_backfilling AS "is_backfilling!",
                  newest.followers AS "followers?", newest.captured_at AS "followers_at?", earlier.followers AS "previous_followers?",
                  sums.views AS "views!", views_days AS "views_days!", sums.reach AS "reach!", sums.interactions AS "interactions!",
                  engagement_days AS "engagement_days!", views_before AS "views_before!", views_days_before AS "views_days_before!",
                  reach_before AS "reach_before!", interactions_before AS "interactions_before!",
                  engagement_days_before AS "engagement_days_before!", sums.captured_at
             FROM accounts
            CROSS JOIN period
             LEFT JOIN LATERAL (SELECT followers, captured_at FROM audience_snapshots
                                 WHERE integration_id = accounts.id ORDER BY day DESC LIMIT 1) AS newest ON true
             LEFT JOIN audience_snapshots AS earlier ON earlier.integration_id = accounts.id AND earlier.day = $3::date - $4::integer
            CROSS JOIN LATERAL (
               SELECT coalesce((sum(views) FILTER (WHERE day >= until - $4))::bigint, 0) AS views,
                      (count(views) FILTER (WHERE day >= until - $4))::integer AS views_days,
                      coalesce((sum(reach) FILTER (WHERE day >= until - $4 AND interactions IS NOT NULL))::bigint, 0) AS reach,
                      coalesce((sum(interactions) FILTER (WHERE day >= until - $4 AND reach IS NOT NULL))::bigint, 0) AS interactions,
                      (count(reach + interactions) FILTER (WHERE day >= until - $4))::integer AS engagement_days,
                      coalesce((sum(views) FILTER (WHERE day < until - $4))::bigint, 0) AS views_before,
                      (count(views) FILTER (WHERE day < until - $4))::integer AS views_days_before,
                      coalesce((sum(reach) FILTER (WHERE day < until - $4 AND interactions IS NOT NULL))::bigint, 0) AS reach_before,
                      coalesce((sum(interactions) FILTER (WHERE day < until - $4 AND reach IS NOT NULL))::bigint, 0) AS interactions_before,
                      (count(reach + interactions) FILTER (WHERE day < until - $4))::integer AS engagement_days_before,
                      max(captured_at) FILTER (WHERE day >= until - $4) AS captured_at
                 FROM daily_insights
                WHERE integration_id = accounts.id AND day >= until - 2 * $4 AND day < until
             ) AS sums
            ORDER BY accounts.id"#,
        user_id.uuid(),
        earliest,
        today,
        i32::from(days),
        history_start,
        account.map(IntegrationId::uuid)
    )
    .fetch_all(db)
    .await?;
    let until = rows.first().map_or(today, |row| row.until);
    let accounts = rows
        .into_iter()
        .map(|row| {
            let provider = Platform::parse(&row.provider).ok_or(DbError::Inconsistent { table: "integrations", column: "provider" })?;
            Ok(AccountTotals {
                provider,
                scopes: row.scopes,
                followers: row.followers.zip(row.followers_at),
                previous_followers: row.previous_followers,
                current: PeriodTotals {
                    views: row.views,
                    views_days: row.views_days.unsigned_abs(),
                    reach: row.reach,
                    interactions: row.interactions,
                    engagement_days: row.engagement_days.unsigned_abs(),
                },
                previous: PeriodTotals {
                    views: row.views_before,
                    views_days: row.views_days_before.unsigned_abs(),
                    reach: row.reach_before,
                    interactions: row.interactions_before,
                    engagement_days: row.engagement_days_before.unsigned_abs(),
                },
                captured_at: row.captured_at,
                is_backfilling: row.is_backfilling,
            })
        })
        .collect::<Result<_, DbError>>()?;
    Ok(Totals { until, accounts })
}

/// Returns whether a follower count is stored for a day.
pub async fn has_audience_snapshot(db: impl PgExecutor<'_>, integration_id: IntegrationId, day: NaiveDate) -> Result<bool, DbError> {
    let found = sqlx::query_scalar!("SELECT 1 FROM audience_snapshots WHERE integration_id = $1 AND day = $2", integration_id.uuid(), day);
    Ok(found.fetch_optional(db).await?.is_some())
}

/// A day of an integration in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedDay {
    integration_id: IntegrationId,
    day: NaiveDate,
    followers: Option<i64>,
    views: Option<i64>,
    reach: Option<i64>,
    interactions: Option<i64>,
}

/// Lists all days of all integrations of a user, newest first, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedDay>, DbError> {
    let days = sqlx::query_as!(
        ExportedDay,
        r#"SELECT integration_id AS "integration_id!", day AS "day!", followers AS "followers?", views AS "views?", reach AS "reach?",
                  interactions AS "interactions?"
             FROM audience_snapshots FULL JOIN daily_insights USING (integration_id, day)
            WHERE integration_id IN (SELECT id FROM integrations WHERE user_id = $1)
            ORDER BY day DESC, integration_id"#,
        user_id.uuid()
    );
    Ok(days.fetch_all(db).await?)
}
