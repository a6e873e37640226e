//! Turns: attempts at the same thing begin one after the other, with a pause before each.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Queues by key, in this process.
#[derive(Debug, Default)]
pub struct Turns {
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// Outcome of waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// All earlier turns and the pause are over.
    Came,
    /// The earlier turns took too long.
    TimedOut,
}

impl Turns {
    /// Waits until the turns before are over, for at most `max_wait`, and then for `pause`.
    pub async fn wait(&self, key: &str, pause: Duration, max_wait: Duration) -> Turn {
        let queue = Arc::clone(self.lock().entry(key.to_owned()).or_default());
        let turn = match tokio::time::timeout(max_wait, queue.lock()).await {
            Ok(_guard) => {
                tokio::time::sleep(pause).await;
                Turn::Came
            }
            Err(_) => Turn::TimedOut,
        };
        drop(queue);
        // A queue that only the map holds has no waiters.
        self.lock().retain(|_, queue| Arc::strong_count(queue) > 1);
        turn
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;
    use tokio::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn turns_of_one_key_come_one_after_the_other() {
        let (turns, begun, pause) = (Turns::default(), Instant::now(), Duration::from_millis(50));
        let outcomes = join_all((0..4).map(|_| turns.wait("a", pause, LONG))).await;
        assert_eq!(outcomes, [Turn::Came; 4]);
        assert!(begun.elapsed() >= 4 * pause, "{:?}", begun.elapsed());
        assert!(turns.lock().is_empty());
    }

    #[tokio::test]
    async fn wait_ends_if_too_many_were_before_and_other_keys_do_not_wait() {
        let turns = Arc::new(Turns::default());
        let others = Arc::clone(&turns);
        let first = tokio::spawn(async move { others.wait("a", LONG, LONG).await });
        while turns.lock().is_empty() {
            tokio::task::yield_now().await;
        }
        let short = Duration::from_millis(10);
        assert_eq!(turns.wait("a", short, short).await, Turn::TimedOut);
        assert_eq!(turns.wait("b", short, LONG).await, Turn::Came);
        first.abort();
    }
}
