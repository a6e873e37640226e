//! What all stand-ins share: the time, the faults that were asked for, and a list of what was asked of them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{accounts::Account, grants::Grants, mailbox::Mailbox};

/// Older requests are dropped beyond this.
const MOST_REQUESTS: usize = 10_000;

/// The whole outside; clones share it.
#[derive(Clone, Default)]
pub struct World {
    /// Mail.
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

/// `POST /_sandbox/faults`: the next `times` calls of an endpoint fail in a named way.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// As in `/instagram/…`.
    pub provider: String,
    /// The name of the endpoint, as in the list of requests; `*` is any.
    pub endpoint: String,
    /// The account that it is for; none is any.
    #[serde(default)]
    pub account: Option<String>,
    /// How.
    #[serde(rename = "fault")]
    pub kind: FaultKind,
    /// How often; default once.
    #[serde(default = "once")]
    pub times: u32,
}

const fn once() -> u32 {
    1
}

/// The ways in which a platform fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The token's time is over.
    Expired,
    /// The user took the permission back.
    Revoked,
    /// A permission is missing.
    ScopeRemoved,
    /// 500.
    ServerError,
    /// No answer for half a minute.
    TimeOut,
    /// The platform's own refusal, with its headers.
    RateLimited,
    /// A web page in the place of JSON.
    Html,
    /// 200 with an error in the body.
    ErrorBody,
    /// The connection ends in the middle of the answer.
    ConnectionReset,
    /// A byte now and then, without end.
    SlowDrip,
    /// What was asked is done, but the answer does not arrive.
    AnswerLost,
    /// A refresh token that is good once was used before.
    TokenReplayed,
    /// A language model does not answer to this.
    Blocked,
    /// A language model's answer is too long.
    Truncated,
    /// A language model's answer ends in the middle, without a word.
    CutStream,
    /// A piece of a language model's answer is not JSON.
    MalformedChunk,
    /// A language model that is not there any more.
    Retired,
    /// The platform's clock is ahead: a token that should still work is over.
    ClockSkew,
}

/// One call, for tests: `GET /_sandbox/requests`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestRecord {
    /// The sandbox's time.
    pub at: DateTime<Utc>,
    /// Whom it was for.
    pub provider: &'static str,
    /// What was asked.
    pub endpoint: &'static str,
    /// About which account, where the sandbox knows.
    pub account: String,
    /// What was answered.
    pub status: u16,
}

impl World {
    /// The sandbox's time: the machine's, moved by `POST /_sandbox/clock`.
    #[expect(clippy::disallowed_methods, reason = "this is the sandbox's clock")]
    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.lock().offset
    }

    /// Moves the time on.
    pub fn advance(&self, step: TimeDelta) {
        self.lock().offset += step;
    }

    /// Asks for a fault.
    pub fn add_fault(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Forgets all faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// The fault that this call meets, if one was asked for; it is used up.
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

    /// Notes a call.
    pub fn record(&self, provider: &'static str, endpoint: &'static str, account: &str, status: u16) {
        let at = self.now();
        let requests = &mut self.lock().requests;
        requests.push_back(RequestRecord { at, provider, endpoint, account: account.to_owned(), status });
        while requests.len() > MOST_REQUESTS {
            requests.pop_front();
        }
    }

    /// The calls so far, the oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.lock().requests.iter().cloned().collect()
    }

    /// As it was at the start, the mailbox too.
    pub fn reset(&self) {
        *self.lock() = Inner::default();
        self.mailbox.clear();
    }

    /// The consents that were given.
    pub fn grants<T>(&self, work: impl FnOnce(&mut Grants) -> T) -> T {
        work(&mut self.lock().grants)
    }

    /// What a creator does in a platform's settings: takes back every consent for an account.
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
