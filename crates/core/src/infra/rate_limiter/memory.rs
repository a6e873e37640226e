//! Counts in this process.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use moka::{ops::compute::Op, sync::Cache};

use super::{Cell, Decision, RateLimit, RateLimiter, decide, micros};
use crate::infra::clock::Clock;

/// Maximum number of subjects; moka evicts some beyond that, so that many clients cannot exhaust memory.
const CAPACITY: u64 = 100_000;
/// Upper bound of all windows; a subject is dropped that long after the last event.
const MAX_WINDOW: Duration = Duration::from_hours(1);

/// When each quota of a limit is whole again, in microseconds since the epoch.
type WholeAt = [i64; 2];

/// Rate limiter that is local to this process.
pub struct MemoryRateLimiter {
    subjects: Cache<(&'static str, String), WholeAt>,
    clock: Arc<dyn Clock>,
}

impl MemoryRateLimiter {
    /// Creates a rate limiter without any events.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let subjects = Cache::builder().max_capacity(CAPACITY).time_to_live(MAX_WINDOW).build();
        Self { subjects, clock }
    }

    fn decide(&self, rate_limit: &RateLimit, stored: Option<WholeAt>, max_wait: Duration) -> (WholeAt, Decision) {
        let now = self.clock.now().timestamp_micros();
        let cells =
            rate_limit.quotas().enumerate().map(|(index, quota)| decide(quota, stored.map(|stored| stored[index]), now, micros(max_wait)));
        let mut whole_at = WholeAt::default();
        let mut joined: Option<Decision> = None;
        for (stored, Cell { whole_at, decision }) in whole_at.iter_mut().zip(cells) {
            *stored = whole_at;
            joined = Some(joined.map_or(decision, |joined| joined.and(decision)));
        }
        (whole_at, joined.unwrap_or(Decision { wait: Duration::ZERO, remaining: 0, reset: Duration::ZERO }))
    }

    fn count(&self, rate_limit: &RateLimit, subject: &str, max_wait: Duration) -> Decision {
        let mut outcome = None;
        self.subjects.entry((rate_limit.name, subject.to_owned())).and_compute_with(|entry| {
            let (whole_at, decision) = self.decide(rate_limit, entry.map(moka::Entry::into_value), max_wait);
            outcome = Some(decision);
            if decision.wait <= max_wait { Op::Put(whole_at) } else { Op::Nop }
        });
        outcome.unwrap_or_else(|| self.decide(rate_limit, None, max_wait).1)
    }
}

#[async_trait]
impl RateLimiter for MemoryRateLimiter {
    async fn hit(&self, rate_limit: RateLimit, subject: &str) -> Decision {
        self.count(&rate_limit, subject, Duration::ZERO)
    }

    async fn check(&self, rate_limit: RateLimit, subject: &str) -> Decision {
        let stored = self.subjects.get(&(rate_limit.name, subject.to_owned()));
        self.decide(&rate_limit, stored, Duration::ZERO).1
    }

    async fn reserve(&self, rate_limit: RateLimit, subject: &str, max_wait: Duration) -> Option<Duration> {
        let wait = self.count(&rate_limit, subject, max_wait).wait;
        (wait <= max_wait).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::infra::clock::MockClock;

    const LIMIT: RateLimit = RateLimit::new("test", 3, TimeDelta::seconds(60));

    #[tokio::test]
    async fn quota_is_used_up_and_comes_back_evenly() {
        let clock = Arc::new(MockClock::default());
        let limiter = MemoryRateLimiter::new(clock.clone());
        for remaining in [2, 1, 0] {
            let decision = limiter.hit(LIMIT, "a").await;
            assert_eq!((decision.allowed(), decision.remaining), (Ok(()), remaining));
        }
        clock.advance(TimeDelta::milliseconds(500));
        assert_eq!(limiter.hit(LIMIT, "a").await.allowed(), Err(20));
        assert_eq!(limiter.check(LIMIT, "a").await.allowed(), Err(20), "what is not allowed is not counted");
        assert!(limiter.hit(LIMIT, "b").await.is_allowed(), "another subject");
        assert!(limiter.hit(RateLimit { name: "other", ..LIMIT }, "a").await.is_allowed(), "another limit");
        clock.advance(TimeDelta::milliseconds(19_500));
        assert!(limiter.check(LIMIT, "a").await.is_allowed());
        assert!(limiter.hit(LIMIT, "a").await.is_allowed());
        assert_eq!(limiter.hit(LIMIT, "a").await.allowed(), Err(20));
        clock.advance(TimeDelta::seconds(60));
        assert_eq!(limiter.check(LIMIT, "a").await.remaining, 2, "of three, one would be used");
    }

    #[tokio::test]
    async fn both_quotas_hold() {
        let clock = Arc::new(MockClock::default());
        let limiter = MemoryRateLimiter::new(clock.clone());
        let limit = LIMIT.and(4, TimeDelta::hours(1));
        for _ in 0..3 {
            assert!(limiter.hit(limit, "a").await.is_allowed());
        }
        assert_eq!(limiter.hit(limit, "a").await.allowed(), Err(20), "the short one");
        clock.advance(TimeDelta::seconds(20));
        assert!(limiter.hit(limit, "a").await.is_allowed(), "an event that was refused is not counted by the other quota");
        clock.advance(TimeDelta::seconds(60));
        assert_eq!(limiter.hit(limit, "a").await.allowed(), Err(900 - 80), "the long one");
    }

    #[tokio::test]
    async fn turns_come_one_after_the_other() {
        let limiter = MemoryRateLimiter::new(Arc::new(MockClock::default()));
        let (turn, max_wait) = (RateLimit::new("turn", 1, TimeDelta::seconds(2)), Duration::from_secs(4));
        let mut waits = Vec::new();
        for _ in 0..4 {
            waits.push(limiter.reserve(turn, "a", max_wait).await.map(|wait| wait.as_secs()));
        }
        assert_eq!(waits, [Some(0), Some(2), Some(4), None]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn concurrent_hits_are_allowed_exactly_up_to_limit() {
        let limiter = Arc::new(MemoryRateLimiter::new(Arc::new(MockClock::default())));
        let crowd: Vec<_> = (0..200)
            .map(|_| {
                let limiter = Arc::clone(&limiter);
                tokio::spawn(async move { limiter.hit(RateLimit::new("test", 10, TimeDelta::seconds(60)), "a").await })
            })
            .collect();
        let mut allowed = 0;
        for one in crowd {
            allowed += u32::from(one.await.expect("no panic").is_allowed());
        }
        assert_eq!(allowed, 10);
    }
}
