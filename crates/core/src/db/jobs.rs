//! The job queue: tables of apalis in the schema `apalis`, created by its own migrations; see [`super::migrate`].

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{
    admin::jobs::{FailedJob, JobKind, QueueStats},
    string_enum::StringEnum,
};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{DbError, Slice};

/// Channel of the notifications that a subject has become due; the payload is the kind of job.
pub const DUE_CHANNEL: &str = "huntaze_due";

/// Tells the schedulers of all processes that a subject of this kind is due; in a transaction, when it is committed.
pub async fn notify_due(db: impl PgExecutor<'_>, kind: JobKind) -> Result<(), DbError> {
    sqlx::query!("SELECT pg_notify($1, $2)", DUE_CHANNEL, kind.as_str()).execute(db).await?;
    Ok(())
}

/// Clears the idempotency keys of finished jobs (done, killed or out of attempts) of these subjects, so that new jobs can be enqueued for
/// them.
pub async fn clear_idempotency_keys(db: impl PgExecutor<'_>, kind: JobKind, subjects: &[Uuid]) -> Result<(), DbError> {
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

/// Clears the idempotency key of a job whose handler has succeeded, before apalis marks it as done.
pub async fn clear_idempotency_key(db: impl PgExecutor<'_>, id: &str) -> Result<(), DbError> {
    sqlx::query!("UPDATE apalis.jobs SET idempotency_key = NULL WHERE id = $1", id).execute(db).await?;
    Ok(())
}

/// Enqueues a job for each subject, in the given order; subjects that already have a job of this kind are skipped. Returns the number of
/// jobs enqueued.
pub async fn enqueue(db: impl PgExecutor<'_>, kind: JobKind, subjects: &[Uuid], max_attempts: i32) -> Result<u64, DbError> {
    let enqueued = sqlx::query!(
        "INSERT INTO apalis.jobs (id, job_type, job, status, max_attempts, run_at, idempotency_key)
         SELECT apalis.generate_ulid(), $1, convert_to(json_build_object('subject', id)::text, 'UTF8'), 'Pending', $3, now(), id::text
           FROM unnest($2::uuid[]) WITH ORDINALITY AS subject (id, place)
          ORDER BY place
         ON CONFLICT (job_type, idempotency_key) DO NOTHING",
        kind.as_str(),
        subjects,
        max_attempts
    );
    Ok(enqueued.execute(db).await?.rows_affected())
}

/// Delays the next attempt of a running job by `pause`.
pub async fn defer(db: impl PgExecutor<'_>, id: &str, pause: TimeDelta) -> Result<(), DbError> {
    // apalis compares `run_at` with the database's clock, not the application's.
    sqlx::query!("UPDATE apalis.jobs SET run_at = now() + make_interval(secs => $2) WHERE id = $1", id, pause.as_seconds_f64())
        .execute(db)
        .await?;
    Ok(())
}

/// Returns whether a job of this kind is unfinished or finished within the last `pause`.
pub async fn has_recent(db: impl PgExecutor<'_>, kind: JobKind, pause: TimeDelta) -> Result<bool, DbError> {
    let found = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM apalis.jobs
                           WHERE job_type = $1 AND (done_at IS NULL OR done_at > now() - make_interval(secs => $2))) AS "found!""#,
        kind.as_str(),
        pause.as_seconds_f64()
    );
    Ok(found.fetch_one(db).await?)
}

/// Counts pending and running jobs by kind. Kinds without such jobs are left out.
pub async fn queue_stats(db: impl PgExecutor<'_>) -> Result<Vec<QueueStats>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT job_type, count(*) FILTER (WHERE status IN ('Pending', 'Failed')) AS "pending!",
                  count(*) FILTER (WHERE status IN ('Queued', 'Running')) AS "running!",
                  min(run_at) FILTER (WHERE status IN ('Pending', 'Failed')) AS oldest_pending_at
             FROM apalis.jobs
            WHERE status IN ('Pending', 'Queued', 'Running') OR status = 'Failed' AND attempts < max_attempts
            GROUP BY job_type"#
    );
    let report = rows.fetch_all(db).await?.into_iter().filter_map(|row| {
        let kind = JobKind::parse(&row.job_type)?;
        Some(QueueStats { kind, pending: row.pending, running: row.running, oldest_pending_at: row.oldest_pending_at })
    });
    Ok(report.collect())
}

/// Lists a page of permanently failed jobs, newest first.
pub async fn failed(db: impl PgExecutor<'_>, slice: Slice) -> Result<Vec<FailedJob>, DbError> {
    let rows = sqlx::query!(
        r#"SELECT id, job_type, convert_from(job, 'UTF8')::jsonb ->> 'subject' AS "subject!", attempts, last_result ->> 'Err' AS error,
                  coalesce(done_at, lock_at, run_at) AS "failed_at!"
             FROM apalis.jobs
            WHERE status = 'Killed' OR status = 'Failed' AND attempts >= max_attempts
            ORDER BY 6 DESC, id DESC LIMIT $1 OFFSET $2"#,
        slice.limit,
        slice.offset
    );
    let failed = rows.fetch_all(db).await?.into_iter().filter_map(|row| {
        let kind = JobKind::parse(&row.job_type)?;
        // apalis prefixes errors that must not be retried.
        let error = row.error.unwrap_or_default().trim_start_matches("AbortError: ").to_owned();
        Some(FailedJob { id: row.id, kind, subject_id: row.subject, attempts: row.attempts, error, failed_at: row.failed_at })
    });
    Ok(failed.collect())
}

/// Counts permanently failed jobs.
pub async fn count_failed(db: impl PgExecutor<'_>) -> Result<i64, DbError> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM apalis.jobs WHERE status = 'Killed' OR status = 'Failed' AND attempts >= max_attempts"#
    );
    Ok(count.fetch_one(db).await?)
}

/// Deletes a permanently failed job. Returns its kind and subject, or `None` if there is no such job.
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

/// Deletes jobs that were done before `done_before` or failed permanently before `failed_before`, and workers without jobs last seen before
/// `done_before`. Returns the number of jobs deleted.
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
