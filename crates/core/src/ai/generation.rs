//! Answers that this process is generating, for subscribers in the same process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use huntaze_domain::{ai::AgentKind, ids::MessageId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// An answer as far as it has been generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartialAnswer {
    /// The agents that answer.
    pub agents: Vec<AgentKind>,
    /// The text so far.
    pub text: String,
    /// Whether the final message has been stored; it does not change any more.
    pub is_final: bool,
}

/// Registry of the answers that this process is generating. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct Generations {
    generations: Arc<Mutex<HashMap<MessageId, Generation>>>,
    shutdown: CancellationToken,
}

#[derive(Debug, Clone)]
struct Generation {
    answer: Arc<watch::Sender<PartialAnswer>>,
    stop: CancellationToken,
}

impl Generations {
    /// Registers an answer. It is removed when the writer is dropped.
    pub fn begin(&self, id: MessageId) -> GenerationWriter {
        let generation = Generation { answer: Arc::new(watch::Sender::new(PartialAnswer::default())), stop: self.shutdown.child_token() };
        self.map(|generations| generations.insert(id, generation.clone()));
        GenerationWriter { id, generations: self.clone(), generation }
    }

    /// Subscribes to an answer; `None` if this process is not generating it.
    pub fn subscribe(&self, id: MessageId) -> Option<watch::Receiver<PartialAnswer>> {
        self.map(|generations| generations.get(&id).map(|generation| generation.answer.subscribe()))
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
        work(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Handle to write an answer. Dropping it ends the subscriptions.
#[derive(Debug)]
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
