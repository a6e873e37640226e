//! Keeps what can be had again, for a while.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use moka::{Expiry, sync};

/// Texts by key, each for so long; any of them may be gone earlier. One process keeps them in memory; several will share Redis.
#[async_trait]
pub trait Cache: Send + Sync {
    /// What is kept under a key.
    async fn get(&self, key: &str) -> Option<String>;

    /// Keeps a text in place of what was kept before.
    async fn put(&self, key: &str, text: String, lifetime: Duration);
}

/// Bytes of all keys and texts: the least used are dropped beyond that.
const CAPACITY: u64 = 64 * 1024 * 1024;

/// What is kept in this process.
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

/// Each text lives as long as was asked for, from when it was last put.
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
    async fn a_text_is_kept_for_as_long_as_was_asked_for() {
        let cache = MemoryCache::default();
        cache.put("a", "first".to_owned(), Duration::from_hours(1)).await;
        cache.put("b", "gone".to_owned(), Duration::ZERO).await;
        assert_eq!((cache.get("a").await.as_deref(), cache.get("b").await, cache.get("c").await), (Some("first"), None, None));
        cache.put("a", "second".to_owned(), Duration::from_hours(1)).await;
        assert_eq!(cache.get("a").await.as_deref(), Some("second"));
        cache.put("a", "gone".to_owned(), Duration::ZERO).await;
        assert_eq!(cache.get("a").await, None, "it lives as long as its newest text");
    }
}
