//! Answers that this process is writing, for those who read along.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use huntaze_domain::ai::AgentKind;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What there is of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Who answers.
    pub agents: Vec<AgentKind>,
    /// What was written so far.
    pub text: String,
    /// Whether it is stored as it stays.
    pub is_stored: bool,
}

/// The answers that are being written in this process.
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
    /// Begins an answer. It is here until the writer is dropped.
    pub fn begin(&self, id: Uuid) -> Writer {
        let live = Live { draft: Arc::new(watch::Sender::new(Draft::default())), stop: self.closing.child_token() };
        self.map(|answers| answers.insert(id, live.clone()));
        Writer { id, answers: self.clone(), live }
    }

    /// Reads along, if it is written here.
    pub fn follow(&self, id: Uuid) -> Option<watch::Receiver<Draft>> {
        self.map(|answers| answers.get(&id).map(|live| live.draft.subscribe()))
    }

    /// Asks its writer to stop, if it is written here.
    pub fn stop(&self, id: Uuid) {
        if let Some(live) = self.map(|answers| answers.get(&id).cloned()) {
            live.stop.cancel();
        }
    }

    /// Asks all writers to stop: the process ends.
    pub fn close(&self) {
        self.closing.cancel();
    }

    /// Whether the process ends.
    pub fn is_closed(&self) -> bool {
        self.closing.is_cancelled()
    }

    fn map<T>(&self, work: impl FnOnce(&mut HashMap<Uuid, Live>) -> T) -> T {
        work(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Writes an answer.
#[derive(Debug)]
pub struct Writer {
    id: Uuid,
    answers: LiveAnswers,
    live: Live,
}

impl Writer {
    /// Says who answers.
    pub fn set_agents(&self, agents: &[AgentKind]) {
        self.live.draft.send_modify(|draft| draft.agents = agents.to_vec());
    }

    /// Adds to the text.
    pub fn push(&self, text: &str) {
        if !text.is_empty() {
            self.live.draft.send_modify(|draft| draft.text.push_str(text));
        }
    }

    /// What was written so far.
    pub fn draft(&self) -> Draft {
        self.live.draft.borrow().clone()
    }

    /// Waits until somebody asks to stop.
    pub async fn stopped(&self) {
        self.live.stop.cancelled().await;
    }

    /// Tells that it is stored as it stays.
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
    async fn those_who_read_along_see_all_of_it_and_its_end() {
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
