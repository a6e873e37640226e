//! Per-user cache of completions, keyed by a digest of model, agent and the whole prompt.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{ai::AgentKind, choice::Choice};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Prompt, Reply};
use crate::{
    error::chain,
    infra::{cache::Cache, clock::Clock},
};

/// How long entries stay in the cache.
const KEPT: Duration = Duration::from_hours(1);
/// Entries older than this are treated as misses.
const FRESH: TimeDelta = TimeDelta::minutes(30);

/// Cache of completions; entries are never shared between users. The metrics that a completion is based on are part of the prompt and so of
/// the key: if they change, the lookup is a miss.
#[derive(Clone)]
pub struct Knowledge {
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
}

/// Cache key: everything that influences a completion.
#[derive(Serialize)]
pub struct Asked<'a> {
    /// The user whose data is in the prompt.
    pub user_id: Uuid,
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
struct Known {
    since: DateTime<Utc>,
    reply: Reply,
}

impl Knowledge {
    /// Creates a cache of completions on top of `cache`.
    pub fn new(cache: Arc<dyn Cache>, clock: Arc<dyn Clock>) -> Self {
        Self { cache, clock }
    }

    /// Returns the cached completion, or `None` if there is none, or if it is too old or malformed.
    pub async fn recall(&self, asked: &Asked<'_>) -> Option<Reply> {
        let known: Known = serde_json::from_str(&self.cache.get(&asked.key()).await?).ok()?;
        (self.clock.now() < known.since + FRESH).then_some(known.reply)
    }

    /// Stores a completion; must only be called with a valid one. Failures are logged.
    pub async fn remember(&self, asked: &Asked<'_>, reply: &Reply) {
        let known = Known { since: self.clock.now(), reply: reply.clone() };
        match serde_json::to_string(&known) {
            Ok(text) => self.cache.put(&asked.key(), text, KEPT).await,
            Err(error) => tracing::error!(error = chain(&error), "failed to serialize completion for the cache"),
        }
    }
}

impl Asked<'_> {
    fn key(&self) -> String {
        let everything = serde_json::json!(self).to_string();
        format!("ai:{}:{}:{}", self.user_id, self.agent.as_str(), hex::encode(Sha256::digest(everything)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        ai::{ToolResult, Turn},
        infra::{cache::MemoryCache, clock::MockClock},
    };
    use huntaze_domain::ai::TokenUsage;

    fn reply() -> Reply {
        let tokens = TokenUsage { input: 10, output: 5 };
        Reply { text: "Your views grow.".to_owned(), calls: Vec::new(), model: "gemini".to_owned(), tokens }
    }

    fn asked(prompt: &Prompt) -> Asked<'_> {
        Asked { user_id: Uuid::from_u128(1), agent: AgentKind::Analytics, model: "gemini", is_sandbox: false, prompt }
    }

    #[tokio::test]
    async fn entry_expires_after_30_minutes() {
        let clock = Arc::new(MockClock::default());
        let knowledge = Knowledge::new(Arc::new(MemoryCache::default()), clock.clone());
        let prompt = Prompt::structured("Explain.".to_owned(), "Views: 7".to_owned(), json!({}), 100);
        assert_eq!(knowledge.recall(&asked(&prompt)).await, None);
        knowledge.remember(&asked(&prompt), &reply()).await;
        clock.advance(FRESH - TimeDelta::milliseconds(1));
        assert_eq!(knowledge.recall(&asked(&prompt)).await, Some(reply()));
        clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(knowledge.recall(&asked(&prompt)).await, None);
    }

    #[test]
    fn every_part_of_the_request_changes_the_key() {
        let prompt = Prompt::structured("Explain.".to_owned(), "Views: 7".to_owned(), json!({ "type": "object" }), 100);
        let key = asked(&prompt).key();
        assert_eq!(key, asked(&prompt.clone()).key());
        let result = ToolResult { id: None, name: "get_figures".to_owned(), found: json!({ "views": 7 }) };
        let turns = [vec![Turn::User("Views: 8".to_owned())], vec![Turn::Model("Views: 7".to_owned())], vec![Turn::Results(vec![result])]];
        let others = turns.into_iter().map(|turns| Prompt { turns, ..prompt.clone() }).chain([
            Prompt { instruction: "Explain more.".to_owned(), ..prompt.clone() },
            Prompt { schema: None, ..prompt.clone() },
            Prompt { must_answer: true, ..prompt.clone() },
            Prompt { most_output_tokens: 101, ..prompt.clone() },
        ]);
        let mut keys: Vec<_> = others.map(|prompt| asked(&prompt).key()).collect();
        keys.extend([
            Asked { user_id: Uuid::from_u128(2), ..asked(&prompt) }.key(),
            Asked { agent: AgentKind::Sales, ..asked(&prompt) }.key(),
            Asked { model: "another", ..asked(&prompt) }.key(),
            Asked { is_sandbox: true, ..asked(&prompt) }.key(),
            key,
        ]);
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
}
