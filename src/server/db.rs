//! All SQL. One function, one statement; transactions are opened by the services.

pub mod ai_captions;
pub mod ai_conversations;
pub mod ai_costs;
pub mod ai_ledger;
pub mod ai_reports;
pub mod ai_settings;
pub mod analytics;
pub mod audit;
pub mod drafts;
pub mod earnings;
pub mod figures;
pub mod integration_events;
pub mod integrations;
pub mod jobs;
pub mod links;
pub mod oauth_states;
pub mod onboarding;
pub mod outbox;
pub mod partner;
pub mod posts;
pub mod reports;
pub mod sessions;
pub mod spending;
pub mod statements;
pub mod users;

use std::time::Duration;

use apalis_postgres::PostgresStorage;
use sqlx::{
    PgPool,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
};

use crate::server::config::DatabaseConfig;

/// Every change of the schema, compiled into the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// The database did not answer, or answered something impossible.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The driver's own words.
    #[error(transparent)]
    Driver(#[from] sqlx::Error),
    /// A row that the schema should have made impossible.
    #[error("inconsistent row in {table}: {column}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// Which part of it.
        column: &'static str,
    },
}

/// A pool that connects when it is first used.
///
/// # Errors
/// The address is not valid.
pub fn connect(config: &DatabaseConfig) -> Result<PgPool, DbError> {
    let pool =
        PgPoolOptions::new().max_connections(config.max_connections).acquire_timeout(Duration::from_secs(5)).connect_lazy(&config.url)?;
    Ok(pool)
}

/// Brings the database to this binary's schema, and that of the queue, under a lock. A newer one is left alone: migrations only add what
/// older binaries do not know, so that one can go back.
///
/// # Errors
/// A migration failed; what was done before it stays.
pub async fn migrate(db: &PgPool) -> Result<(), MigrateError> {
    for mut migrator in [Migrator { migrations: MIGRATIONS.migrations.clone(), ..Migrator::DEFAULT }, PostgresStorage::migrations()] {
        migrator.ignore_missing = true;
        migrator.run(db).await?;
    }
    Ok(())
}

/// Whether the database answers and has this binary's schema. A newer one is fine.
///
/// # Errors
/// It does not answer.
pub async fn is_ready(db: &PgPool) -> Result<bool, DbError> {
    let needed: Vec<i64> =
        MIGRATIONS.iter().filter(|migration| migration.migration_type.is_up_migration()).map(|migration| migration.version).collect();
    // Not a checked query: the table is the migrator's own.
    let applied = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM _sqlx_migrations WHERE success AND version = ANY($1)");
    let applied = applied.bind(&needed).fetch_one(db).await?;
    Ok(usize::try_from(applied).is_ok_and(|applied| applied == needed.len()))
}
