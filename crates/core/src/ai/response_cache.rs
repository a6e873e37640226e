//! Per-user cache of completions, keyed by a digest of model, agent and the whole prompt.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{ai::AgentKind, ids::UserId, string_enum::StringEnum};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Completion, Prompt};
use crate::{
    error::chain,
    infra::{
        cache::{self, Cache, Outcome},
        clock::Clock,
    },
};

/// How long entries stay in the cache.
const TTL: Duration = Duration::from_hours(1);
/// Entries older than this are treated as misses.
const MAX_AGE: TimeDelta = TimeDelta::minutes(30);

/// Cache of completions; entries are never shared between users. The metrics that a completion is based on are part of the prompt and so of
/// the key: if they change, the lookup is a miss.
#[derive(Clone)]
pub struct ResponseCache {
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
}

/// Cache key: everything that influences a completion.
#[derive(Serialize)]
pub struct CacheKey<'a> {
    /// The user whose data is in the prompt.
    pub user_id: UserId,
    /// The agent that sends the prompt.
    pub agent: AgentKind,
    /// The model.
    pub model: &'a str,
    /// Whether the sandbox is used instead of the vendor's API.
    pub is_sandbox: bool,
    /// The prompt, including the metrics.
    pub prompt: &'a Prompt,
}

#[derive(Serialize, Deserialize)]
struct CachedCompletion {
    cached_at: DateTime<Utc>,
    completion: Completion,
}

impl ResponseCache {
    /// Creates a cache of completions on top of `cache`.
    pub fn new(cache: Arc<dyn Cache>, clock: Arc<dyn Clock>) -> Self {
        Self { cache, clock }
    }

    /// Returns the cached completion, or `None` if there is none, or if it is too old or malformed.
    pub async fn get(&self, key: &CacheKey<'_>) -> Option<Completion> {
        let stored = self.cache.get(&key.encode()).await;
        let cached = stored.and_then(|text| serde_json::from_str::<CachedCompletion>(&text).ok());
        let fresh = cached.filter(|cached| self.clock.now() < cached.cached_at + MAX_AGE);
        cache::count("ai", if fresh.is_some() { Outcome::Hit } else { Outcome::Miss });
        fresh.map(|cached| cached.completion)
    }

    /// Stores a completion; must only be called with a valid one. Failures are logged.
    pub async fn insert(&self, key: &CacheKey<'_>, completion: &Completion) {
        let cached = CachedCompletion { cached_at: self.clock.now(), completion: completion.clone() };
        match serde_json::to_string(&cached) {
            Ok(text) => self.cache.put(&key.encode(), text, TTL).await,
            Err(error) => tracing::error!(error = chain(&error), "failed to serialize completion for the cache"),
        }
    }
}

impl CacheKey<'_> {
    fn encode(&self) -> String {
        let everything = serde_json::json!(self).to_string();
        format!("ai:{}:{}:{}", self.user_id, self.agent.as_str(), hex::encode(Sha256::digest(everything)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::{
        ai::{ToolResult, Turn},
        infra::{cache::MemoryCache, clock::MockClock},
    };
    use huntaze_domain::billing::TokenUsage;

    fn completion() -> Completion {
        let tokens = TokenUsage { input: 10, output: 5 };
        Completion { text: "Your views grow.".to_owned(), tool_calls: Vec::new(), model: "gemini".to_owned(), tokens }
    }

    fn key_of(prompt: &Prompt) -> CacheKey<'_> {
        CacheKey { user_id: Uuid::from_u128(1).into(), agent: AgentKind::Analytics, model: "gemini", is_sandbox: false, prompt }
    }

    #[tokio::test]
    async fn entry_expires_after_30_minutes() {
        let clock = Arc::new(MockClock::default());
        let responses = ResponseCache::new(Arc::new(MemoryCache::default()), clock.clone());
        let prompt = Prompt::structured("Explain.".to_owned(), "Views: 7".to_owned(), json!({}), 100);
        assert_eq!(responses.get(&key_of(&prompt)).await, None);
        responses.insert(&key_of(&prompt), &completion()).await;
        clock.advance(MAX_AGE - TimeDelta::milliseconds(1));
        assert_eq!(responses.get(&key_of(&prompt)).await, Some(completion()));
        clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(responses.get(&key_of(&prompt)).await, None);
    }

    #[test]
    fn every_part_of_the_request_changes_the_key() {
        let prompt = Prompt::structured("Explain.".to_owned(), "Views: 7".to_owned(), json!({ "type": "object" }), 100);
        let key = key_of(&prompt).encode();
        assert_eq!(key, key_of(&prompt.clone()).encode());
        let result = ToolResult { id: None, name: "get_metrics".to_owned(), output: json!({ "views": 7 }) };
        let turns =
            [vec![Turn::User("Views: 8".to_owned())], vec![Turn::Model("Views: 7".to_owned())], vec![Turn::ToolResults(vec![result])]];
        let others = turns.into_iter().map(|turns| Prompt { turns, ..prompt.clone() }).chain([
            Prompt { system_instruction: "Explain more.".to_owned(), ..prompt.clone() },
            Prompt { schema: None, ..prompt.clone() },
            Prompt { disable_tools: true, ..prompt.clone() },
            Prompt { max_output_tokens: 101, ..prompt.clone() },
        ]);
        let mut keys: Vec<_> = others.map(|prompt| key_of(&prompt).encode()).collect();
        keys.extend([
            CacheKey { user_id: Uuid::from_u128(2).into(), ..key_of(&prompt) }.encode(),
            CacheKey { agent: AgentKind::Sales, ..key_of(&prompt) }.encode(),
            CacheKey { model: "another", ..key_of(&prompt) }.encode(),
            CacheKey { is_sandbox: true, ..key_of(&prompt) }.encode(),
            key,
        ]);
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
