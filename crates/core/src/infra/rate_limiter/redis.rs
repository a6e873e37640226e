//! Counts in Redis, for all processes together; while it is away, in this process.

use std::{sync::LazyLock, time::Duration};

use ::redis::Script;
use async_trait::async_trait;

use super::{Decision, MemoryRateLimiter, RateLimit, RateLimiter, micros};
use crate::infra::redis::{Redis, key};

static GCRA: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("gcra.lua")));

/// Rate limiter of all processes.
pub struct RedisRateLimiter {
    redis: Redis,
    fallback: MemoryRateLimiter,
}

/// What is asked of the script.
#[derive(Clone, Copy)]
struct Question {
    counts: bool,
    max_wait: Duration,
}

impl RedisRateLimiter {
    /// Creates a rate limiter that counts in `fallback` while Redis is away.
    pub const fn new(redis: Redis, fallback: MemoryRateLimiter) -> Self {
        Self { redis, fallback }
    }

    async fn ask(&self, rate_limit: &RateLimit, subject: &str, question: Question) -> Option<Decision> {
        let mut script = GCRA.prepare_invoke();
        script.arg(u8::from(question.counts)).arg(micros(question.max_wait));
        for quota in rate_limit.quotas() {
            let window = quota.window_micros();
            script.key(key(&["limit", rate_limit.name, &quota.window.num_seconds().to_string(), subject]));
            script.arg(quota.interval()).arg(window);
        }
        let answer: Vec<u64> = self.redis.run_script(&script).await?;
        let (wait, quotas) = answer.split_first()?;
        let decisions = quotas.as_chunks::<2>().0.iter().map(|[remaining, reset]| Decision {
            wait: Duration::from_micros(*wait),
            remaining: u32::try_from(*remaining).unwrap_or(u32::MAX),
            reset: Duration::from_micros(*reset),
        });
        decisions.reduce(Decision::and)
    }
}

#[async_trait]
impl RateLimiter for RedisRateLimiter {
    async fn hit(&self, rate_limit: RateLimit, subject: &str) -> Decision {
        match self.ask(&rate_limit, subject, Question { counts: true, max_wait: Duration::ZERO }).await {
            Some(decision) => decision,
            None => self.fallback.hit(rate_limit, subject).await,
        }
    }

    async fn check(&self, rate_limit: RateLimit, subject: &str) -> Decision {
        match self.ask(&rate_limit, subject, Question { counts: false, max_wait: Duration::ZERO }).await {
            Some(decision) => decision,
            None => self.fallback.check(rate_limit, subject).await,
        }
    }

    async fn reserve(&self, rate_limit: RateLimit, subject: &str, max_wait: Duration) -> Option<Duration> {
        match self.ask(&rate_limit, subject, Question { counts: true, max_wait }).await {
            Some(Decision { wait, .. }) => (wait <= max_wait).then_some(wait),
            None => self.fallback.reserve(rate_limit, subject, max_wait).await,
        }
    }
}
