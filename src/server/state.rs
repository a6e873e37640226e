//! What every request can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore};
use tokio_util::task::TaskTracker;

use super::{
    ai::{Knowledge, LanguageModel, LiveAnswers},
    config::Config,
    infra::{clock::Clock, crypto::Cipher, keys::Keys, password::PasswordHasher, rate_limiter::RateLimiter},
    providers::ProviderRegistry,
};

/// Tables that are read at once while their owners wait: each fills a core.
pub const TABLE_READERS: usize = 2;

/// Shared by all requests and jobs; cloning it is cheap.
#[derive(Clone)]
pub struct AppState {
    /// Where the rendered page finds its scripts and styles.
    pub leptos_options: LeptosOptions,
    /// Settings.
    pub config: Arc<Config>,
    /// PostgreSQL.
    pub db: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Keys derived from the secret.
    pub keys: Arc<Keys>,
    /// Encrypts what platforms give us.
    pub cipher: Arc<Cipher>,
    /// The platforms that are configured.
    pub providers: Arc<ProviderRegistry>,
    /// The language model, where there is one.
    pub model: Option<Arc<dyn LanguageModel>>,
    /// What it has answered before.
    pub knowledge: Knowledge,
    /// The answers that are being written here.
    pub live_answers: LiveAnswers,
    /// Hashes passwords, a few at a time.
    pub passwords: PasswordHasher,
    /// Counts requests.
    pub limiter: Arc<dyn RateLimiter>,
    /// Rung when there is work for a job: a mail is to leave, an account to be read, a statement to be imported.
    pub due_bell: Arc<Notify>,
    /// So many tables are read at once while their owners wait.
    pub table_readers: Arc<Semaphore>,
    /// Work that must not stop half-way: the process waits for it before it ends.
    pub tasks: TaskTracker,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
