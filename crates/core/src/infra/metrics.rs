//! Metrics that several modules record. `docs/METRICS.md` lists all of them.

use std::time::Instant;

use metrics::{Gauge, gauge, histogram};

/// Runs a call of another service, and records its time and whether it succeeded.
pub async fn timed<T, E>(dependency: &'static str, call: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    let outcome = call.await;
    record_call(dependency, begun, outcome.is_ok());
    outcome
}

/// Records a call of another service that began at `begun`.
pub fn record_call(dependency: &'static str, begun: Instant, is_ok: bool) {
    let outcome = if is_ok { "ok" } else { "error" };
    histogram!("dependency_seconds", "dependency" => dependency, "outcome" => outcome).record(begun.elapsed().as_secs_f64());
}

/// Counts something until it is dropped.
pub struct Counted(Gauge);

impl Counted {
    /// Adds one to the gauge of this name.
    pub fn new(name: &'static str) -> Self {
        let gauge = gauge!(name);
        gauge.increment(1);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
