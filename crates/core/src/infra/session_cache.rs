//! Cache of open sessions, in Redis. Without one, and while it is away, every request reads its session in PostgreSQL.
//!
//! A session that has ended, or whose user has changed, gets a mark. Entries of marked sessions are ignored, those that are just being
//! written too; a mark lives longer than an entry may go without being checked in PostgreSQL.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    cache::{self, Outcome},
    redis::{Redis, key},
    token::TokenHash,
};
use crate::error::chain;

/// Lifetime of an entry, in seconds.
const TTL: u64 = 30 * 60;
/// Lifetime of a mark, in seconds.
const MARK_TTL: u64 = 180;
/// Entries that were read in PostgreSQL longer ago are read again: the time of the last request is stored then, too.
const MAX_AGE: TimeDelta = TimeDelta::minutes(1);

/// Cache of sessions of type `T`.
#[derive(Default)]
pub struct SessionCache {
    redis: Option<Redis>,
}

impl SessionCache {
    /// Creates a cache; `None` never keeps anything.
    pub const fn new(redis: Option<Redis>) -> Self {
        Self { redis }
    }

    /// Returns the session with this token, if it is cached and was read in PostgreSQL within a minute.
    pub async fn get<T: DeserializeOwned>(&self, hash: &TokenHash, now: DateTime<Utc>) -> Option<T> {
        let redis = self.redis.as_ref()?;
        let (entry, mark): (Option<String>, Option<u8>) = redis.query(&::redis::Cmd::mget(&[entry_key(hash), mark_key(hash)])).await?;
        let session = entry.filter(|_| mark.is_none()).and_then(|entry| {
            let (read_at, session) = serde_json::from_str::<(DateTime<Utc>, T)>(&entry).ok()?;
            // The clock of the process that has read it may be ahead.
            ((now - read_at).abs() < MAX_AGE).then_some(session)
        });
        cache::count("sessions", if session.is_some() { Outcome::Hit } else { Outcome::Miss });
        session
    }

    /// Caches a session that was read in PostgreSQL at `read_at`.
    pub async fn put<T: Serialize>(&self, hash: &TokenHash, session: &T, read_at: DateTime<Utc>) {
        let Some(redis) = &self.redis else { return };
        match serde_json::to_string(&(read_at, session)) {
            Ok(json) => {
                let _ = redis.query::<()>(&::redis::Cmd::set_ex(entry_key(hash), json, TTL)).await;
            }
            Err(error) => tracing::error!(error = chain(&error), "failed to serialize session for the cache"),
        }
    }

    /// Lets no process use what it knows of these sessions. Called just before the transaction that deletes them, or changes their user, is
    /// committed: then nothing is missed if the request is cancelled.
    pub async fn forget(&self, hashes: &[TokenHash]) {
        let Some(redis) = &self.redis else { return };
        for hash in hashes {
            let mark_key = mark_key(hash);
            redis.write_eventually(&mark_key, ::redis::Cmd::set_ex(&mark_key, 1, MARK_TTL)).await;
        }
    }
}

fn entry_key(hash: &TokenHash) -> String {
    key(&["session", &hex::encode(hash)])
}

fn mark_key(hash: &TokenHash) -> String {
    key(&["session-changed", &hex::encode(hash)])
}
