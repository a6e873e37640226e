//! Entity tags of what the API answers to `GET`: a client that asks again gets 304 and no body if nothing has changed.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use huntaze_domain::error::ErrorCode;
use sha2::{Digest, Sha256};

use crate::error::ApiError;

/// Largest body that gets a tag, in bytes.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Adds a tag to JSON answers below `/api`, and answers 304 if the client has sent it.
pub async fn tag(request: Request, next: Next) -> Response {
    let is_asked_again = *request.method() == Method::GET && request.uri().path().starts_with("/api/");
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_asked_again || !is_taggable(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return ApiError::from(ErrorCode::Internal).into_response() };
    let tag = tag_of(&bytes);
    // The browser may keep it, but asks each time.
    parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    parts.headers.insert(header::ETAG, tag.clone());
    if known.is_some_and(|known| matches(&known, &tag)) {
        return not_modified(parts.headers);
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn is_taggable(response: &Response) -> bool {
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    // An answer that sets a cookie, such as a CSRF token, is new each time. Nobody asks for a download again.
    let is_once = [header::SET_COOKIE, header::CONTENT_DISPOSITION].iter().any(|name| response.headers().contains_key(name));
    let is_small = response.body().size_hint().exact().is_some_and(|bytes| bytes <= MAX_BYTES);
    response.status() == StatusCode::OK && is_json && is_small && !is_once
}

/// Returns the tag of a body. Weak, because the body may be compressed afterwards.
pub fn tag_of(bytes: &[u8]) -> HeaderValue {
    let digest = STANDARD.encode(Sha256::digest(bytes));
    HeaderValue::try_from(format!("W/\"{digest}\"")).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Returns whether a header `If-None-Match` names the tag.
pub fn matches(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    known.split(',').any(|one| one.trim() == tag || one.trim() == "*")
}

/// Returns the answer without a body to a client that has it.
pub fn not_modified(mut headers: HeaderMap) -> Response {
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    (StatusCode::NOT_MODIFIED, headers).into_response()
}
