//! `#[middleware(AcceptJson)]`: lets a server function that expects a form also accept JSON.

use std::{
    future::ready,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{body::Body, response::IntoResponse};
use http::{HeaderValue, Request, Response, header};
use huntaze_domain::error::ErrorCode;
use percent_encoding::percent_decode;
use serde_json::Value;

use super::body_limit::BufferedBody;
use crate::error::ApiError;

/// Converts a JSON body into the URL-encoded form that the server function parses. Answers 400 to invalid bodies.
#[derive(Clone, Copy)]
pub struct AcceptJson;

impl<S> tower::Layer<S> for AcceptJson {
    type Service = AcceptJsonService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AcceptJsonService(inner)
    }
}

/// Service of [`AcceptJson`].
#[derive(Clone)]
pub struct AcceptJsonService<S>(S);

impl<S> tower::Service<Request<Body>> for AcceptJsonService<S>
where
    S: tower::Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match as_form(request) {
            Some(request) => Box::pin(self.0.call(request)),
            None => Box::pin(ready(Ok(ApiError::from(ErrorCode::InvalidInput).into_response()))),
        }
    }
}

fn as_form(request: Request<Body>) -> Option<Request<Body>> {
    let body = request.extensions().get::<BufferedBody>()?.0.clone();
    let content_type = request.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if !content_type.starts_with(b"application/json") {
        return is_text(&body).then_some(request);
    }
    let form = form_of(&body).filter(|form| is_text(form.as_bytes()))?;
    let (mut parts, _) = request.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Some(Request::from_parts(parts, Body::from(form)))
}

/// Whether a URL-encoded form decodes to valid UTF-8 without NUL. The form parser would replace invalid UTF-8 by replacement characters,
/// and PostgreSQL rejects NUL.
fn is_text(form: &[u8]) -> bool {
    percent_decode(form).decode_utf8().is_ok_and(|text| !text.contains('\0'))
}

fn form_of(json: &[u8]) -> Option<String> {
    let mut value: Value = serde_json::from_slice(json).ok()?;
    if !value.is_object() {
        return None;
    }
    remove_nulls(&mut value);
    serde_qs::to_string(&value).ok()
}

/// Removes all nulls: a form cannot represent null, and an absent field means the same.
fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn json_object_converts_to_form() {
        assert_eq!(
            form_of(br#"{"email":"a+b@c.de","rememberMe":true,"next":null}"#).as_deref(),
            Some("email=a%2Bb%40c.de&rememberMe=true")
        );
    }

    #[test]
    fn invalid_json_and_non_objects_are_rejected() {
        for json in ["", "[1]", "\"a\"", "{not json", "null"] {
            assert_eq!(form_of(json.as_bytes()), None, "{json}");
        }
        assert_eq!(form_of(b"{\"a\":\"\xff\"}"), None, "invalid UTF-8");
        assert_eq!(form_of("[".repeat(100_000).as_bytes()), None, "deeply nested");
        assert_eq!(form_of(format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000)).as_bytes()), None, "deeply nested");
    }

    proptest! {
        #[test]
        fn json_text_round_trips_through_form(text in "\\PC{1,40}") {
            let form = form_of(serde_json::json!({ "a": text }).to_string().as_bytes()).expect("a form");
            let back: std::collections::BTreeMap<String, String> = serde_qs::from_str(&form).expect("a map");
            prop_assert_eq!(&back["a"], &text);
        }
    }
}
