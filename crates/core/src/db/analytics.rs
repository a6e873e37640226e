//! Queries of the analytics pages: daily metrics and posts.

pub mod insights;
pub mod posts;

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    analytics::{PostOrder, PostView},
    ids::{IntegrationId, PostId, UserId},
    platform::Platform,
    string_enum::StringEnum,
};
use sqlx::PgExecutor;

use super::{DbError, Slice};

/// Metrics of an integration on one day; `None` means unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDay {
    /// Integration that the metrics belong to.
    pub integration_id: IntegrationId,
    /// Day (UTC).
    pub day: NaiveDate,
    /// Follower count.
    pub followers: Option<i64>,
    /// Views of its content.
    pub views: Option<i64>,
    /// Accounts reached.
    pub reach: Option<i64>,
    /// Sum of likes, comments and shares.
    pub interactions: Option<i64>,
}

/// What [`days`] and [`platform_days`] list.
#[derive(Debug, Clone, Copy)]
pub struct DaysQuery {
    /// The user whose accounts are read.
    pub user_id: UserId,
    /// One account of the user; `None` for all that are connected.
    pub account: Option<IntegrationId>,
    /// First day.
    pub from: NaiveDate,
    /// The day after the last.
    pub until: NaiveDate,
}

/// Lists the known metrics of each account and day. Days without any known metric are left out.
pub async fn days(db: impl PgExecutor<'_>, query: &DaysQuery) -> Result<Vec<AccountDay>, DbError> {
    let DaysQuery { user_id, account, from, until } = *query;
    let days = sqlx::query_as!(
        AccountDay,
        r#"WITH chosen AS (
               SELECT id FROM integrations WHERE user_id = $1 AND (($2::uuid IS NULL AND disconnected_at IS NULL) OR id = $2)
           ), audience AS (
               SELECT integration_id, day, followers FROM audience_snapshots
                WHERE integration_id IN (SELECT id FROM chosen) AND day >= $3 AND day < $4
           ), insights AS (
               SELECT integration_id, day, views, reach, interactions FROM daily_insights
                WHERE integration_id IN (SELECT id FROM chosen) AND day >= $3 AND day < $4
           )
           SELECT integration_id AS "integration_id!", day AS "day!", followers AS "followers?", views AS "views?", reach AS "reach?",
                  interactions AS "interactions?"
             FROM audience FULL JOIN insights USING (integration_id, day)
            ORDER BY day, integration_id"#,
        user_id.uuid(),
        account.map(IntegrationId::uuid),
        from,
        until
    );
    Ok(days.fetch_all(db).await?)
}

/// A sum over accounts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KnownSum {
    /// Sum of the known values; 0 if there is none.
    pub sum: i64,
    /// Number of accounts whose value is known.
    pub accounts: u32,
}

/// Metrics of all accounts of a platform on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformDay {
    /// Platform of the accounts.
    pub provider: Platform,
    /// Day (UTC).
    pub day: NaiveDate,
    /// Follower counts.
    pub followers: KnownSum,
    /// Views of their content.
    pub views: KnownSum,
    /// Likes, comments and shares.
    pub interactions: KnownSum,
}

/// Sums the known metrics of each platform and day. Days without any known metric are left out.
pub async fn platform_days(db: impl PgExecutor<'_>, query: &DaysQuery) -> Result<Vec<PlatformDay>, DbError> {
    let DaysQuery { user_id, account, from, until } = *query;
    let rows = sqlx::query!(
        r#"WITH chosen AS MATERIALIZED (
               SELECT id, provider FROM integrations WHERE user_id = $1 AND (($2::uuid IS NULL AND disconnected_at IS NULL) OR id = $2)
           )
           SELECT provider, day AS "day!",
                  coalesce(sum(followers), 0)::bigint AS "followers!", count(followers)::integer AS "followers_known!",
                  coalesce(sum(views), 0)::bigint AS "views!", count(views)::integer AS "views_known!",
                  coalesce(sum(interactions), 0)::bigint AS "interactions!", count(interactions)::integer AS "interactions_known!"
             FROM chosen
            CROSS JOIN LATERAL (
               SELECT day, followers, NULL::bigint AS views, NULL::bigint AS interactions
                 FROM audience_snapshots WHERE integration_id = chosen.id AND day >= $3 AND day < $4
               UNION ALL
               SELECT day, NULL, views, interactions FROM daily_insights WHERE integration_id = chosen.id AND day >= $3 AND day < $4
             ) AS known
            GROUP BY provider, day"#,
        user_id.uuid(),
        account.map(IntegrationId::uuid),
        from,
        until
    );
    let sum = |sum, accounts: i32| KnownSum { sum, accounts: accounts.unsigned_abs() };
    let rows = rows.fetch_all(db).await?.into_iter().map(|row| {
        Ok(PlatformDay {
            provider: Platform::parse(&row.provider).ok_or(DbError::Inconsistent { table: "integrations", column: "provider" })?,
            day: row.day,
            followers: sum(row.followers, row.followers_known),
            views: sum(row.views, row.views_known),
            interactions: sum(row.interactions, row.interactions_known),
        })
    });
    rows.collect()
}

/// What [`posts`] lists.
#[derive(Debug, Clone, Copy)]
pub struct PostsQuery {
    /// The user whose posts are listed.
    pub user_id: UserId,
    /// One account of the user; `None` for all that are connected.
    pub account: Option<IntegrationId>,
    /// Earliest time of publication.
    pub since: DateTime<Utc>,
    /// Order of the list.
    pub order: PostOrder,
}

/// Lists a slice of the posts, and counts all that the query is about. The count is 0 if the slice is past the end. Posts without any known interaction come last unless sorted by date.
pub async fn posts(db: impl PgExecutor<'_>, query: &PostsQuery, slice: Slice) -> Result<(Vec<PostView>, i64), DbError> {
    let PostsQuery { user_id, account, since, order } = *query;
    let rows = sqlx::query!(
        r#"WITH chosen AS MATERIALIZED (
               SELECT id, provider, account_name FROM integrations
                WHERE user_id = $1 AND (($2::uuid IS NULL AND disconnected_at IS NULL) OR id = $2)
           )
           SELECT posts.id, chosen.provider, chosen.account_name, posts.title, posts.language, posts.url, posts.published_at,
                  newest.views AS "views?", newest.likes AS "likes?", newest.comments AS "comments?", newest.shares AS "shares?",
                  newest.captured_at AS "captured_at!", count(*) OVER () AS "total!"
             FROM chosen
             -- `OFFSET 0`: for each account by index, never all posts of all users.
            CROSS JOIN LATERAL (SELECT id, title, language, url, published_at FROM posts
                                 WHERE integration_id = chosen.id AND published_at >= $3 OFFSET 0) AS posts
             -- A figure that was known stays: each is the newest that there is.
             JOIN LATERAL (SELECT (array_agg(views ORDER BY day DESC) FILTER (WHERE views IS NOT NULL))[1] AS views,
                                  (array_agg(likes ORDER BY day DESC) FILTER (WHERE likes IS NOT NULL))[1] AS likes,
                                  (array_agg(comments ORDER BY day DESC) FILTER (WHERE comments IS NOT NULL))[1] AS comments,
                                  (array_agg(shares ORDER BY day DESC) FILTER (WHERE shares IS NOT NULL))[1] AS shares,
                                  max(captured_at) AS captured_at
                             FROM post_snapshots WHERE post_id = posts.id) AS newest ON newest.captured_at IS NOT NULL
            ORDER BY CASE WHEN newest.likes IS NULL AND newest.comments IS NULL AND newest.shares IS NULL THEN NULL
                          WHEN $4::text = 'best' THEN -(coalesce(newest.likes, 0) + coalesce(newest.comments, 0) + coalesce(newest.shares, 0))
                          WHEN $4 = 'worst' THEN coalesce(newest.likes, 0) + coalesce(newest.comments, 0) + coalesce(newest.shares, 0)
                     END NULLS LAST,
                     posts.published_at DESC, posts.id
            LIMIT $5 OFFSET $6"#,
        user_id.uuid(),
        account.map(IntegrationId::uuid),
        since,
        order.as_str(),
        slice.limit,
        slice.offset
    );
    let rows = rows.fetch_all(db).await?;
    let total = rows.first().map_or(0, |row| row.total);
    let posts = rows.into_iter().map(|row| {
        let provider = Platform::parse(&row.provider).ok_or(DbError::Inconsistent { table: "integrations", column: "provider" })?;
        Ok(PostView {
            id: PostId::from(row.id),
            provider,
            account_name: row.account_name,
            title: row.title,
            language: row.language,
            url: row.url,
            published_at: row.published_at,
            views: row.views,
            likes: row.likes,
            comments: row.comments,
            shares: row.shares,
            captured_at: row.captured_at,
        })
    });
    Ok((posts.collect::<Result<_, DbError>>()?, total))
}
