//! Database layer: all SQL. Each function runs one statement; services open the transactions.

pub mod accounts;
pub mod admin;
pub mod analytics;
pub mod assistant;
pub mod billing;
pub mod content;
pub mod earnings;
pub mod idempotency_keys;
pub mod integrations;
pub mod jobs;
pub mod mail_outbox;
pub mod onboarding;

use std::{error::Error, time::Duration};

use apalis_postgres::PostgresStorage;
use chrono::{DateTime, Utc};
use huntaze_domain::{admin::jobs::JobKind, string_enum::StringEnum};
use sqlx::{
    Connection, Executor, PgConnection, PgPool, Postgres, Transaction,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tracing::Instrument;

use crate::config::DatabaseConfig;

/// Schema migrations, compiled into the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// Failure of a database operation.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// Error of the driver: connection, timeout, constraint violation or SQL error.
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
    /// A stored value that the application cannot interpret, although the schema should rule it out.
    #[error("inconsistent row in {table}: {column}")]
    Inconsistent {
        /// Table of the row.
        table: &'static str,
        /// Column with the invalid value.
        column: &'static str,
    },
}

/// Returns whether an error comes from a database that cannot be reached, or has no connection to spare: the request may succeed later.
pub fn is_away(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        let driver = cause.downcast_ref().or_else(|| match cause.downcast_ref() {
            Some(DbError::Driver(error)) => Some(error),
            _ => None,
        });
        if driver.is_some_and(is_connection_failure) {
            return true;
        }
        // An error of I/O hides the one in it from `source`.
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = inner.map(|inner| -> &(dyn Error + 'static) { inner }).or_else(|| cause.source());
    }
    false
}

fn is_connection_failure(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        // Connection exceptions, too many connections, and a server that stops or starts.
        sqlx::Error::Database(error) => {
            error.code().is_some_and(|code| code.starts_with("08") || matches!(&*code, "53300" | "57P01" | "57P02" | "57P03"))
        }
        _ => false,
    }
}

/// Which rows of a list are read.
#[derive(Debug, Clone, Copy)]
pub struct Slice {
    /// Maximum number of rows.
    pub limit: i64,
    /// Number of rows before them.
    pub offset: i64,
}

/// Connections of [`queue_pool`]: one for the worker of each kind of job, one that listens for notifications, and one to spare. They come
/// on top of `DATABASE_MAX_CONNECTIONS`.
#[expect(clippy::cast_possible_truncation, reason = "there are few kinds")]
const QUEUE_CONNECTIONS: u32 = JobKind::ALL.len() as u32 + 2;
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Limit of one statement, so that none occupies a connection for ever. Storing the largest statement of earnings takes some seconds.
const STATEMENT_TIMEOUT: &str = "120s";
/// How long a transaction may wait for its next statement.
const TRANSACTION_TIMEOUT: &str = "60s";
/// A connection that was idle for this long is checked before it is used: the server may have closed it.
const CHECKED_AFTER: Duration = Duration::from_secs(1);

/// Returns a pool that connects when it is first used.
///
/// # Errors
/// The URL is invalid.
pub fn connect(config: &DatabaseConfig) -> Result<PgPool, DbError> {
    let options: PgConnectOptions = config.url.parse()?;
    let options = options.options([("statement_timeout", STATEMENT_TIMEOUT), ("idle_in_transaction_session_timeout", TRANSACTION_TIMEOUT)]);
    Ok(pool_options().max_connections(config.max_connections).connect_lazy_with(options))
}

/// Returns a pool for the job queue alone, to the same database as `db`. apalis drops futures that are beginning a transaction when a worker
/// stops (see [`begin`]), so its connections are never shared with requests.
pub fn queue_pool(db: &PgPool) -> PgPool {
    queue_pool_options().max_connections(QUEUE_CONNECTIONS).connect_lazy_with(db.connect_options().as_ref().clone())
}

/// Options of the pool of requests. A connection is checked before use only if it was not used for a while; sqlx's default asks the server before each
/// statement, which doubles what a short one costs.
pub fn pool_options() -> PgPoolOptions {
    PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).test_before_acquire(false).before_acquire(|connection, usage| {
        Box::pin(async move { Ok(usage.idle_for < CHECKED_AFTER || is_outside_transaction(connection).await?) })
    })
}

/// Options of the queue's pool: a connection is checked before each use, and closed if it is returned inside a transaction. In other pools that
/// cannot happen, because [`begin`] is the only way to a transaction.
pub fn queue_pool_options() -> PgPoolOptions {
    PgPoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT).after_release(|connection, _| Box::pin(is_outside_transaction(connection)))
}

/// Whether no transaction is open. sqlx's own counter cannot be asked: it is what goes wrong in [`begin`]. In a transaction, `now()` is the
/// time of its `BEGIN`; outside one, that of the statement.
async fn is_outside_transaction(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // A drop of `Transaction` has queued its ROLLBACK; that is sent first. Unprepared, so that it costs one round trip. Fails in a transaction
    // that is aborted; then the connection is closed, too.
    let row = connection.fetch_one("SELECT now() = statement_timestamp()").await?;
    sqlx::Row::try_get(&row, 0)
}

/// Begins a transaction. Use this instead of `Pool::begin`: a future that is dropped while sqlx-postgres 0.9.0 waits for the answer to `BEGIN`
/// returns its connection to the pool inside a transaction that nobody commits, and the statements of later requests are lost with it
/// (transact-rs/sqlx#4393). Here `BEGIN` runs in a task of its own, which the caller cannot cancel; if the caller is gone when it is done, the
/// transaction is rolled back.
pub async fn begin(db: &PgPool) -> Result<Transaction<'static, Postgres>, DbError> {
    let db = db.clone();
    #[expect(clippy::disallowed_methods, reason = "the only place that may: the task is not cancelled")]
    let task = tokio::spawn(async move { db.begin().await }.in_current_span());
    Ok(task.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
}

/// Applies pending migrations of the application and of the job queue, under the migrator's advisory lock. Migrations in the database that
/// this binary does not know are ignored: migrations must be backward compatible, so that an older binary can still run after a rollback.
///
/// # Errors
/// A migration failed; migrations applied before it stay applied.
pub async fn migrate(db: &PgPool) -> Result<(), MigrateError> {
    // A connection of its own, without limits: a migration, and waiting for another process that migrates, may take long.
    let mut connection = PgConnection::connect_with(&db.connect_options()).await?;
    connection.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0").await?;
    for mut migrator in [Migrator { migrations: MIGRATIONS.migrations.clone(), ..Migrator::DEFAULT }, PostgresStorage::migrations()] {
        migrator.ignore_missing = true;
        migrator.run(&mut connection).await?;
    }
    connection.close().await?;
    Ok(())
}

/// Runs the shortest query.
pub async fn ping(db: &PgPool) -> Result<(), DbError> {
    sqlx::query("SELECT 1").execute(db).await?;
    Ok(())
}

/// Returns the version of PostgreSQL.
pub async fn server_version(db: &PgPool) -> Result<String, DbError> {
    Ok(sqlx::query_scalar("SELECT current_setting('server_version')").fetch_one(db).await?)
}

/// Returns the time on the server.
pub async fn now(db: &PgPool) -> Result<DateTime<Utc>, DbError> {
    Ok(sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(db).await?)
}

/// Returns whether the database has no tables.
pub async fn is_empty(db: &PgPool) -> Result<bool, DbError> {
    let found = "SELECT NOT EXISTS (SELECT FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema'))";
    Ok(sqlx::query_scalar(found).fetch_one(db).await?)
}

/// Returns the newest migration that is applied.
pub async fn schema_version(db: &PgPool) -> Result<i64, DbError> {
    let known: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let newest = sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success AND version = ANY($1)");
    Ok(newest.bind(&known).fetch_one(db).await?)
}

/// Returns the newest migration of this binary.
pub fn newest_migration() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// Returns whether all migrations of this binary are applied. Additional, newer migrations are accepted.
pub async fn is_ready(db: &PgPool) -> Result<bool, DbError> {
    let needed: Vec<i64> =
        MIGRATIONS.iter().filter(|migration| migration.migration_type.is_up_migration()).map(|migration| migration.version).collect();
    // Not checked at compile time: `_sqlx_migrations` is created by the migrator.
    let applied = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM _sqlx_migrations WHERE success AND version = ANY($1)");
    let applied = applied.bind(&needed).fetch_one(db).await?;
    Ok(usize::try_from(applied).is_ok_and(|applied| applied == needed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::InternalError;

    #[test]
    fn database_that_is_away_is_found_in_the_chain() {
        let away = || DbError::Driver(sqlx::Error::PoolTimedOut);
        assert!(is_away(&away()) && is_away(&InternalError::new(away())));
        assert!(is_away(&InternalError::new(sqlx::Error::Io(std::io::Error::other("connection reset")))));
        assert!(is_away(&InternalError::new(std::io::Error::other(away()))), "as the chunks of a file are read");
        assert!(!is_away(&DbError::Driver(sqlx::Error::RowNotFound)));
        assert!(!is_away(&InternalError::new(std::io::Error::other("disk full"))));
    }
}
