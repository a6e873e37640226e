//! Cache of what is computed from a user's data, such as the figures of the home page.
//!
//! Each user has a version that changes with the data. An entry names the version that it was computed for, and is ignored if there is a newer
//! one: nothing has to be searched for or deleted. The cache is in Redis; without one, and while it is away, everything is computed.

use std::{
    collections::HashMap,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use huntaze_domain::ids::UserId;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    cache::{self, Outcome},
    redis::{Redis, key},
};
use crate::error::chain;

/// Lifetime of an entry, in seconds.
const TTL: u32 = 300;
/// Lifetime of a version that nothing changes, in seconds. Without a version, entries are ignored.
const VERSION_TTL: u32 = 3600;
/// How long a commit may take whose client has gone.
const COMMIT_GRACE: Duration = Duration::from_secs(2);
/// How long callers wait for the computation of another one.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// Length of a version in an entry.
const VERSION_LENGTH: usize = 32;

/// Cache of what is computed from the data of users.
#[derive(Default)]
pub struct DataCache {
    redis: Option<Redis>,
    /// Computations that are under way in this process, by key: others wait for them.
    loading: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// What is looked up.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The user whose data it is computed from.
    pub user_id: UserId,
    /// Name of the computation; a label of the metrics.
    pub name: &'static str,
    /// Everything else that the result depends on, such as the period and the day.
    pub parameters: &'a str,
}

enum Lookup<T> {
    Hit(T),
    /// Nothing, or something of an older version.
    Miss(Option<String>),
    Away,
}

impl DataCache {
    /// Creates a cache; `None` never keeps anything.
    pub fn new(redis: Option<Redis>) -> Self {
        Self { redis, loading: Mutex::default() }
    }

    /// Returns the cached value, or computes and caches it. Concurrent callers in this process wait for one computation.
    ///
    /// # Errors
    /// The error of `load`.
    pub async fn get_or_load<T, E>(&self, entry: Entry<'_>, load: impl Future<Output = Result<T, E>>) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
    {
        let Some(redis) = &self.redis else { return load.await };
        let entry_key = key(&["data", entry.name, &entry.user_id.to_string(), entry.parameters]);
        match lookup(redis, &entry, &entry_key).await {
            Lookup::Hit(value) => {
                cache::count(entry.name, Outcome::Hit);
                return Ok(value);
            }
            Lookup::Away => return load.await,
            Lookup::Miss(_) => {}
        }
        let turn = Arc::clone(self.loading().entry(entry_key.clone()).or_default());
        let loaded = {
            // If the first computation takes long, or fails, the others do not wait one after the other.
            let _turn = tokio::time::timeout(MAX_WAIT, turn.lock()).await;
            match lookup(redis, &entry, &entry_key).await {
                Lookup::Hit(value) => {
                    cache::count(entry.name, Outcome::Hit);
                    Ok(value)
                }
                Lookup::Away => load.await,
                Lookup::Miss(version) => load_and_store(redis, (&entry, &entry_key), version, load).await,
            }
        };
        drop(turn);
        // One that only the map holds has no waiters.
        self.loading().retain(|_, turn| Arc::strong_count(turn) > 1);
        loaded
    }

    /// Announces a change of a user's data. Called before it is committed; [`DataChange::done`] afterwards.
    pub fn change(self: &Arc<Self>, user_id: UserId) -> DataChange {
        DataChange { cache: Arc::clone(self), user_id, is_told: self.redis.is_none() }
    }

    /// Invalidates all entries of a user. Called after the change of the data is committed.
    async fn data_changed(&self, user_id: UserId) {
        if let Some(redis) = &self.redis {
            let version_key = version_key(user_id);
            redis.write_eventually(&version_key, ::redis::Cmd::del(&version_key)).await;
        }
    }

    fn loading(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A change of a user's data. However it ends, the entries that were computed before are invalid then: also if its request is cancelled.
#[must_use = "the change is told when it is done"]
pub struct DataChange {
    cache: Arc<DataCache>,
    user_id: UserId,
    is_told: bool,
}

impl DataChange {
    /// Invalidates what was computed before.
    pub async fn done(mut self) {
        self.cache.data_changed(self.user_id).await;
        self.is_told = true;
    }
}

impl Drop for DataChange {
    fn drop(&mut self) {
        if self.is_told {
            return;
        }
        let (cache, user_id) = (Arc::clone(&self.cache), self.user_id);
        tokio::spawn(async move {
            cache.data_changed(user_id).await;
            // The server may still be committing.
            tokio::time::sleep(COMMIT_GRACE).await;
            cache.data_changed(user_id).await;
        });
    }
}

async fn lookup<T: DeserializeOwned>(redis: &Redis, entry: &Entry<'_>, entry_key: &str) -> Lookup<T> {
    let command = ::redis::Cmd::mget(&[version_key(entry.user_id).as_str(), entry_key]);
    let Some((version, stored)) = redis.query::<(Option<String>, Option<String>)>(&command).await else { return Lookup::Away };
    let value = version.as_deref().zip(stored.as_deref()).and_then(|(version, stored)| {
        // A value of another version of the program, which has other fields, is a miss.
        serde_json::from_str(stored.strip_prefix(version)?).ok()
    });
    value.map_or(Lookup::Miss(version), Lookup::Hit)
}

/// Computes a value and stores it for the version that the user had before.
async fn load_and_store<T: Serialize, E>(
    redis: &Redis,
    (entry, entry_key): (&Entry<'_>, &str),
    version: Option<String>,
    load: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let version = match version {
        Some(version) => Some(version),
        None => new_version(redis, entry.user_id).await,
    };
    cache::count(entry.name, Outcome::Miss);
    let value = load.await?;
    match serde_json::to_string(&value) {
        Ok(json) => {
            if let Some(version) = version.filter(|version| version.len() == VERSION_LENGTH) {
                let _ = redis.query::<()>(&::redis::Cmd::set_ex(entry_key, version + &json, TTL.into())).await;
            }
        }
        Err(error) => tracing::error!(error = chain(&error), name = entry.name, "failed to serialize data for the cache"),
    }
    Ok(value)
}

/// Gives a user a version, unless another process has been faster; returns the one that the user has.
async fn new_version(redis: &Redis, user_id: UserId) -> Option<String> {
    let version_key = version_key(user_id);
    let version = Uuid::new_v4().simple().to_string();
    let set = ::redis::cmd("SET").arg(&version_key).arg(&version).arg("NX").arg("EX").arg(VERSION_TTL).to_owned();
    match redis.query::<Option<String>>(&set).await? {
        Some(_) => Some(version),
        None => redis.query::<Option<String>>(&::redis::Cmd::get(&version_key)).await?,
    }
}

fn version_key(user_id: impl Display) -> String {
    key(&["version", &user_id.to_string()])
}
