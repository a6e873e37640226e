//! Wake-ups of this process's schedulers and workers.

use std::sync::Arc;

use huntaze_domain::{admin::jobs::JobKind, string_enum::StringEnum};
use tokio::sync::Notify;

/// Two signals for each kind of job. A signal that is sent while its receiver is busy is not lost.
#[derive(Clone)]
pub(super) struct Signals(Arc<Vec<(JobKind, Signal)>>);

/// The signals of one kind.
#[derive(Default)]
pub(super) struct Signal {
    /// A subject has become due: the scheduler enqueues it.
    pub due: Notify,
    /// A job was enqueued, or a worker is free again: the worker fetches it.
    pub enqueued: Notify,
}

impl Default for Signals {
    fn default() -> Self {
        Self(Arc::new(JobKind::ALL.iter().map(|kind| (*kind, Signal::default())).collect()))
    }
}

impl Signals {
    /// The signals of a kind.
    #[expect(clippy::expect_used, reason = "`default` makes one for each kind")]
    pub fn of(&self, kind: JobKind) -> &Signal {
        self.0.iter().find(|(known, _)| *known == kind).map(|(_, signal)| signal).expect("a signal for each kind")
    }

    /// Sends every signal: notifications may have been missed.
    pub fn notify_all(&self) {
        for (_, signal) in self.0.iter() {
            signal.due.notify_one();
            signal.enqueued.notify_one();
        }
    }
}
