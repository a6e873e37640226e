//! The queue: tables of apalis, in a schema of their own. It makes them itself; see [`super::migrate`].

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{
    choice::Choice,
    job::{FailedJob, JobKind, QueueReport},
};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::DbError;

/// Frees the names of jobs that have ended, so that there can be another one about the same subject.
///
/// # Errors
/// [`DbError`].
pub async fn free_names(db: impl PgExecutor<'_>, kind: JobKind, subjects: &[Uuid]) -> Result<(), DbError> {
    sqlx::query!(
        "UPDATE apalis.jobs SET idempotency_key = NULL
          WHERE job_type = $1 AND idempotency_key = ANY(SELECT id::text FROM unnest($2::uuid[]) AS subject (id))
            AND (status IN ('Done', 'Killed') OR status = 'Failed' AND attempts >= max_attempts)",
        kind.as_str(),
        subjects
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Frees the name of a job that was done, before the queue notes that it was.
///
/// # Errors
/// [`DbError`].
pub async fn free_name(db: impl PgExecutor<'_>, id: &str) -> Result<(), DbError> {
    sqlx::query!("UPDATE apalis.jobs SET idempotency_key = NULL WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// Puts in a job for each subject, unless there is one already. Returns how many were put in.
///
/// # Errors
/// [`DbError`].
pub async fn push(db: impl PgExecutor<'_>, kind: JobKind, subjects: &[Uuid], most_attempts: i32) -> Result<u64, DbError> {
    let pushed = sqlx::query!(
        "INSERT INTO apalis.jobs (id, job_type, job, status, max_attempts, run_at, idempotency_key)
         SELECT apalis.generate_ulid(), $1, convert_to(json_build_object('subject', id)::text, 'UTF8'), 'Pending', $3, now(), id::text
           FROM unnest($2::uuid[]) WITH ORDINALITY AS subject (id, place)
          ORDER BY place
         ON CONFLICT (job_type, idempotency_key) DO NOTHING",
        kind.as_str(),
        subjects,
        most_attempts
    );
    Ok(pushed.execute(db).await?.rows_affected())
}

/// Has a job that is being done wait before it is tried again.
///
/// # Errors
/// [`DbError`].
pub async fn postpone(db: impl PgExecutor<'_>, id: &str, pause: TimeDelta) -> Result<(), DbError> {
    // The queue goes by the database's clock.
    sqlx::query!("UPDATE apalis.jobs SET run_at = now() + make_interval(secs => $2) WHERE id = $1", id, pause.as_seconds_f64())
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a job of a kind waits, is being done, or was done within `pause`.
///
/// # Errors
/// [`DbError`].
pub async fn is_recent(db: impl PgExecutor<'_>, kind: JobKind, pause: TimeDelta) -> Result<bool, DbError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM apalis.jobs
                           WHERE job_type = $1 AND (done_at IS NULL OR done_at > now() - make_interval(secs => $2))) AS "found!""#,
        kind.as_str(),
        pause.as_seconds_f64()
    );
    Ok(found.fetch_one(db).await?)
}

/// How much work there is, of the kinds of which there is some.
///
/// # Errors
/// [`DbError`].
pub async fn queues(db: impl PgExecutor<'_>) -> Result<Vec<QueueReport>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT job_type, count(*) FILTER (WHERE status IN ('Pending', 'Failed')) AS "waiting!",
                  count(*) FILTER (WHERE status IN ('Queued', 'Running')) AS "running!",
                  min(run_at) FILTER (WHERE status IN ('Pending', 'Failed')) AS waiting_since
             FROM apalis.jobs
            WHERE status IN ('Pending', 'Queued', 'Running') OR status = 'Failed' AND attempts < max_attempts
            GROUP BY job_type"#
    );
    let report = rows.fetch_all(db).await?.into_iter().filter_map(|row| {
        let kind = JobKind::parse(&row.job_type)?;
        Some(QueueReport { kind, waiting: row.waiting, running: row.running, waiting_since: row.waiting_since })
    });
    Ok(report.collect())
}

/// Jobs that were given up, the newest first.
///
/// # Errors
/// [`DbError`].
pub async fn failed(db: impl PgExecutor<'_>, limit: i64, offset: i64) -> Result<Vec<FailedJob>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT id, job_type, convert_from(job, 'UTF8')::jsonb ->> 'subject' AS "subject!", attempts, last_result ->> 'Err' AS error,
                  coalesce(done_at, lock_at, run_at) AS "failed_at!"
             FROM apalis.jobs
            WHERE status = 'Killed' OR status = 'Failed' AND attempts >= max_attempts
            ORDER BY 6 DESC, id DESC LIMIT $1 OFFSET $2"#,
        limit,
        offset
    );
    let failed = rows.fetch_all(db).await?.into_iter().filter_map(|row| {
        let kind = JobKind::parse(&row.job_type)?;
        // So apalis marks what is not to be tried again.
        let error = row.error.unwrap_or_default().trim_start_matches("AbortError: ").to_owned();
        Some(FailedJob { id: row.id, kind, subject: row.subject, attempts: row.attempts, error, failed_at: row.failed_at })
    });
    Ok(failed.collect())
}

/// How many jobs were given up.
///
/// # Errors
/// [`DbError`].
pub async fn count_failed(db: impl PgExecutor<'_>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM apalis.jobs WHERE status = 'Killed' OR status = 'Failed' AND attempts >= max_attempts"#
    );
    Ok(count.fetch_one(db).await?)
}

/// Removes a job that was given up. Returns what it was about, if it was there.
///
/// # Errors
/// [`DbError`].
pub async fn delete_failed(db: impl PgExecutor<'_>, id: &str) -> Result<Option<(JobKind, Uuid)>, DbError> {
    let row = sqlx::query!(
        r#"DELETE FROM apalis.jobs WHERE id = $1 AND (status = 'Killed' OR status = 'Failed' AND attempts >= max_attempts)
           RETURNING job_type, convert_from(job, 'UTF8')::jsonb ->> 'subject' AS "subject!""#,
        id
    );
    let Some(row) = row.fetch_optional(db).await? else { return Ok(None) };
    let kind = JobKind::parse(&row.job_type).ok_or(DbError::Inconsistent { table: "jobs", column: "job_type" })?;
    let subject = row.subject.parse().map_err(|_| DbError::Inconsistent { table: "jobs", column: "job" })?;
    Ok(Some((kind, subject)))
}

/// Removes jobs that were done before one time or given up before another, and workers that are gone. Returns how many jobs.
///
/// # Errors
/// [`DbError`].
pub async fn delete_old(db: impl PgExecutor<'_>, done_before: DateTime<Utc>, failed_before: DateTime<Utc>) -> Result<u64, DbError> {
    let deleted = sqlx::query!(
        "WITH idle AS (DELETE FROM apalis.workers WHERE last_seen < $1 AND NOT EXISTS (SELECT FROM apalis.jobs WHERE lock_by = workers.id))
         DELETE FROM apalis.jobs
          WHERE status = 'Done' AND done_at < $1
             OR (status = 'Killed' OR status = 'Failed' AND attempts >= max_attempts) AND coalesce(done_at, lock_at, run_at) < $2",
        done_before,
        failed_before
    );
    Ok(deleted.execute(db).await?.rows_affected())
}
