//! TTL cache for data that can be recomputed.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::{Expiry, sync};

use super::redis::{Redis, key};

/// Cache of strings with a TTL for each entry; entries may be evicted earlier.
#[async_trait]
pub trait Cache: Send + Sync {
    /// Returns the text under `key`, or `None` if it is missing, expired or evicted.
    async fn get(&self, key: &str) -> Option<String>;

    /// Stores `text` for `ttl`, replacing an existing entry and its TTL.
    async fn put(&self, key: &str, text: String, ttl: Duration);
}

/// Maximum total size of keys and texts, in bytes; moka evicts entries beyond that.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// In-memory cache, local to this process.
pub struct MemoryCache {
    entries: sync::Cache<String, CacheEntry>,
}

#[derive(Clone)]
struct CacheEntry {
    text: String,
    ttl: Duration,
}

impl Default for MemoryCache {
    fn default() -> Self {
        let size = |key: &String, entry: &CacheEntry| u32::try_from(key.len() + entry.text.len()).unwrap_or(u32::MAX);
        Self { entries: sync::Cache::builder().max_capacity(MAX_BYTES).weigher(size).expire_after(PerEntryExpiry).build() }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Option<String> {
        self.entries.get(key).map(|entry| entry.text)
    }

    async fn put(&self, key: &str, text: String, ttl: Duration) {
        self.entries.insert(key.to_owned(), CacheEntry { text, ttl });
    }
}

/// Cache of all processes together, in Redis; while it is away, one of this process.
pub struct RedisCache {
    redis: Redis,
    fallback: MemoryCache,
}

impl RedisCache {
    /// Creates a cache.
    pub fn new(redis: Redis) -> Self {
        Self { redis, fallback: MemoryCache::default() }
    }
}

#[async_trait]
impl Cache for RedisCache {
    async fn get(&self, name: &str) -> Option<String> {
        match self.redis.query(&::redis::Cmd::get(key(&["cache", name]))).await {
            Some(answer) => answer,
            None => self.fallback.get(name).await,
        }
    }

    async fn put(&self, name: &str, text: String, ttl: Duration) {
        let millis = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
        if self.redis.query::<()>(&::redis::Cmd::pset_ex(key(&["cache", name]), &text, millis)).await.is_none() {
            self.fallback.put(name, text, ttl).await;
        }
    }
}

/// Outcome of a lookup.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// The cache had it.
    Hit,
    /// It has to be computed.
    Miss,
}

/// Counts a lookup in the cache of this name.
pub fn count(name: &'static str, outcome: Outcome) {
    let outcome = match outcome {
        Outcome::Hit => "hit",
        Outcome::Miss => "miss",
    };
    metrics::counter!("cache_requests_total", "cache" => name, "outcome" => outcome).increment(1);
}

/// Expires each entry after its own TTL, counted from the last write.
struct PerEntryExpiry;

impl Expiry<String, CacheEntry> for PerEntryExpiry {
    fn expire_after_create(&self, _: &String, entry: &CacheEntry, _: Instant) -> Option<Duration> {
        Some(entry.ttl)
    }

    fn expire_after_update(&self, _: &String, entry: &CacheEntry, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(entry.ttl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn entry_expires_after_ttl_of_last_put() {
        let cache = MemoryCache::default();
        cache.put("a", "first".to_owned(), Duration::from_hours(1)).await;
        cache.put("b", "gone".to_owned(), Duration::ZERO).await;
        assert_eq!((cache.get("a").await.as_deref(), cache.get("b").await, cache.get("c").await), (Some("first"), None, None));
        cache.put("a", "second".to_owned(), Duration::from_hours(1)).await;
        assert_eq!(cache.get("a").await.as_deref(), Some("second"));
        cache.put("a", "gone".to_owned(), Duration::ZERO).await;
        assert_eq!(cache.get("a").await, None, "the TTL is that of the last put");
    }
}
