//! HTTP client for one platform that stops sending to a rate-limit bucket until it resets.

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

/// Maximum number of rate-limit buckets that are tracked; more than the number of accounts that sync at once.
const MOST_GATES: u64 = 10_000;
/// Maximum time for which a rate limit is remembered; no platform's limit lasts longer.
const LONGEST: Duration = Duration::from_hours(25);

/// Platform-specific interpretation of errors and rate-limit headers.
pub struct Manners {
    /// Returns the error that a response stands for, or `None`. Also called for status 200: some platforms report errors with it.
    pub error: fn(&Answer, DateTime<Utc>) -> Option<ProviderError>,
    /// Returns when the rate limit resets, if the headers say that it is used up; no request is sent to the bucket until then.
    pub closed_until: fn(&HeaderMap, DateTime<Utc>) -> Option<DateTime<Utc>>,
}

/// Rate-limited HTTP client for one platform.
pub struct Calls {
    http: Client,
    clock: Arc<dyn Clock>,
    manners: Manners,
    closed: Cache<String, DateTime<Utc>>,
}

impl Calls {
    /// Creates a client for a platform that responds according to `manners`.
    pub fn new(http: Client, clock: Arc<dyn Clock>, manners: Manners) -> Self {
        let closed = Cache::builder().max_capacity(MOST_GATES).time_to_live(LONGEST).build();
        Self { http, clock, manners, closed }
    }

    /// Returns a client with another policy for another part of the same platform. Both share their rate-limit buckets.
    pub fn with_manners(&self, manners: Manners) -> Self {
        Self { http: self.http.clone(), clock: Arc::clone(&self.clock), manners, closed: self.closed.clone() }
    }

    /// Returns the underlying HTTP client, to build requests.
    pub const fn http(&self) -> &Client {
        &self.http
    }

    /// Returns the current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sends a request and parses its JSON response. While the rate limit of `gate` is used up, nothing is sent and
    /// [`ProviderError::RateLimited`] is returned. Requests that share a rate limit must use the same `gate`.
    ///
    /// # Errors
    /// [`ProviderError::Transient`] for unexpected JSON; otherwise as classified by the platform's policy.
    pub async fn ask<T: DeserializeOwned>(&self, gate: &str, request: RequestBuilder) -> Result<T, ProviderError> {
        let answer = self.send(gate, request).await?;
        serde_json::from_slice(&answer.body).map_err(|error| ProviderError::Transient(format!("unexpected JSON: {error}")))
    }

    /// As [`ask`](Self::ask), but ignores the body of a successful response.
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

/// Policy for platforms without rate-limit headers.
pub const fn says_nothing(_: &HeaderMap, _: DateTime<Utc>) -> Option<DateTime<Utc>> {
    None
}

/// Returns the number in a header; `None` if the header is missing or not a finite number.
pub fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
