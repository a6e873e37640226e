//! Posts and daily snapshots of their total metrics.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use huntaze_domain::{
    analytics::Post,
    ids::{IntegrationId, UserId},
};
use serde::Serialize;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::db::DbError;

/// Returns the platform's ids of the posts of an integration that have a snapshot for `day`.
pub async fn read_on(db: impl PgExecutor<'_>, integration_id: IntegrationId, day: NaiveDate) -> Result<HashSet<String>, DbError> {
    let ids = sqlx::query_scalar!(
        "SELECT provider_post_id FROM posts JOIN post_snapshots ON post_id = posts.id WHERE integration_id = $1 AND day = $2",
        integration_id.uuid(),
        day
    );
    Ok(ids.fetch_all(db).await?.into_iter().collect())
}

/// A post with the newest known value of each metric, in the user's data export.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedPost {
    integration_id: IntegrationId,
    provider_post_id: String,
    title: String,
    language: Option<String>,
    url: Option<String>,
    published_at: DateTime<Utc>,
    views: Option<i64>,
    likes: Option<i64>,
    comments: Option<i64>,
    shares: Option<i64>,
}

/// Lists all posts of a user's integrations, newest first, for the data export.
pub async fn export(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Vec<ExportedPost>, DbError> {
    let posts = sqlx::query_as!(
        ExportedPost,
        r#"SELECT integration_id, provider_post_id, title, language, url, published_at, newest.views AS "views?", newest.likes AS "likes?",
                  newest.comments AS "comments?", newest.shares AS "shares?"
             FROM posts
             -- A figure that was known stays: each is the newest that there is.
             CROSS JOIN LATERAL (SELECT (array_agg(views ORDER BY day DESC) FILTER (WHERE views IS NOT NULL))[1] AS views,
                                        (array_agg(likes ORDER BY day DESC) FILTER (WHERE likes IS NOT NULL))[1] AS likes,
                                        (array_agg(comments ORDER BY day DESC) FILTER (WHERE comments IS NOT NULL))[1] AS comments,
                                        (array_agg(shares ORDER BY day DESC) FILTER (WHERE shares IS NOT NULL))[1] AS shares
                                   FROM post_snapshots WHERE post_id = posts.id) AS newest
            WHERE integration_id IN (SELECT id FROM integrations WHERE user_id = $1)
            ORDER BY published_at DESC, posts.id"#,
        user_id.uuid()
    );
    Ok(posts.fetch_all(db).await?)
}

/// Upserts posts and their snapshots for a day in one statement. A known value is not overwritten by an unknown one. Does nothing if the
/// integration has been deleted. `posts` must not contain a post twice, or PostgreSQL rejects the statement.
pub async fn save(
    db: impl PgExecutor<'_>,
    integration_id: IntegrationId,
    posts: &[Post],
    (day, now): (NaiveDate, DateTime<Utc>),
) -> Result<(), DbError> {
    let ids: Vec<_> = posts.iter().map(|_| Uuid::now_v7()).collect();
    let provider_ids: Vec<_> = posts.iter().map(|post| post.id.clone()).collect();
    let titles: Vec<_> = posts.iter().map(|post| post.title.clone()).collect();
    let languages: Vec<_> = posts.iter().map(|post| post.language.clone()).collect();
    let urls: Vec<_> = posts.iter().map(|post| post.url.clone()).collect();
    let published: Vec<_> = posts.iter().map(|post| post.published_at).collect();
    let figure = |of: fn(&Post) -> Option<i64>| posts.iter().map(of).collect::<Vec<_>>();
    sqlx::query!(
        "WITH given AS (
             SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[], $9::bigint[],
                                  $10::bigint[], $11::bigint[])
                           AS given (id, provider_post_id, title, language, url, published_at, views, likes, comments, shares)
         ), saved AS (
             INSERT INTO posts (id, integration_id, provider_post_id, title, language, url, published_at)
             SELECT given.id, integrations.id, provider_post_id, title, language, url, published_at
               FROM given JOIN integrations ON integrations.id = $1
             ON CONFLICT (integration_id, provider_post_id) DO UPDATE SET title = excluded.title, language = excluded.language, url = excluded.url
             RETURNING id, provider_post_id
         )
         INSERT INTO post_snapshots (post_id, day, views, likes, comments, shares, captured_at)
         SELECT saved.id, $12, views, likes, comments, shares, $13 FROM saved JOIN given USING (provider_post_id)
         ON CONFLICT (post_id, day) DO UPDATE
            SET views = coalesce(excluded.views, post_snapshots.views), likes = coalesce(excluded.likes, post_snapshots.likes),
                comments = coalesce(excluded.comments, post_snapshots.comments), shares = coalesce(excluded.shares, post_snapshots.shares),
                captured_at = excluded.captured_at",
        integration_id.uuid(),
        &ids,
        &provider_ids,
        &titles,
        &languages as &[Option<String>],
        &urls as &[Option<String>],
        &published,
        &figure(|post| post.views) as &[Option<i64>],
        &figure(|post| post.likes) as &[Option<i64>],
        &figure(|post| post.comments) as &[Option<i64>],
        &figure(|post| post.shares) as &[Option<i64>],
        day,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}
