//! Answers that this process is generating, for subscribers in the same process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use huntaze_domain::ai::AgentKind;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// An answer as far as it has been generated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The agents that answer.
    pub agents: Vec<AgentKind>,
    /// The text so far.
    pub text: String,
    /// Whether the final message has been stored; it does not change any more.
    pub is_stored: bool,
}

/// Registry of the answers that this process is generating. Clones share their state.
#[derive(Debug, Clone, Default)]
pub struct LiveAnswers {
    answers: Arc<Mutex<HashMap<Uuid, Live>>>,
    closing: CancellationToken,
}

#[derive(Debug, Clone)]
struct Live {
    draft: Arc<watch::Sender<Draft>>,
    stop: CancellationToken,
}

impl LiveAnswers {
    /// Registers an answer. It is removed when the writer is dropped.
    pub fn begin(&self, id: Uuid) -> Writer {
        let live = Live { draft: Arc::new(watch::Sender::new(Draft::default())), stop: self.closing.child_token() };
        self.map(|answers| answers.insert(id, live.clone()));
        Writer { id, answers: self.clone(), live }
    }

    /// Subscribes to an answer; `None` if this process is not generating it.
    pub fn follow(&self, id: Uuid) -> Option<watch::Receiver<Draft>> {
        self.map(|answers| answers.get(&id).map(|live| live.draft.subscribe()))
    }

    /// Asks the writer of an answer to stop; does nothing if this process is not generating it.
    pub fn stop(&self, id: Uuid) {
        if let Some(live) = self.map(|answers| answers.get(&id).cloned()) {
            live.stop.cancel();
        }
    }

    /// Asks all writers to stop, because the process is shutting down.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Returns whether the process is shutting down.
    pub fn is_closed(&self) -> bool {
        self.closing.is_cancelled()
    }

    fn map<T>(&self, work: impl FnOnce(&mut HashMap<Uuid, Live>) -> T) -> T {
        work(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Handle to write an answer. Dropping it ends the subscriptions.
#[derive(Debug)]
pub struct Writer {
    id: Uuid,
    answers: LiveAnswers,
    live: Live,
}

impl Writer {
    /// Sets the agents that answer.
    pub fn set_agents(&self, agents: &[AgentKind]) {
        self.live.draft.send_modify(|draft| draft.agents = agents.to_vec());
    }

    /// Appends to the text.
    pub fn push(&self, text: &str) {
        if !text.is_empty() {
            self.live.draft.send_modify(|draft| draft.text.push_str(text));
        }
    }

    /// Returns a copy of the answer so far.
    pub fn draft(&self) -> Draft {
        self.live.draft.borrow().clone()
    }

    /// Waits until the answer is stopped or the process shuts down.
    pub async fn stopped(&self) {
        self.live.stop.cancelled().await;
    }

    /// Marks the answer as stored and removes it from the registry.
    pub fn finish(self) {
        self.live.draft.send_modify(|draft| draft.is_stored = true);
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.answers.map(|answers| answers.remove(&self.id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn subscriber_sees_text_and_end() {
        let answers = LiveAnswers::default();
        let id = Uuid::from_u128(1);
        assert!(answers.follow(id).is_none());
        let writer = answers.begin(id);
        writer.push("The ");
        let mut reader = answers.follow(id).expect("it is being written");
        writer.push("sea.");
        assert_eq!(reader.borrow_and_update().text, "The sea.");
        answers.stop(id);
        writer.stopped().await;
        writer.finish();
        assert!(reader.borrow_and_update().is_stored);
        assert!(reader.changed().await.is_err() && answers.follow(id).is_none());
    }
}
