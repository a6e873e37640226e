//! Rate limiter with fixed windows that start with the first event.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use moka::{ops::compute::Op, sync::Cache};

use super::clock::Clock;

/// A limit on the number of events in a window.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Name that separates the counters of different limits.
    pub name: &'static str,
    /// Maximum number of events in a window.
    pub limit: u32,
    /// Length of the window; at most one hour.
    pub window: TimeDelta,
}

/// Outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Below the limit.
    Allowed,
    /// Limit reached.
    Limited {
        /// Seconds until the window ends, rounded up, at least 1.
        retry_after: u32,
    },
}

/// Counts events by limit and subject (an IP address, a user). The in-memory implementation is local to the process; several processes
/// would need a shared one, such as Redis.
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts an event and returns whether it is allowed. Events over the limit are not counted.
    async fn hit(&self, rate_limit: RateLimit, subject: &str) -> Decision;

    /// Returns whether an event would be allowed, without counting it.
    async fn check(&self, rate_limit: RateLimit, subject: &str) -> Decision;
}

/// Maximum number of counters; moka evicts some beyond that, so that many clients cannot exhaust memory.
const CAPACITY: u64 = 100_000;
/// Upper bound of all windows; counters are dropped that long after the last write.
const MAX_WINDOW: Duration = Duration::from_hours(1);

#[derive(Clone, Copy)]
struct Window {
    started: DateTime<Utc>,
    count: u32,
}

/// In-memory rate limiter, local to this process. A window starts with the first event of a subject.
pub struct MemoryRateLimiter {
    windows: Cache<(&'static str, String), Window>,
    clock: Arc<dyn Clock>,
}

impl MemoryRateLimiter {
    /// Creates a rate limiter without any events.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let windows = Cache::builder().max_capacity(CAPACITY).time_to_live(MAX_WINDOW).build();
        Self { windows, clock }
    }

    /// Returns the stored window if `now` falls into it, otherwise a new, empty one.
    fn current(&self, rate_limit: RateLimit, stored: Option<Window>) -> Window {
        let now = self.clock.now();
        stored.filter(|window| now < window.started + rate_limit.window).unwrap_or(Window { started: now, count: 0 })
    }

    fn decide(&self, rate_limit: RateLimit, window: Window) -> Decision {
        if window.count < rate_limit.limit {
            return Decision::Allowed;
        }
        let left = window.started + rate_limit.window - self.clock.now();
        let retry_after = u32::try_from(left.num_milliseconds().max(0)).unwrap_or(u32::MAX).div_ceil(1000).max(1);
        Decision::Limited { retry_after }
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn hit(&self, rate_limit: RateLimit, subject: &str) -> Decision {
        let mut decision = Decision::Allowed;
        self.windows.entry((rate_limit.name, subject.to_owned())).and_compute_with(|entry| {
            let window = self.current(rate_limit, entry.map(moka::Entry::into_value));
            decision = self.decide(rate_limit, window);
            match decision {
                Decision::Allowed => Op::Put(Window { count: window.count + 1, ..window }),
                Decision::Limited { .. } => Op::Nop,
            }
        });
        decision
    }

    async fn check(&self, rate_limit: RateLimit, subject: &str) -> Decision {
        let stored = self.windows.get(&(rate_limit.name, subject.to_owned()));
        self.decide(rate_limit, self.current(rate_limit, stored))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infra::clock::MockClock;

    const LIMIT: RateLimit = RateLimit { name: "test", limit: 3, window: TimeDelta::seconds(60) };

    #[tokio::test]
    async fn hit_over_limit_is_limited_until_next_window() {
        let clock = Arc::new(MockClock::default());
        let limiter = MemoryRateLimiter::new(clock.clone());
        for _ in 0..3 {
            assert_eq!(limiter.hit(LIMIT, "a").await, Decision::Allowed);
        }
        clock.advance(TimeDelta::milliseconds(20_500));
        assert_eq!(limiter.hit(LIMIT, "a").await, Decision::Limited { retry_after: 40 });
        assert_eq!(limiter.check(LIMIT, "a").await, Decision::Limited { retry_after: 40 });
        assert_eq!(limiter.hit(LIMIT, "b").await, Decision::Allowed, "another subject");
        assert_eq!(limiter.hit(RateLimit { name: "other", ..LIMIT }, "a").await, Decision::Allowed, "another limit");
        clock.advance(TimeDelta::milliseconds(39_500));
        assert_eq!(limiter.hit(LIMIT, "a").await, Decision::Allowed);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn concurrent_hits_are_allowed_exactly_up_to_limit() {
        let limiter = Arc::new(MemoryRateLimiter::new(Arc::new(MockClock::default())));
        let crowd: Vec<_> = (0..200)
            .map(|_| {
                let limiter = Arc::clone(&limiter);
                tokio::spawn(async move { limiter.hit(RateLimit { limit: 10, ..LIMIT }, "a").await })
            })
            .collect();
        let mut allowed = 0;
        for one in crowd {
            allowed += u32::from(one.await.expect("no panic") == Decision::Allowed);
        }
        assert_eq!(allowed, 10);
    }
}
