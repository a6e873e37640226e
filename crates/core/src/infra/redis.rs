//! Redis, which all processes share. While it is away nobody waits for it: commands return `None` at once, and their callers count, cache or
//! ask PostgreSQL themselves.

use std::{
    collections::HashMap,
    fs, io, mem,
    sync::{
        Arc, Mutex, PoisonError, RwLock, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult, ScriptInvocation, ServerErrorKind,
    TlsCertificates, aio::MultiplexedConnection,
};

use super::metrics::record_call;
use crate::{config::RedisConfig, error::chain};

/// Limit of opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(400);
/// Pause between attempts to connect.
const RECONNECT_INTERVAL: Duration = Duration::from_millis(150);
/// Writes that are kept while Redis is away. Beyond it they are dropped: what they would have removed expires by itself.
const MAX_PENDING: usize = 10_000;
/// In front of every key, so that others can use the same database.
const PREFIX: &str = "huntaze:";

/// Redis cannot be used with these settings.
#[derive(Debug, thiserror::Error)]
pub enum RedisSetupError {
    /// `REDIS_URL` or the certificates are invalid.
    #[error("REDIS_URL or REDIS_CA_FILE: {0}")]
    Invalid(#[from] RedisError),
    /// The file with certificates cannot be read.
    #[error("REDIS_CA_FILE: {0}")]
    CaFile(#[from] io::Error),
}

/// A connection to Redis that is opened again whenever it is lost. Clones share it.
#[derive(Clone)]
pub struct Redis(Arc<Shared>);

struct Shared {
    client: Client,
    command_timeout: Duration,
    link: RwLock<Link>,
    /// Writes that must not be forgotten, by key, with a number that no other write has: they are made before anything is read again.
    pending_writes: Mutex<HashMap<String, (u64, Cmd)>>,
    /// Number of the newest connection or write.
    newest: AtomicU64,
    /// Whether an error was logged that does not come from the connection.
    has_logged_refusal: AtomicBool,
    /// Why the last attempt to connect failed.
    last_failure: Mutex<Option<String>>,
}

#[derive(Clone)]
enum Link {
    /// Not connected since the start of the process.
    Starting,
    Up(Connection),
    Away,
}

#[derive(Clone)]
struct Connection {
    number: u64,
    multiplexed: MultiplexedConnection,
}

impl Redis {
    /// Begins to connect, and returns at once; `None` if there is no `REDIS_URL`. Must be called inside of a runtime.
    ///
    /// # Errors
    /// The settings are invalid. A server that cannot be reached is not an error.
    pub fn connect(config: &RedisConfig) -> Result<Option<Self>, RedisSetupError> {
        let Some(url) = &config.url else { return Ok(None) };
        let client = match &config.ca_file {
            Some(path) => Client::build_with_tls(url.as_str(), TlsCertificates { client_tls: None, root_cert: Some(fs::read(path)?) })?,
            None => Client::open(url.as_str())?,
        };
        let redis = Self(Arc::new(Shared {
            client,
            command_timeout: config.command_timeout,
            link: RwLock::new(Link::Starting),
            pending_writes: Mutex::default(),
            newest: AtomicU64::new(0),
            has_logged_refusal: AtomicBool::new(false),
            last_failure: Mutex::default(),
        }));
        redis.spawn_reconnect();
        Ok(Some(redis))
    }

    /// Returns whether commands are sent.
    pub fn is_up(&self) -> bool {
        self.connection().is_some()
    }

    /// Waits until commands are sent, for at most `max_wait`. Returns whether they are.
    pub async fn wait(&self, max_wait: Duration) -> bool {
        let given_up = Instant::now() + max_wait;
        while !self.is_up() && Instant::now() < given_up {
            tokio::time::sleep(RECONNECT_INTERVAL / 10).await;
        }
        self.is_up()
    }

    /// Returns why the last attempt to connect failed; `None` if none did.
    pub fn last_failure(&self) -> Option<String> {
        self.0.last_failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a command. Returns `None` if Redis is away, or does not answer in time; then it is away from now on.
    pub async fn query<T: FromRedisValue>(&self, command: &Cmd) -> Option<T> {
        let Connection { number, mut multiplexed } = self.connection()?;
        self.in_time(number, command.query_async(&mut multiplexed)).await
    }

    /// Runs a script, like [`Self::query`].
    pub async fn run_script<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Option<T> {
        let Connection { number, mut multiplexed } = self.connection()?;
        self.in_time(number, script.invoke_async(&mut multiplexed)).await
    }

    /// Sends a write that removes or replaces what other processes read under `key`. It is made even if the caller is cancelled; while Redis is
    /// away it is kept, and made when Redis is back, before this process reads anything.
    pub async fn write_eventually(&self, key: &str, command: Cmd) {
        let number = self.next_number();
        {
            let mut pending = self.pending_writes();
            if pending.len() >= MAX_PENDING && !pending.contains_key(key) {
                return;
            }
            pending.insert(key.to_owned(), (number, command));
        }
        let redis = self.clone();
        let task = tokio::spawn(async move {
            if let Some(Connection { number, multiplexed }) = redis.connection() {
                let _ = redis.in_time(number, redis.flush(multiplexed)).await;
            }
        });
        let _ = task.await;
    }

    async fn in_time<T>(&self, connection: u64, answer: impl Future<Output = RedisResult<T>>) -> Option<T> {
        let begun = Instant::now();
        let outcome = tokio::time::timeout(self.0.command_timeout, answer).await;
        record_call("redis", begun, matches!(outcome, Ok(Ok(_))));
        match outcome {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) if is_refusal(&error) => self.log_refusal(&error),
            Ok(Err(error)) => self.mark_away(connection, &chain(&error)),
            Err(_) => self.mark_away(connection, "no answer in time"),
        }
        None
    }

    /// Logs that a server which is there refuses what it is asked for: its settings are wrong. Once for each connection, not for each command.
    fn log_refusal(&self, error: &RedisError) {
        if !self.0.has_logged_refusal.swap(true, Ordering::Relaxed) {
            tracing::error!(error = chain(error), "Redis refuses a command");
        }
    }

    /// Marks Redis as away, unless another connection has been opened since.
    fn mark_away(&self, connection: u64, cause: &str) {
        {
            let mut link = self.0.link.write().unwrap_or_else(PoisonError::into_inner);
            if !matches!(&*link, Link::Up(current) if current.number == connection) {
                return;
            }
            *link = Link::Away;
        }
        tracing::warn!(error = cause, "Redis is away: this process counts and caches by itself");
        metrics::gauge!("redis_up").set(0);
        metrics::counter!("redis_state_changes_total", "state" => "away").increment(1);
        self.spawn_reconnect();
    }

    fn spawn_reconnect(&self) {
        tokio::spawn(Self::reconnect(Arc::downgrade(&self.0)));
    }

    async fn reconnect(shared: Weak<Shared>) {
        let since = Instant::now();
        // Ends when nobody uses the connection any more.
        while let Some(redis) = shared.upgrade().map(Self) {
            match tokio::time::timeout(CONNECT_TIMEOUT, redis.open()).await {
                Ok(Ok(connection)) => {
                    let number = redis.mark_up(connection.clone(), since.elapsed());
                    // Those that came after `open` had made the others.
                    let _ = redis.in_time(number, redis.flush(connection)).await;
                    return;
                }
                Ok(Err(error)) => redis.note_failure(&chain(&error)),
                Err(_) => redis.note_failure("no answer in time"),
            }
            drop(redis);
            tokio::time::sleep(RECONNECT_INTERVAL).await;
        }
    }

    /// Opens a connection that can write, and makes the pending writes.
    async fn open(&self) -> RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new().set_connection_timeout(Some(CONNECT_TIMEOUT)).set_response_timeout(Some(CONNECT_TIMEOUT));
        let mut connection = self.0.client.get_multiplexed_async_connection_with_config(&config).await?;
        redis::cmd("SET").arg(key(&["probe"])).arg(1).arg("EX").arg(60).exec_async(&mut connection).await?;
        self.flush(connection.clone()).await?;
        Ok(connection)
    }

    /// Makes the pending writes, in one round trip. They stay pending until it is known that they were made.
    async fn flush(&self, mut connection: MultiplexedConnection) -> RedisResult<()> {
        let pending = self.pending_writes().clone();
        if pending.is_empty() {
            return Ok(());
        }
        let mut pipeline = redis::pipe();
        for (_, command) in pending.values() {
            pipeline.add_command(command.clone()).ignore();
        }
        pipeline.exec_async(&mut connection).await?;
        let mut left = self.pending_writes();
        for (key, (number, _)) in pending {
            // One that came in between is still pending.
            if left.get(&key).is_some_and(|(newest, _)| *newest == number) {
                left.remove(&key);
            }
        }
        Ok(())
    }

    /// Uses a connection from now on; returns its number.
    fn mark_up(&self, multiplexed: MultiplexedConnection, after: Duration) -> u64 {
        let number = self.next_number();
        *self.0.link.write().unwrap_or_else(PoisonError::into_inner) = Link::Up(Connection { number, multiplexed });
        self.0.has_logged_refusal.store(false, Ordering::Relaxed);
        tracing::info!(after_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX), "connected to Redis");
        metrics::gauge!("redis_up").set(1);
        metrics::counter!("redis_state_changes_total", "state" => "up").increment(1);
        number
    }

    fn next_number(&self) -> u64 {
        self.0.newest.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn note_failure(&self, cause: &str) {
        *self.0.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(cause.to_owned());
        let before = mem::replace(&mut *self.0.link.write().unwrap_or_else(PoisonError::into_inner), Link::Away);
        if let Link::Starting = before {
            tracing::warn!(error = cause, "Redis cannot be reached: this process counts and caches by itself");
            metrics::gauge!("redis_up").set(0);
        }
    }

    fn connection(&self) -> Option<Connection> {
        match &*self.0.link.read().unwrap_or_else(PoisonError::into_inner) {
            Link::Up(connection) => Some(connection.clone()),
            Link::Starting | Link::Away => None,
        }
    }

    fn pending_writes(&self) -> std::sync::MutexGuard<'_, HashMap<String, (u64, Cmd)>> {
        self.0.pending_writes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a server that works has refused a command.
fn is_refusal(error: &RedisError) -> bool {
    use ServerErrorKind::{ExecAbort, NoPerm, NoScript, ResponseError};
    matches!(error.kind(), ErrorKind::UnexpectedReturnType | ErrorKind::Server(ResponseError | ExecAbort | NoPerm | NoScript))
}

/// Returns the key with these parts.
pub fn key(parts: &[&str]) -> String {
    format!("{PREFIX}{}", parts.join(":"))
}
