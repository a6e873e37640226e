//! Two requests with the same key make one thing: the second gets the answer of the first. API callers send the header `Idempotency-Key`
//! (draft-ietf-httpapi-idempotency-key-header); forms carry a nonce, for browsers without JavaScript and clicks before it is there.
//!
//! Only successful answers are kept. A request that failed has changed nothing, and may be sent again. A stream, an answer with a cookie and a long one
//! are not kept themselves: a second request is told that the first has been answered. Uploads have no key, only the nonce of their form, because
//! their bodies are not read here; nor has the beginning of a consent, which makes nothing and names secrets.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use huntaze_core::{
    Core,
    db::{
        self, DbError,
        accounts::sessions::ActiveSession,
        idempotency_keys::{KeptAnswer, KeyLifetime, KeyedRequest},
    },
    error::chain,
    infra::digest::digest,
};
use huntaze_domain::error::ErrorCode;
use huntaze_texts as texts;

use super::body_limit::{self, BufferedBody};
use crate::{error::ApiError, http::request_id, nonce};

/// Request header with the key of an API caller.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Set on the answer to a request that has been answered before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Beginning of the paths that lead to the consent page of a platform.
const CONNECT_PATH: &str = "/api/integrations/connect";
const MAX_KEY_BYTES: usize = 255;
/// How long the key of an API caller stays taken; the cleanup job deletes it afterwards.
const KEY_LIFETIME: TimeDelta = TimeDelta::days(1);
/// How long the nonce of a form stays taken. A page that the browser has kept may be sent again on purpose.
const NONCE_LIFETIME: TimeDelta = TimeDelta::seconds(10);
/// Longer than any request takes; an upload may take ten minutes.
const ABANDONED_AFTER: TimeDelta = TimeDelta::minutes(15);
/// How long a second request waits for the answer of the first. A browser has nobody to try again for it.
const WAIT: Duration = Duration::from_secs(10);
const WAIT_OF_BROWSER: Duration = Duration::from_mins(1);
/// Time between two looks, doubled each time up to the second one.
const FIRST_INTERVAL: Duration = Duration::from_millis(50);
const LONGEST_INTERVAL: Duration = Duration::from_millis(800);

/// What a request names to be recognized by.
enum Key {
    Header(String),
    Nonce(String),
}

impl Key {
    /// Returns the key of a request, if it has one.
    ///
    /// # Errors
    /// 400 if the key is empty, too long, or not of visible ASCII characters.
    fn of(request: &Request) -> Result<Option<Self>, ApiError> {
        if request.uri().path().starts_with(CONNECT_PATH) {
            return Ok(None);
        }
        if let Some(key) = request.headers().get(KEY).filter(|_| !body_limit::is_upload(request)) {
            let key = key.to_str().ok().filter(|key| (1..=MAX_KEY_BYTES).contains(&key.len()));
            return key
                .map(|key| Some(Self::Header(key.to_owned())))
                .ok_or_else(|| ApiError::new(ErrorCode::InvalidInput, texts::errors::KEY_INVALID));
        }
        let is_form = |kind: &HeaderValue| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded");
        // Of an upload, only the length of the body is known here.
        let fields = if body_limit::is_upload(request) && request.headers().contains_key(header::CONTENT_LENGTH) {
            request.uri().query().unwrap_or_default().as_bytes().to_vec()
        } else if request.headers().get(header::CONTENT_TYPE).is_some_and(is_form) {
            request.extensions().get::<BufferedBody>().map(|body| body.0.to_vec()).unwrap_or_default()
        } else {
            return Ok(None);
        };
        let id = url::form_urlencoded::parse(&fields).find(|(name, _)| name == nonce::FIELD).map(|(_, id)| id.into_owned());
        Ok(id.filter(|id| (1..=MAX_KEY_BYTES).contains(&id.len())).map(Self::Nonce))
    }

    fn lifetime(&self, now: DateTime<Utc>) -> KeyLifetime {
        let abandoned_before = now - ABANDONED_AFTER;
        match self {
            Self::Header(_) => KeyLifetime { expired_before: now - KEY_LIFETIME, abandoned_before, frees_for_other_request: false },
            Self::Nonce(_) => KeyLifetime { expired_before: now - NONCE_LIFETIME, abandoned_before, frees_for_other_request: true },
        }
    }
}

/// Answers a request of a user with a key once; see the module documentation.
pub async fn replay(State(core): State<Core>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let Some(session) = request.extensions().get::<ActiveSession>().cloned() else { return next.run(request).await };
    let key = match Key::of(&request) {
        Ok(Some(key)) => key,
        Ok(None) => return next.run(request).await,
        Err(error) => return error.into_response(),
    };
    let keyed =
        KeyedRequest { user_id: session.user.id, key_hash: key_hash(&session, &key, &request), request_hash: request_hash(&request) };
    match take(&core, &key, &keyed).await {
        Ok(None) => run(core, keyed, request, next).await,
        Ok(Some(answer)) => answer,
        Err(error) => error.into_response(),
    }
}

/// Takes the key; or waits for the answer of the request that has it.
async fn take(core: &Core, key: &Key, keyed: &KeyedRequest) -> Result<Option<Response>, ApiError> {
    let wait = if matches!(key, Key::Nonce(_)) { WAIT_OF_BROWSER } else { WAIT };
    let deadline = tokio::time::Instant::now() + wait;
    let mut interval = FIRST_INTERVAL;
    loop {
        let now = core.clock.now();
        if db::idempotency_keys::take(&core.db, keyed, &key.lifetime(now), now).await? {
            return Ok(None);
        }
        // None if the other request has failed meanwhile.
        if let Some(known) = db::idempotency_keys::find(&core.db, &keyed.key_hash).await? {
            if known.request_hash != keyed.request_hash {
                return Err(ApiError::new(ErrorCode::InvalidInput, texts::errors::KEY_OF_OTHER_REQUEST));
            }
            match known.answer {
                Some(KeptAnswer { status: 0, .. }) => return Err(ApiError::new(ErrorCode::Conflict, texts::errors::KEY_ANSWERED)),
                Some(answer) => return Ok(Some(replayed(answer))),
                None => {}
            }
        }
        if tokio::time::Instant::now() > deadline {
            return Err(ApiError { retry_after: Some(1), ..ApiError::new(ErrorCode::Conflict, texts::errors::KEY_IN_USE) });
        }
        tokio::time::sleep(interval).await;
        interval = (interval * 2).min(LONGEST_INTERVAL);
    }
}

/// Runs the request in a task of its own, which completes if the client goes away, and keeps its answer.
async fn run(core: Core, keyed: KeyedRequest, request: Request, next: Next) -> Response {
    let keyed = Arc::new(keyed);
    let work = {
        let (core, keyed) = (core.clone(), Arc::clone(&keyed));
        async move {
            let (response, kept) = kept_of(next.run(request).await).await;
            let recorded = match kept {
                Some(answer) => db::idempotency_keys::keep(&core.db, &keyed, &answer, core.clock.now()).await,
                None => db::idempotency_keys::release(&core.db, &keyed).await,
            };
            log_failure(recorded);
            response
        }
    };
    let task = core.tasks.spawn(request_id::scope(request_id::current(), work));
    match task.await {
        Ok(response) => response,
        Err(error) => {
            log_failure(db::idempotency_keys::release(&core.db, &keyed).await);
            ApiError::internal(&error).into_response()
        }
    }
}

/// The answer was given; only a second request would notice.
fn log_failure(recorded: Result<(), DbError>) {
    if let Err(error) = recorded {
        tracing::error!(error = chain(&error), "failed to record answer of idempotency key");
    }
}

/// Returns a response, and what is kept of it: nothing if it is no success.
async fn kept_of(response: Response) -> (Response, Option<KeptAnswer>) {
    if !response.status().is_success() && !response.status().is_redirection() {
        return (response, None);
    }
    let is_short = response.body().size_hint().exact().is_some_and(|bytes| bytes <= body_limit::LIMIT as u64);
    if !is_short || response.headers().contains_key(header::SET_COOKIE) {
        return (response, Some(KeptAnswer::default()));
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, body_limit::LIMIT).await else {
        return (ApiError::from(ErrorCode::Internal).into_response(), None);
    };
    let text = |name| text_of(&parts.headers, &name);
    let status = i16::try_from(parts.status.as_u16()).unwrap_or_default();
    let answer = KeptAnswer { status, content_type: text(header::CONTENT_TYPE), location: text(header::LOCATION), body: body.to_vec() };
    (Response::from_parts(parts, Body::from(body)), Some(answer))
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

fn replayed(answer: KeptAnswer) -> Response {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default();
    let headers = response.headers_mut();
    for (name, text) in [(header::CONTENT_TYPE, answer.content_type), (header::LOCATION, answer.location)] {
        if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// A nonce belongs to a page, so it is one for each path that the forms of the page post to.
fn key_hash(session: &ActiveSession, key: &Key, request: &Request) -> [u8; 32] {
    let user_id = session.user.id.to_string();
    match key {
        Key::Header(key) => digest(&["key", &user_id, key]),
        Key::Nonce(nonce) => digest(&["nonce", &user_id, request.uri().path(), nonce]),
    }
}

/// The body of an upload is not read here; its length stands for it.
fn request_hash(request: &Request) -> [u8; 32] {
    let body = request.extensions().get::<BufferedBody>().map(|body| body.0.clone()).unwrap_or_default();
    let length = request.headers().get(header::CONTENT_LENGTH).map(HeaderValue::as_bytes).unwrap_or_default();
    let uri = request.uri();
    digest(&[request.method().as_str().as_bytes(), uri.path().as_bytes(), uri.query().unwrap_or_default().as_bytes(), length, &body])
}
