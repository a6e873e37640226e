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

/// Upserts the follower count of a day. Does nothing if the integration has been deleted.
pub async fn save_followers(
    db: impl PgExecutor<'_>,
    integration_id: IntegrationId,
    day: NaiveDate,
    followers: i64,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO audience_snapshots (integration_id, day, followers, captured_at)
         SELECT id, $2, $3, $4 FROM integrations WHERE id = $1
         ON CONFLICT (integration_id, day) DO UPDATE SET followers = excluded.followers, captured_at = excluded.captured_at",
        integration_id.uuid(),
        day,
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

/// Returns the latest day for which every healthy connected integration has views, or `None` if none has views since `since`. Only days
/// before `today` count. Integrations with an error are ignored, and so are those without any views since `since`. Platforms publish the
/// views of a day only after it has ended, some of them days later. With `account`, only that integration is considered.
pub async fn last_common_day(
    db: impl PgExecutor<'_>,
    user_id: UserId,
    since: NaiveDate,
    today: NaiveDate,
    account: Option<IntegrationId>,
) -> Result<Option<NaiveDate>, DbError> {
    let day = sqlx::query_scalar!(
        "SELECT min(newest) FROM (
             SELECT max(day) AS newest FROM daily_insights JOIN integrations ON integrations.id = integration_id
              WHERE user_id = $1 AND day >= $2 AND day < $3 AND views IS NOT NULL
                AND (($4::uuid IS NULL AND disconnected_at IS NULL) OR integrations.id = $4)
                AND next_sync_at IS NOT NULL AND last_error_kind IS NULL
              GROUP BY integration_id) AS of_accounts",
        user_id.uuid(),
        since,
        today,
        account.map(IntegrationId::uuid)
    );
    Ok(day.fetch_one(db).await?)
}

/// Returns the days since `since` that need no refetch: those captured at least `finalization_days` days after the day (UTC), when the
/// platform's values are final, and those captured after `just_now`.
pub async fn final_days(
    db: impl PgExecutor<'_>,
    integration_id: IntegrationId,
    since: NaiveDate,
    just_now: DateTime<Utc>,
    finalization_days: i32,
) -> Result<Vec<NaiveDate>, DbError> {
    let days = sqlx::query_scalar!(
        "SELECT day FROM daily_insights
          WHERE integration_id = $1 AND day >= $2 AND (captured_at >= (day + $4::integer)::timestamp AT TIME ZONE 'UTC' OR captured_at > $3)",
        integration_id.uuid(),
        since,
        just_now,
        finalization_days
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
    /// The day after the period.
    pub until: NaiveDate,
    /// The current day. The earlier follower count is that of `days` days before it.
    pub today: NaiveDate,
    /// Oldest day that the backfill fetches.
    pub history_start: NaiveDate,
}

/// Returns the totals of each account over the period, and over the same number of days before it.
pub async fn totals(db: impl PgExecutor<'_>, query: &TotalsQuery) -> Result<Vec<AccountTotals>, DbError> {
    let TotalsQuery { user_id, account, days, until, today, history_start } = *query;
    let (start, audience_start) = (until - chrono::Days::new(days.into()), today - chrono::Days::new(days.into()));
    let start_before = start - chrono::Days::new(days.into());
    let rows = sqlx::query!(
        r#"SELECT integrations.provider, integrations.scopes,
                  newest.followers AS "followers?", newest.captured_at AS "followers_at?", earlier.followers AS "previous_followers?",
                  coalesce((sum(views) FILTER (WHERE insights.day >= $3))::bigint, 0) AS "views!",
                  (count(views) FILTER (WHERE insights.day >= $3))::integer AS "views_days!",
                  coalesce((sum(reach) FILTER (WHERE insights.day >= $3 AND interactions IS NOT NULL))::bigint, 0) AS "reach!",
                  coalesce((sum(interactions) FILTER (WHERE insights.day >= $3 AND reach IS NOT NULL))::bigint, 0) AS "interactions!",
                  (count(reach + interactions) FILTER (WHERE insights.day >= $3))::integer AS "engagement_days!",
                  coalesce((sum(views) FILTER (WHERE insights.day < $3))::bigint, 0) AS "views_before!",
                  (count(views) FILTER (WHERE insights.day < $3))::integer AS "views_days_before!",
                  coalesce((sum(reach) FILTER (WHERE insights.day < $3 AND interactions IS NOT NULL))::bigint, 0) AS "reach_before!",
                  coalesce((sum(interactions) FILTER (WHERE insights.day < $3 AND reach IS NOT NULL))::bigint, 0) AS "interactions_before!",
                  (count(reach + interactions) FILTER (WHERE insights.day < $3))::integer AS "engagement_days_before!",
                  max(insights.captured_at) FILTER (WHERE insights.day >= $3) AS captured_at,
                  (integrations.next_sync_at IS NOT NULL AND (synced_from IS NULL OR synced_from > $5)) AS "is_backfilling!"
             FROM integrations
             LEFT JOIN LATERAL (SELECT followers, captured_at FROM audience_snapshots
                                 WHERE integration_id = integrations.id ORDER BY day DESC LIMIT 1) AS newest ON true
             LEFT JOIN audience_snapshots AS earlier ON earlier.integration_id = integrations.id AND earlier.day = $7
             LEFT JOIN daily_insights AS insights
                    ON insights.integration_id = integrations.id AND insights.day >= $4 AND insights.day < $2
            WHERE integrations.user_id = $1 AND (($6::uuid IS NULL AND disconnected_at IS NULL) OR integrations.id = $6)
            GROUP BY integrations.id, newest.followers, newest.captured_at, earlier.followers
            ORDER BY integrations.id"#,
        user_id.uuid(),
        until,
        start,
        start_before,
        history_start,
        account.map(IntegrationId::uuid),
        audience_start
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
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
        .collect()
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
