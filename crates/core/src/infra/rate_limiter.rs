//! Rate limiter: the generic cell rate algorithm (GCRA). A subject may use up its quota at once, and gets it back evenly over the window.
//! All that is stored of a quota is the time at which it is whole again.

mod memory;
mod redis;

use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;

pub use memory::MemoryRateLimiter;
pub use redis::RedisRateLimiter;

/// A number of events in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Number of events that may come at once; at least 1.
    pub limit: u32,
    /// Time in which as many come back; at most one hour.
    pub window: TimeDelta,
}

impl Quota {
    /// Microseconds in which one event comes back.
    fn interval(self) -> i64 {
        (self.window_micros() / i64::from(self.limit.max(1))).max(1)
    }

    fn window_micros(self) -> i64 {
        self.window.num_microseconds().unwrap_or(i64::MAX / 4)
    }
}

/// A limit on the number of events of each subject.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Name that separates different limits.
    pub name: &'static str,
    /// Quota of each subject.
    pub quota: Quota,
    /// A second quota that holds at the same time, over a longer window.
    pub long_quota: Option<Quota>,
}

impl RateLimit {
    /// Creates a limit with one quota.
    pub const fn new(name: &'static str, limit: u32, window: TimeDelta) -> Self {
        Self { name, quota: Quota { limit, window }, long_quota: None }
    }

    /// Returns the limit with a second quota.
    #[must_use]
    pub const fn and(self, limit: u32, window: TimeDelta) -> Self {
        Self { long_quota: Some(Quota { limit, window }), ..self }
    }

    fn quotas(&self) -> impl Iterator<Item = Quota> {
        [Some(self.quota), self.long_quota].into_iter().flatten()
    }
}

/// Outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Time until the event is allowed; zero if it is allowed now.
    pub wait: Duration,
    /// Events that are left; of the quota that has fewer.
    pub remaining: u32,
    /// Time until that quota is whole again.
    pub reset: Duration,
}

impl Decision {
    /// Returns whether the event is allowed now.
    pub const fn is_allowed(&self) -> bool {
        self.wait.is_zero()
    }

    /// Returns `Ok` if the event is allowed, otherwise in how many seconds it is, at least 1.
    pub fn allowed(&self) -> Result<(), u32> {
        if self.is_allowed() { Ok(()) } else { Err(seconds(self.wait)) }
    }

    /// Joins the decisions on two quotas of one limit: the longer wait, and the quota with fewer events left.
    fn and(self, other: Self) -> Self {
        let scarcer = if other.remaining < self.remaining { other } else { self };
        Self { wait: self.wait.max(other.wait), ..scarcer }
    }
}

/// Returns a time in seconds, rounded up.
pub fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_micros().div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

/// Counts events by limit and subject (an IP address, a user).
#[async_trait]
pub trait RateLimiter: Send + Sync {
    /// Counts an event and returns whether it is allowed. Events that are not allowed are not counted.
    async fn hit(&self, rate_limit: RateLimit, subject: &str) -> Decision;

    /// Returns whether an event would be allowed, without counting it.
    async fn check(&self, rate_limit: RateLimit, subject: &str) -> Decision;

    /// Counts an event that may wait for its turn, and returns how long; `None`, without counting it, if that were longer than `max_wait`.
    async fn reserve(&self, rate_limit: RateLimit, subject: &str, max_wait: Duration) -> Option<Duration>;
}

/// What GCRA says about one quota; times in microseconds.
#[derive(Debug, Clone, Copy)]
struct Cell {
    /// When the quota is whole again after the event.
    whole_at: i64,
    decision: Decision,
}

/// Applies GCRA at `now` to a quota that is whole at `whole_at`. `max_wait` is how far in the future an event may be allowed.
fn decide(quota: Quota, whole_at: Option<i64>, now: i64, max_wait: i64) -> Cell {
    let (interval, window) = (quota.interval(), quota.window_micros());
    // A clock that was set back must not lock anybody out for longer than the window.
    let before = whole_at.unwrap_or(now).clamp(now, now.saturating_add(window).saturating_add(max_wait));
    let after = before.saturating_add(interval);
    let wait = (after - window - now).max(0);
    let whole_at = if wait > max_wait { before } else { after };
    let remaining = (now.saturating_add(window) - whole_at).max(0) / interval;
    let duration = |micros: i64| Duration::from_micros(micros.unsigned_abs());
    let remaining = u32::try_from(remaining).unwrap_or(u32::MAX);
    Cell { whole_at, decision: Decision { wait: duration(wait), remaining, reset: duration(whole_at - now) } }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_more_than_the_quota_and_what_came_back(limit in 1_u32..50, window in 1_i64..120, steps in prop::collection::vec(0_i64..2_000_000, 1..200)) {
            let quota = Quota { limit, window: TimeDelta::seconds(window) };
            let (mut now, mut whole_at, mut allowed) = (0, None, 0_i64);
            for step in steps {
                now += step;
                let cell = decide(quota, whole_at, now, 0);
                if cell.decision.is_allowed() {
                    allowed += 1;
                    whole_at = Some(cell.whole_at);
                } else {
                    // After the wait, it is allowed.
                    let then = now + micros(cell.decision.wait);
                    prop_assert!(decide(quota, whole_at, then, 0).decision.is_allowed());
                    prop_assert!(!decide(quota, whole_at, then - 1, 0).decision.is_allowed());
                }
                prop_assert!(allowed <= i64::from(limit) + now / quota.interval() + 1);
            }
        }
    }

    #[test]
    fn wait_of_less_than_a_millisecond_is_a_second() {
        assert_eq!([0, 1, 1_000_000, 1_000_001].map(|micros| seconds(Duration::from_micros(micros))), [0, 1, 1, 2]);
    }

    #[test]
    fn clock_that_is_set_back_locks_out_for_the_window_at_most() {
        let quota = Quota { limit: 3, window: TimeDelta::seconds(60) };
        let later = 3_600_000_000;
        let cell = decide(quota, Some(later), 0, 0);
        assert_eq!((cell.decision.remaining, cell.decision.wait), (0, Duration::from_secs(20)));
    }
}
