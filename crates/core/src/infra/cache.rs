//! TTL cache for data that can be recomputed.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::{Expiry, sync};

/// Cache of strings with a TTL for each entry; entries may be evicted earlier. The in-memory implementation is local to the process;
/// several processes would need a shared one, such as Redis.
#[async_trait]
pub trait Cache: Send + Sync {
    /// Returns the text under `key`, or `None` if it is missing, expired or evicted.
    async fn get(&self, key: &str) -> Option<String>;

    /// Stores `text` for `lifetime`, replacing an existing entry and its TTL.
    async fn put(&self, key: &str, text: String, lifetime: Duration);
}

/// Maximum total size of keys and texts, in bytes; moka evicts entries beyond that.
const CAPACITY: u64 = 64 * 1024 * 1024;

/// In-memory cache, local to this process.
pub struct MemoryCache {
    kept: sync::Cache<String, Kept>,
}

#[derive(Clone)]
struct Kept {
    text: String,
    lifetime: Duration,
}

impl Default for MemoryCache {
    fn default() -> Self {
        let size = |key: &String, kept: &Kept| u32::try_from(key.len() + kept.text.len()).unwrap_or(u32::MAX);
        Self { kept: sync::Cache::builder().max_capacity(CAPACITY).weigher(size).expire_after(OwnLifetime).build() }
    }
}

#[async_trait]
impl Cache for MemoryCache {
    async fn get(&self, key: &str) -> Option<String> {
        self.kept.get(key).map(|kept| kept.text)
    }

    async fn put(&self, key: &str, text: String, lifetime: Duration) {
        self.kept.insert(key.to_owned(), Kept { text, lifetime });
    }
}

/// Expires each entry after its own TTL, counted from the last write.
struct OwnLifetime;

impl Expiry<String, Kept> for OwnLifetime {
    fn expire_after_create(&self, _: &String, kept: &Kept, _: Instant) -> Option<Duration> {
        Some(kept.lifetime)
    }

    fn expire_after_update(&self, _: &String, kept: &Kept, _: Instant, _: Option<Duration>) -> Option<Duration> {
        Some(kept.lifetime)
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
