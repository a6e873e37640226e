//! Calls to a platform: its limits are obeyed before they are met.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use reqwest::{Client, RequestBuilder, StatusCode, header::HeaderMap};
use serde::de::DeserializeOwned;

use super::ProviderError;
use crate::infra::{
    clock::Clock,
    http::{self, Answer},
};

/// More gates than there are accounts being read at once.
const MOST_GATES: u64 = 10_000;
/// No limit lasts longer.
const LONGEST: Duration = Duration::from_hours(25);

/// How a platform speaks of what went wrong, and of its limits.
pub struct Manners {
    /// What an answer means that is an error; one may come with status 200.
    pub error: fn(&Answer, DateTime<Utc>) -> Option<ProviderError>,
    /// Until when nothing more may be asked, where the headers of an answer say that the allowance is used up.
    pub closed_until: fn(&HeaderMap, DateTime<Utc>) -> Option<DateTime<Utc>>,
}

/// Calls to one platform.
pub struct Calls {
    http: Client,
    clock: Arc<dyn Clock>,
    manners: Manners,
    closed: Cache<String, DateTime<Utc>>,
}

impl Calls {
    /// To a platform with these manners.
    pub fn new(http: Client, clock: Arc<dyn Clock>, manners: Manners) -> Self {
        let closed = Cache::builder().max_capacity(MOST_GATES).time_to_live(LONGEST).build();
        Self { http, clock, manners, closed }
    }

    /// To a part of the same platform that speaks otherwise; the gates are the same.
    pub fn with_manners(&self, manners: Manners) -> Self {
        Self { http: self.http.clone(), clock: Arc::clone(&self.clock), manners, closed: self.closed.clone() }
    }

    /// Builds requests.
    pub const fn http(&self) -> &Client {
        &self.http
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sends a request and reads its answer, unless `gate` is closed: what shares an allowance goes through one gate.
    ///
    /// # Errors
    /// [`ProviderError`], also for what is not the expected JSON.
    pub async fn ask<T: DeserializeOwned>(&self, gate: &str, request: RequestBuilder) -> Result<T, ProviderError> {
        let answer = self.send(gate, request).await?;
        serde_json::from_slice(&answer.body).map_err(|error| ProviderError::Transient(format!("not the expected JSON: {error}")))
    }

    /// The same, where nothing of the answer matters but that it is no error.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn tell(&self, gate: &str, request: RequestBuilder) -> Result<(), ProviderError> {
        self.send(gate, request).await.map(drop)
    }

    async fn send(&self, gate: &str, request: RequestBuilder) -> Result<Answer, ProviderError> {
        let now = self.now();
        if let Some(until) = self.closed.get(gate).filter(|until| *until > now) {
            return Err(ProviderError::RateLimited { retry_after: Some(until - now) });
        }
        let answer = http::send(request).await?;
        let now = self.now();
        let error = self.error_of(&answer, now);
        let until = (self.manners.closed_until)(&answer.headers, now).or(match &error {
            Some(ProviderError::RateLimited { retry_after: Some(pause) }) => now.checked_add_signed(*pause),
            _ => None,
        });
        if let Some(until) = until {
            self.closed.insert(gate.to_owned(), until);
        }
        error.map_or(Ok(answer), Err)
    }

    fn error_of(&self, answer: &Answer, now: DateTime<Utc>) -> Option<ProviderError> {
        if let Some(error) = (self.manners.error)(answer, now) {
            return Some(error);
        }
        match answer.status {
            StatusCode::TOO_MANY_REQUESTS => Some(ProviderError::RateLimited { retry_after: None }),
            status if !status.is_success() => Some(ProviderError::Transient(format!("status {status}"))),
            _ => None,
        }
    }
}

/// No header tells of the allowance.
pub const fn says_nothing(_: &HeaderMap, _: DateTime<Utc>) -> Option<DateTime<Utc>> {
    None
}

/// The number in a header.
pub fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
