//! What models have answered before: asked the same once more, it is known already.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use huntaze_domain::{ai::AgentKind, choice::Choice};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Prompt, Reply};
use crate::infra::{cache::Cache, clock::Clock};

/// An answer is kept so long,
const KEPT: Duration = Duration::from_hours(1);
/// and given again while it is younger.
const FRESH: TimeDelta = TimeDelta::minutes(30);

/// Answers of models, each for one creator alone. Figures that an answer rests on are part of what was asked: where they have changed, nothing
/// is known.
#[derive(Clone)]
pub struct Knowledge {
    cache: Arc<dyn Cache>,
    clock: Arc<dyn Clock>,
}

/// Everything that changes an answer.
#[derive(Serialize)]
pub struct Asked<'a> {
    /// Whose figures these are.
    pub user_id: Uuid,
    /// Who asks.
    pub agent: AgentKind,
    /// The model.
    pub model: &'a str,
    /// Whether a stand-in answers in its place.
    pub is_sandbox: bool,
    /// What is asked, and the figures.
    pub prompt: &'a Prompt,
}

#[derive(Serialize, Deserialize)]
struct Known {
    since: DateTime<Utc>,
    reply: Reply,
}

impl Knowledge {
    /// What `cache` keeps.
    pub fn new(cache: Arc<dyn Cache>, clock: Arc<dyn Clock>) -> Self {
        Self { cache, clock }
    }

    /// What was answered to this before, if that is not long ago.
    pub async fn recall(&self, asked: &Asked<'_>) -> Option<Reply> {
        let known: Known = serde_json::from_str(&self.cache.get(&asked.key()).await?).ok()?;
        (self.clock.now() < known.since + FRESH).then_some(known.reply)
    }

    /// Keeps an answer that can be used.
    pub async fn remember(&self, asked: &Asked<'_>, reply: &Reply) {
        let known = Known { since: self.clock.now(), reply: reply.clone() };
        match serde_json::to_string(&known) {
            Ok(text) => self.cache.put(&asked.key(), text, KEPT).await,
            Err(error) => tracing::error!(%error, "an answer could not be kept"),
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
    async fn an_answer_is_known_for_half_an_hour() {
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
    fn everything_that_changes_the_answer_changes_the_key() {
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
