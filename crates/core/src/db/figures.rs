//! What was read of accounts, day by day.

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{choice::Choice, platform::Platform};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Stores the newest count of followers of a day. An account that is gone is left alone.
///
/// # Errors
/// [`DbError`].
pub async fn save_followers(
    db: impl PgExecutor<'_>,
    integration_id: Uuid,
    day: NaiveDate,
    followers: i64,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO audience_snapshots (integration_id, day, followers, captured_at)
         SELECT id, $2, $3, $4 FROM integrations WHERE id = $1
         ON CONFLICT (integration_id, day) DO UPDATE SET followers = excluded.followers, captured_at = excluded.captured_at",
        integration_id,
        day,
        followers,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The figures of a whole day; what is not known is `None`.
pub struct DayFigures {
    /// Which day.
    pub day: NaiveDate,
    /// How often content was seen.
    pub views: Option<i64>,
    /// How many accounts saw it.
    pub reach: Option<i64>,
    /// Likes, comments, shares, saves.
    pub interactions: Option<i64>,
}

/// Stores the figures of a day; a figure that was known stays where the new one is not. An account that is gone is left alone.
///
/// # Errors
/// [`DbError`].
pub async fn save_day(db: impl PgExecutor<'_>, integration_id: Uuid, figures: &DayFigures, now: DateTime<Utc>) -> Result<(), DbError> {
    sqlx::query!(
        "INSERT INTO daily_insights (integration_id, day, views, reach, interactions, captured_at)
         SELECT id, $2, $3, $4, $5, $6 FROM integrations WHERE id = $1
         ON CONFLICT (integration_id, day) DO UPDATE
            SET views = coalesce(excluded.views, daily_insights.views), reach = coalesce(excluded.reach, daily_insights.reach),
                interactions = coalesce(excluded.interactions, daily_insights.interactions), captured_at = excluded.captured_at",
        integration_id,
        figures.day,
        figures.views,
        figures.reach,
        figures.interactions,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What happened on whole days, from the totals of posts: what they came to on a day less what they had come to on the day before. Only
/// where posts were read on both days, and of a figure that was known on both; a post that is older, and was seen for the first time, tells
/// nothing. Totals also shrink: a day never comes to less than nothing. What is known stays.
///
/// # Errors
/// [`DbError`].
pub async fn derive_days(db: impl PgExecutor<'_>, integration_id: Uuid, from: NaiveDate, today: NaiveDate) -> Result<(), DbError> {
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
        integration_id,
        from,
        today
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The last day of which every connected account of a creator, or the one that is asked for, that is well and has any views of the days since
/// `since` has them; and `None` where none has. Platforms tell of a day when it is over, some of them days later; a broken account holds
/// nobody back.
///
/// # Errors
/// [`DbError`].
pub async fn last_common_day(
    db: impl PgExecutor<'_>,
    user_id: Uuid,
    since: NaiveDate,
    today: NaiveDate,
    account: Option<Uuid>,
) -> Result<Option<NaiveDate>, DbError> {
    let day = sqlx::query_scalar!(
        "SELECT min(newest) FROM (
             SELECT max(day) AS newest FROM daily_insights JOIN integrations ON integrations.id = integration_id
              WHERE user_id = $1 AND day >= $2 AND day < $3 AND views IS NOT NULL
                AND (($4::uuid IS NULL AND disconnected_at IS NULL) OR integrations.id = $4)
                AND next_sync_at IS NOT NULL AND last_error IS NULL
              GROUP BY integration_id) AS of_accounts",
        user_id,
        since,
        today,
        account
    );
    Ok(day.fetch_one(db).await?)
}

/// The days since `since` that need no further reading: those that were read so many days later, when their platform has made up its mind,
/// and those that were read after `just_now`.
///
/// # Errors
/// [`DbError`].
pub async fn settled_days(
    db: impl PgExecutor<'_>,
    integration_id: Uuid,
    since: NaiveDate,
    just_now: DateTime<Utc>,
    late: i32,
) -> Result<Vec<NaiveDate>, DbError> {
    let days = sqlx::query_scalar!(
        "SELECT day FROM daily_insights
          WHERE integration_id = $1 AND day >= $2 AND (captured_at >= (day + $4::integer)::timestamp AT TIME ZONE 'UTC' OR captured_at > $3)",
        integration_id,
        since,
        just_now,
        late
    );
    Ok(days.fetch_all(db).await?)
}

/// Sums over a period, and of how many days they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PeriodTotals {
    /// How often content was seen.
    pub views: i64,
    /// Days with views.
    pub views_days: u32,
    /// Accounts reached, on days with both reach and interactions.
    pub reach: i64,
    /// Interactions on the same days.
    pub interactions: i64,
    /// How many days that are.
    pub engagement_days: u32,
}

/// An account over a period and the one before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountTotals {
    /// The platform.
    pub provider: Platform,
    /// What the creator agreed to.
    pub scopes: Vec<String>,
    /// The newest count, and when it was taken.
    pub followers: Option<(i64, DateTime<Utc>)>,
    /// The count of the period's first day.
    pub followers_before: Option<i64>,
    /// The period.
    pub now: PeriodTotals,
    /// The one before it.
    pub before: PeriodTotals,
    /// When the newest day of the period was read.
    pub captured_at: Option<DateTime<Utc>>,
    /// Whether more of its history is on its way.
    pub is_being_read: bool,
}

/// Each connected account of a creator, or the one that is asked for, over the `days` whole days before `until`, and the same time before that; its followers against those of so many days before `today`. The history goes back to
/// `history_start`.
///
/// # Errors
/// [`DbError`].
pub async fn totals(
    db: impl PgExecutor<'_>,
    user_id: Uuid,
    until: NaiveDate,
    today: NaiveDate,
    days: u16,
    history_start: NaiveDate,
    account: Option<Uuid>,
) -> Result<Vec<AccountTotals>, DbError> {
    let (start, audience_start) = (until - chrono::Days::new(days.into()), today - chrono::Days::new(days.into()));
    let start_before = start - chrono::Days::new(days.into());
    let rows = sqlx::query!(
        r#"SELECT integrations.provider, integrations.scopes,
                  newest.followers AS "followers?", newest.captured_at AS "followers_at?", earlier.followers AS "followers_before?",
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
                  (integrations.next_sync_at IS NOT NULL AND (history_from IS NULL OR history_from > $5)) AS "is_being_read!"
             FROM integrations
             LEFT JOIN LATERAL (SELECT followers, captured_at FROM audience_snapshots
                                 WHERE integration_id = integrations.id ORDER BY day DESC LIMIT 1) AS newest ON true
             LEFT JOIN audience_snapshots AS earlier ON earlier.integration_id = integrations.id AND earlier.day = $7
             LEFT JOIN daily_insights AS insights
                    ON insights.integration_id = integrations.id AND insights.day >= $4 AND insights.day < $2
            WHERE integrations.user_id = $1 AND (($6::uuid IS NULL AND disconnected_at IS NULL) OR integrations.id = $6)
            GROUP BY integrations.id, newest.followers, newest.captured_at, earlier.followers
            ORDER BY integrations.id"#,
        user_id,
        until,
        start,
        start_before,
        history_start,
        account,
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
                followers_before: row.followers_before,
                now: PeriodTotals {
                    views: row.views,
                    views_days: row.views_days.unsigned_abs(),
                    reach: row.reach,
                    interactions: row.interactions,
                    engagement_days: row.engagement_days.unsigned_abs(),
                },
                before: PeriodTotals {
                    views: row.views_before,
                    views_days: row.views_days_before.unsigned_abs(),
                    reach: row.reach_before,
                    interactions: row.interactions_before,
                    engagement_days: row.engagement_days_before.unsigned_abs(),
                },
                captured_at: row.captured_at,
                is_being_read: row.is_being_read,
            })
        })
        .collect()
}

/// Whether the followers were counted on a day.
///
/// # Errors
/// [`DbError`].
pub async fn has_followers(db: impl PgExecutor<'_>, integration_id: Uuid, day: NaiveDate) -> Result<bool, DbError> {
    let found = sqlx::query_scalar!("SELECT 1 FROM audience_snapshots WHERE integration_id = $1 AND day = $2", integration_id, day);
    Ok(found.fetch_optional(db).await?.is_some())
}

/// A day of an account, for its owner's export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedDay {
    integration_id: Uuid,
    day: NaiveDate,
    followers: Option<i64>,
    views: Option<i64>,
    reach: Option<i64>,
    interactions: Option<i64>,
}

/// All that was read of a creator's accounts, the newest first.
///
/// # Errors
/// [`DbError`].
pub async fn export(db: impl PgExecutor<'_>, user_id: Uuid) -> Result<Vec<ExportedDay>, DbError> {
    let days = sqlx::query_as!(
        ExportedDay,
        r#"SELECT integration_id AS "integration_id!", day AS "day!", followers AS "followers?", views AS "views?", reach AS "reach?",
                  interactions AS "interactions?"
             FROM audience_snapshots FULL JOIN daily_insights USING (integration_id, day)
            WHERE integration_id IN (SELECT id FROM integrations WHERE user_id = $1)
            ORDER BY day DESC, integration_id"#,
        user_id
    );
    Ok(days.fetch_all(db).await?)
}
