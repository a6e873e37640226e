//! State shared by all fakes: the clock, injected faults, the request log and OAuth grants.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{accounts::Account, grants::Grants, mailbox::Mailbox};

/// Maximum length of the request log; the oldest requests are dropped first.
const MAX_REQUESTS: usize = 10_000;

/// State of the sandbox; clones share it.
#[derive(Clone, Default)]
pub struct SandboxState {
    /// Received mail.
    pub mailbox: Mailbox,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    offset: TimeDelta,
    faults: Vec<Fault>,
    requests: VecDeque<RequestRecord>,
    grants: Grants,
}

/// Body of `POST /_sandbox/faults`: the next `times` calls of an endpoint fail in the given way.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// First path segment of the fake, such as `instagram`.
    pub provider: String,
    /// Name of the endpoint as in the request log; `*` matches any endpoint.
    pub endpoint: String,
    /// Name of the account; `None` matches any account.
    #[serde(default)]
    pub account: Option<String>,
    /// Kind of failure.
    #[serde(rename = "fault")]
    pub kind: FaultKind,
    /// Number of calls that fail; 1 by default.
    #[serde(default = "once")]
    pub times: u32,
}

const fn once() -> u32 {
    1
}

/// Ways in which a platform can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The access token has expired.
    Expired,
    /// The user has revoked access.
    Revoked,
    /// A scope is missing.
    ScopeRemoved,
    /// Status 500; 503 for Gemini.
    ServerError,
    /// No response for 30 s, then status 504.
    Timeout,
    /// The platform's rate-limit response, with its headers.
    RateLimited,
    /// Status 200 with an HTML page instead of JSON.
    Html,
    /// Status 200 with an error in the body; for Gemini, a completion that violates the schema.
    ErrorBody,
    /// The connection is reset in the middle of the response.
    ConnectionReset,
    /// An endless response, one byte every 500 ms.
    SlowDrip,
    /// The operation takes effect, but the response is lost.
    ResponseLost,
    /// A one-time refresh token was already used.
    RefreshTokenReused,
    /// The model blocks the prompt.
    Blocked,
    /// The completion is cut off at the model's token limit.
    Truncated,
    /// The model's stream ends in the middle, without a finish reason.
    TruncatedStream,
    /// A chunk of the model's stream is not valid JSON.
    MalformedChunk,
    /// The model has been retired.
    ModelRetired,
    /// The platform's clock is ahead, so a token that should still be valid is rejected as expired.
    ClockSkew,
}

/// An entry of the request log, returned by `GET /_sandbox/requests`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestRecord {
    /// Time of the request by the sandbox's clock.
    pub at: DateTime<Utc>,
    /// Name of the platform or service that was called.
    pub provider: &'static str,
    /// Name of the endpoint.
    pub endpoint: &'static str,
    /// Name of the account (for Gemini, of the model); empty if unknown.
    pub account: String,
    /// Status code of the response.
    pub status: u16,
}

impl SandboxState {
    /// Returns the sandbox's time: the system time plus the offset set by `POST /_sandbox/clock`.
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.lock().offset
    }

    /// Advances the sandbox's clock.
    pub fn advance(&self, step: TimeDelta) {
        self.lock().offset += step;
    }

    /// Injects a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Removes all injected faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Returns the first injected fault that matches this call, if any, and decrements its remaining count.
    pub fn take_fault(&self, provider: &str, endpoint: &str, account: &str) -> Option<FaultKind> {
        let faults = &mut self.lock().faults;
        let is_meant = |fault: &Fault| {
            fault.provider == provider
                && (fault.endpoint == endpoint || fault.endpoint == "*")
                && fault.account.as_deref().is_none_or(|wanted| wanted == account)
        };
        let index = faults.iter().position(is_meant)?;
        faults[index].times = faults[index].times.saturating_sub(1);
        let kind = faults[index].kind;
        if faults[index].times == 0 {
            faults.remove(index);
        }
        Some(kind)
    }

    /// Appends a call to the request log.
    pub fn record(&self, (provider, endpoint): (&'static str, &'static str), account: &str, status: u16) {
        let at = self.now();
        let requests = &mut self.lock().requests;
        requests.push_back(RequestRecord { at, provider, endpoint, account: account.to_owned(), status });
        while requests.len() > MAX_REQUESTS {
            requests.pop_front();
        }
    }

    /// Returns the request log, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.lock().requests.iter().cloned().collect()
    }

    /// Resets everything to the initial state: clock, faults, request log, grants and mailbox.
    pub fn reset(&self) {
        *self.lock() = Inner::default();
        self.mailbox.clear();
    }

    /// Runs `work` on the OAuth grants while the state is locked.
    pub fn grants<T>(&self, work: impl FnOnce(&mut Grants) -> T) -> T {
        work(&mut self.lock().grants)
    }

    /// Revokes all grants of an account, as a user does in the platform's settings. Returns whether the account name is valid.
    pub fn revoke(&self, provider: &str, account: &str) -> bool {
        let now = self.now();
        let Some(account) = Account::named(account) else { return false };
        self.grants(|grants| grants.revoke(provider, account, now));
        true
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
