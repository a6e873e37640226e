//! Answers that are being generated: for subscribers in this process, and through Redis for those in others.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use huntaze_domain::{ai::AgentKind, ids::MessageId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::infra::redis::{Redis, key};

/// Shortest time between two copies of an answer for other processes.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(50);
/// Longest time between them, so that the copy outlives pauses of the model.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Lifetime of a copy, in seconds.
const COPY_TTL: u64 = 15;

/// An answer as far as it has been generated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialAnswer {
    /// The agents that answer.
    pub agents: Vec<AgentKind>,
    /// The text so far.
    pub text: String,
    /// Whether the final message has been stored; it does not change any more.
    pub is_final: bool,
}

/// Registry of the answers that this process is generating. Clones share their state.
#[derive(Clone, Default)]
pub struct Generations {
    answers: Arc<Mutex<HashMap<MessageId, Generation>>>,
    shutdown: CancellationToken,
    redis: Option<Redis>,
}

#[derive(Clone)]
struct Generation {
    answer: Arc<watch::Sender<PartialAnswer>>,
    stop: CancellationToken,
}

impl Generations {
    /// Creates a registry; with `redis`, other processes can follow the answers.
    pub fn new(redis: Option<Redis>) -> Self {
        Self { redis, ..Self::default() }
    }

    /// Registers an answer. It is removed when the writer is dropped.
    pub fn begin(&self, id: MessageId) -> GenerationWriter {
        let generation = Generation { answer: Arc::new(watch::Sender::new(PartialAnswer::default())), stop: self.shutdown.child_token() };
        self.map(|generations| generations.insert(id, generation.clone()));
        if let Some(redis) = &self.redis {
            tokio::spawn(publish(redis.clone(), id, generation.answer.subscribe()));
        }
        GenerationWriter { id, generations: self.clone(), generation }
    }

    /// Subscribes to an answer; `None` if this process is not generating it.
    pub fn subscribe(&self, id: MessageId) -> Option<watch::Receiver<PartialAnswer>> {
        self.map(|generations| generations.get(&id).map(|generation| generation.answer.subscribe()))
    }

    /// Returns the newest copy of an answer that another process is generating; `None` if there is none, or Redis is away.
    pub async fn find_remote(&self, id: MessageId) -> Option<PartialAnswer> {
        let copy = self.redis.as_ref()?.query::<Option<String>>(&::redis::Cmd::get(copy_key(id))).await??;
        serde_json::from_str(&copy).ok()
    }

    /// Asks the writer of an answer to stop; does nothing if this process is not generating it.
    pub fn stop(&self, id: MessageId) {
        if let Some(generation) = self.map(|generations| generations.get(&id).cloned()) {
            generation.stop.cancel();
        }
    }

    /// Asks all writers to stop, because the process is shutting down.
    pub fn shut_down(&self) {
        self.shutdown.cancel();
    }

    /// Returns whether the process is shutting down.
    pub fn is_shut_down(&self) -> bool {
        self.shutdown.is_cancelled()
    }

    fn map<T>(&self, work: impl FnOnce(&mut HashMap<MessageId, Generation>) -> T) -> T {
        work(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Copies an answer to Redis until it is finished, or its writer is gone.
async fn publish(redis: Redis, id: MessageId, mut answer: watch::Receiver<PartialAnswer>) {
    loop {
        let partial = answer.borrow_and_update().clone();
        if let Ok(copy) = serde_json::to_string(&partial) {
            let _ = redis.query::<()>(&::redis::Cmd::set_ex(copy_key(id), copy, COPY_TTL)).await;
        }
        let change = tokio::time::timeout(HEARTBEAT, answer.changed()).await;
        if partial.is_final || matches!(change, Ok(Err(_))) {
            // From now on it is in the database.
            let _ = redis.query::<()>(&::redis::Cmd::del(copy_key(id))).await;
            return;
        }
        tokio::time::sleep(PUBLISH_INTERVAL).await;
    }
}

fn copy_key(id: MessageId) -> String {
    key(&["answer", &id.to_string()])
}

/// Handle to write an answer. Dropping it ends the subscriptions.
pub struct GenerationWriter {
    id: MessageId,
    generations: Generations,
    generation: Generation,
}

impl GenerationWriter {
    /// Sets the agents that answer.
    pub fn set_agents(&self, agents: &[AgentKind]) {
        self.generation.answer.send_modify(|answer| answer.agents = agents.to_vec());
    }

    /// Appends to the text.
    pub fn push(&self, text: &str) {
        if !text.is_empty() {
            self.generation.answer.send_modify(|answer| answer.text.push_str(text));
        }
    }

    /// Returns a copy of the answer so far.
    pub fn partial_answer(&self) -> PartialAnswer {
        self.generation.answer.borrow().clone()
    }

    /// Waits until the answer is stopped or the process shuts down.
    pub async fn stopped(&self) {
        self.generation.stop.cancelled().await;
    }

    /// Marks the answer as stored and removes it from the registry.
    pub fn finish(self) {
        self.generation.answer.send_modify(|answer| answer.is_final = true);
    }
}

impl Drop for GenerationWriter {
    fn drop(&mut self) {
        self.generations.map(|generations| generations.remove(&self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[tokio::test]
    async fn subscriber_sees_text_and_end() {
        let generations = Generations::default();
        let id = Uuid::from_u128(1).into();
        assert!(generations.subscribe(id).is_none());
        let writer = generations.begin(id);
        writer.push("The ");
        let mut reader = generations.subscribe(id).expect("it is being written");
        writer.push("sea.");
        assert_eq!(reader.borrow_and_update().text, "The sea.");
        generations.stop(id);
        writer.stopped().await;
        writer.finish();
        assert!(reader.borrow_and_update().is_final);
        assert!(reader.changed().await.is_err() && generations.subscribe(id).is_none());
    }
}
