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
use tokio_util::sync::CancellationToken;

use self::{
    ai::{Gemini, Generations, LanguageModel, ResponseCache},
    config::Config,
    infra::{
        cache::{Cache, MemoryCache, RedisCache},
        clock::Clock,
        crypto::Cipher,
        data_cache::DataCache,
        http,
        keys::Keys,
        password::PasswordHasher,
        rate_limiter::{MemoryRateLimiter, RateLimiter, RedisRateLimiter},
        redis::Redis,
        session_cache::SessionCache,
        tasks::Tasks,
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
    /// Redis, shared by all processes; `None` if it is not configured.
    pub redis: Option<Redis>,
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
    /// Open sessions.
    pub session_cache: Arc<SessionCache>,
    /// What is computed from users' data.
    pub data_cache: Arc<DataCache>,
    /// Cache of completions.
    pub response_cache: ResponseCache,
    /// Assistant answers that are being generated in this process.
    pub generations: Generations,
    /// Password hasher with limited concurrency.
    pub passwords: PasswordHasher,
    /// Rate limiter; of all processes together if there is a Redis.
    pub rate_limiter: Arc<dyn RateLimiter>,
    /// Limits how many statements are parsed concurrently while their users wait.
    pub parse_permits: Arc<Semaphore>,
    /// Cancelled when the process has been told to stop: it is not ready for further requests.
    pub drain: CancellationToken,
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
    /// The TLS provider cannot be set up, or the settings of password hashing or Redis are invalid.
    pub fn new(config: Config, db: PgPool, clock: Arc<dyn Clock>, timeout: Duration) -> Result<Self, Box<dyn Error>> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let http = http::client(timeout)?;
        let redis = Redis::connect(&config.redis)?;
        let cache: Arc<dyn Cache> = match &redis {
            Some(redis) => Arc::new(RedisCache::new(redis.clone())),
            None => Arc::new(MemoryCache::default()),
        };
        let counters = MemoryRateLimiter::new(Arc::clone(&clock));
        let rate_limiter: Arc<dyn RateLimiter> = match &redis {
            Some(redis) => Arc::new(RedisRateLimiter::new(redis.clone(), counters)),
            None => Arc::new(counters),
        };
        let model = Gemini::new(&config.gemini, http.clone(), Arc::clone(&clock));
        Ok(Self(Arc::new(CoreFields {
            db,
            keys: Arc::new(Keys::derive(&config.app.secret_key)),
            cipher: Arc::new(Cipher::new(&config.app.encryption_keys)),
            providers: Arc::new(ProviderRegistry::new(&config, &http, &clock)),
            model: model.map(|gemini| Arc::new(gemini) as _),
            response_cache: ResponseCache::new(cache, Arc::clone(&clock)),
            session_cache: Arc::new(SessionCache::new(redis.clone())),
            data_cache: Arc::new(DataCache::new(redis.clone())),
            generations: Generations::new(redis.clone()),
            redis,
            passwords: PasswordHasher::new(config.app.password_hashing, cores)?,
            rate_limiter,
            parse_permits: Arc::new(Semaphore::new(MAX_CONCURRENT_PARSES)),
            drain: CancellationToken::new(),
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
