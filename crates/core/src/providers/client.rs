//! HTTP client for one platform that stops sending to a rate-limit bucket until it resets.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use moka::sync::Cache;
use reqwest::{
    Client, RequestBuilder, StatusCode,
    header::{HeaderMap, WWW_AUTHENTICATE},
};
use serde::de::DeserializeOwned;

use super::ProviderError;
use crate::infra::{
    clock::Clock,
    http::{self, HttpResponse},
};

/// Maximum number of rate-limit buckets that are tracked; more than the number of accounts that sync at once.
const MAX_BUCKETS: u64 = 10_000;
/// Maximum time for which a rate limit is remembered; no platform's limit lasts longer.
const MAX_RATE_LIMIT: Duration = Duration::from_hours(25);

/// Platform-specific interpretation of errors and rate-limit headers.
pub struct ResponsePolicy {
    /// Name of the service in the metrics.
    pub name: &'static str,
    /// Returns the error that a response stands for, or `None`. Also called for status 200: some platforms report errors with it.
    pub classify_error: fn(&HttpResponse, DateTime<Utc>) -> Option<ProviderError>,
    /// Returns when the rate limit resets, if the headers say that it is used up; no request is sent to the bucket until then.
    pub rate_limit_reset: fn(&HeaderMap, DateTime<Utc>) -> Option<DateTime<Utc>>,
}

/// Rate-limited HTTP client for one platform.
pub struct PlatformClient {
    http: Client,
    clock: Arc<dyn Clock>,
    policy: ResponsePolicy,
    limited_until: Cache<String, DateTime<Utc>>,
}

impl PlatformClient {
    /// Creates a client for a platform that responds according to `policy`.
    pub fn new(http: Client, clock: Arc<dyn Clock>, policy: ResponsePolicy) -> Self {
        let limited_until = Cache::builder().max_capacity(MAX_BUCKETS).time_to_live(MAX_RATE_LIMIT).build();
        Self { http, clock, policy, limited_until }
    }

    /// Returns a client with another policy for another part of the same platform. Both share their rate-limit buckets.
    pub fn with_policy(&self, policy: ResponsePolicy) -> Self {
        Self { http: self.http.clone(), clock: Arc::clone(&self.clock), policy, limited_until: self.limited_until.clone() }
    }

    /// Returns the underlying HTTP client, to build requests.
    pub const fn http(&self) -> &Client {
        &self.http
    }

    /// Returns the current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sends a request and parses its JSON response. While the rate limit of `bucket` is used up, nothing is sent and
    /// [`ProviderError::RateLimited`] is returned. Requests that share a rate limit must use the same `bucket`.
    ///
    /// # Errors
    /// [`ProviderError::Transient`] for unexpected JSON; otherwise as classified by the platform's policy.
    pub async fn send_json<T: DeserializeOwned>(&self, bucket: &str, request: RequestBuilder) -> Result<T, ProviderError> {
        let response = self.send(bucket, request).await?;
        serde_json::from_slice(&response.body).map_err(|error| ProviderError::Transient(format!("unexpected JSON: {error}")))
    }

    /// As [`send_json`](Self::send_json), but ignores the body of a successful response.
    pub async fn send_empty(&self, bucket: &str, request: RequestBuilder) -> Result<(), ProviderError> {
        self.send(bucket, request).await.map(drop)
    }

    async fn send(&self, bucket: &str, request: RequestBuilder) -> Result<HttpResponse, ProviderError> {
        let now = self.now();
        if let Some(until) = self.limited_until.get(bucket).filter(|until| *until > now) {
            return Err(ProviderError::RateLimited { retry_after: Some(until - now) });
        }
        let response = http::send(self.policy.name, request).await?;
        let now = self.now();
        let error = self.error_of(&response, now);
        let until = (self.policy.rate_limit_reset)(&response.headers, now).or(match &error {
            Some(ProviderError::RateLimited { retry_after: Some(pause) }) => now.checked_add_signed(*pause),
            _ => None,
        });
        if let Some(until) = until {
            self.limited_until.insert(bucket.to_owned(), until);
        }
        error.map_or(Ok(response), Err)
    }

    fn error_of(&self, response: &HttpResponse, now: DateTime<Utc>) -> Option<ProviderError> {
        if let Some(error) = (self.policy.classify_error)(response, now) {
            return Some(error);
        }
        match response.status {
            StatusCode::TOO_MANY_REQUESTS => Some(ProviderError::RateLimited { retry_after: None }),
            StatusCode::UNAUTHORIZED if is_about_token(response) => Some(ProviderError::Revoked("status 401".to_owned())),
            status if !status.is_success() => Some(ProviderError::Transient(format!("status {status}"))),
            _ => None,
        }
    }
}

/// Whether an API has answered, and not a proxy that knows nothing of tokens.
fn is_about_token(response: &HttpResponse) -> bool {
    let challenge = response.headers.get(WWW_AUTHENTICATE).and_then(|challenge| challenge.to_str().ok()).unwrap_or_default();
    challenge.starts_with("Bearer") || serde_json::from_slice::<serde_json::Value>(&response.body).is_ok_and(|body| body.is_object())
}

/// Policy for platforms without rate-limit headers.
pub const fn no_rate_limit_reset(_: &HeaderMap, _: DateTime<Utc>) -> Option<DateTime<Utc>> {
    None
}

/// Returns the number in a header; `None` if the header is missing or not a finite number.
pub fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
