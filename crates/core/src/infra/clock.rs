//! Time source, replaceable in tests.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// Source of the current time (UTC).
pub trait Clock: Send + Sync {
    /// Returns the current time, truncated to microseconds, the precision of PostgreSQL.
    fn now(&self) -> DateTime<Utc>;
}

/// System clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

/// Clock for tests: stands still until it is advanced.
pub struct MockClock(AtomicI64);

impl Default for MockClock {
    /// Starts at 2026-01-15 12:00 UTC.
    fn default() -> Self {
        Self(AtomicI64::new(1_768_478_400_000_000))
    }
}

impl MockClock {
    /// Advances the clock by `step`.
    pub fn advance(&self, step: TimeDelta) {
        self.0.fetch_add(step.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
