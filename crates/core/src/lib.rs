//! What Huntaze does on the server. Nothing here knows of HTTP or of views.

pub mod ai;
pub mod config;
pub mod db;
pub mod error;
pub mod infra;
pub mod jobs;
pub mod providers;
pub mod services;

use std::{error::Error, ops::Deref, sync::Arc, time::Duration};

use sqlx::PgPool;
use tokio::sync::Semaphore;

use self::{
    ai::{Gemini, Generations, LanguageModel, ResponseCache},
    config::Config,
    infra::{
        cache::MemoryCache,
        clock::Clock,
        crypto::Cipher,
        http,
        keys::Keys,
        password::PasswordHasher,
        rate_limiter::{MemoryRateLimiter, RateLimiter},
        tasks::Tasks,
        turns::Turns,
    },
    providers::ProviderRegistry,
};

/// Number of uploaded statements that are parsed concurrently while their users wait; parsing one keeps a core busy.
const MAX_CONCURRENT_PARSES: usize = 2;

/// What services and jobs share. One pointer: cloning it costs nothing.
#[derive(Clone)]
pub struct Core(Arc<CoreFields>);

/// The fields of [`Core`], which dereferences to them.
#[derive(Clone)]
pub struct CoreFields {
    /// Configuration, read at startup.
    pub config: Config,
    /// PostgreSQL connection pool.
    pub db: PgPool,
    /// Source of the current time.
    pub clock: Arc<dyn Clock>,
    /// Signing keys derived from `SECRET_KEY`.
    pub keys: Arc<Keys>,
    /// Encrypts platform tokens and partner API keys.
    pub cipher: Arc<Cipher>,
    /// Clients of the configured platforms.
    pub providers: Arc<ProviderRegistry>,
    /// Language model; `None` if no API key is configured.
    pub model: Option<Arc<dyn LanguageModel>>,
    /// Cache of completions.
    pub response_cache: ResponseCache,
    /// Assistant answers that are being generated in this process.
    pub generations: Generations,
    /// Password hasher with limited concurrency.
    pub passwords: PasswordHasher,
    /// Rate limiter.
    pub rate_limiter: Arc<dyn RateLimiter>,
    /// Login attempts at accounts that are being guessed at.
    pub login_turns: Arc<Turns>,
    /// Limits how many statements are parsed concurrently while their users wait.
    pub parse_permits: Arc<Semaphore>,
    /// Work that outlives its request: the process waits for it before it ends.
    pub tasks: Tasks,
}

impl Deref for Core {
    type Target = CoreFields;

    fn deref(&self) -> &CoreFields {
        &self.0
    }
}

impl Core {
    /// Builds everything that follows from the settings. `timeout` limits each call of a platform or a model.
    ///
    /// # Errors
    /// The TLS provider cannot be set up, or the password hashing parameters are invalid.
    pub fn new(config: Config, db: PgPool, clock: Arc<dyn Clock>, timeout: Duration) -> Result<Self, Box<dyn Error>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let model = Gemini::new(&config.gemini, http::client(timeout)?, Arc::clone(&clock));
        Ok(Self(Arc::new(CoreFields {
            db,
            keys: Arc::new(Keys::derive(&config.app.secret_key)),
            cipher: Arc::new(Cipher::new(&config.app.encryption_keys)),
            providers: Arc::new(ProviderRegistry::new(&config, &http::client(timeout)?, &clock)),
            model: model.map(|gemini| Arc::new(gemini) as _),
            response_cache: ResponseCache::new(Arc::new(MemoryCache::default()), Arc::clone(&clock)),
            generations: Generations::default(),
            passwords: PasswordHasher::new(config.app.password_hashing, cores)?,
            rate_limiter: Arc::new(MemoryRateLimiter::new(Arc::clone(&clock))),
            login_turns: Arc::default(),
            parse_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_PARSES)),
            tasks: Tasks::default(),
            clock,
            config,
        })))
    }

    /// Returns a copy in which `change` has replaced parts, such as the language model or a key.
    #[must_use]
    pub fn with(&self, change: impl FnOnce(&mut CoreFields)) -> Self {
        let mut fields = CoreFields::clone(self);
        change(&mut fields);
        Self(Arc::new(fields))
    }
}
