//! What every request can reach.

use std::{error::Error, sync::Arc, time::Duration};

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore};
use tokio_util::task::TaskTracker;

use super::{
    ai::{Gemini, Knowledge, LanguageModel, LiveAnswers},
    config::Config,
    infra::{
        cache::MemoryCache,
        clock::Clock,
        crypto::Cipher,
        http,
        keys::Keys,
        password::PasswordHasher,
        rate_limiter::{MemoryRateLimiter, RateLimiter},
    },
    providers::ProviderRegistry,
};

/// Tables that are read at once while their owners wait: each fills a core.
const TABLE_READERS: usize = 2;

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

impl AppState {
    /// All that follows from the settings. A call of a platform takes no longer than `timeout`.
    ///
    /// # Errors
    /// TLS cannot be set up, or passwords cannot be hashed as the settings say.
    pub fn new(
        config: Config,
        leptos_options: LeptosOptions,
        db: PgPool,
        clock: Arc<dyn Clock>,
        timeout: Duration,
    ) -> Result<Self, Box<dyn Error>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let model = Gemini::new(&config.gemini, http::client(timeout)?, Arc::clone(&clock));
        Ok(Self {
            leptos_options,
            db,
            keys: Arc::new(Keys::derive(&config.app.secret_key)),
            cipher: Arc::new(Cipher::new(&config.app.encryption_keys)),
            providers: Arc::new(ProviderRegistry::new(&config, &http::client(timeout)?, &clock)),
            model: model.map(|gemini| Arc::new(gemini) as _),
            knowledge: Knowledge::new(Arc::new(MemoryCache::default()), Arc::clone(&clock)),
            live_answers: LiveAnswers::default(),
            passwords: PasswordHasher::new(config.app.password_hashing, cores)?,
            limiter: Arc::new(MemoryRateLimiter::new(Arc::clone(&clock))),
            due_bell: Arc::new(Notify::new()),
            table_readers: Arc::new(Semaphore::new(TABLE_READERS)),
            tasks: TaskTracker::new(),
            clock,
            config: Arc::new(config),
        })
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}
