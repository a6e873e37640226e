//! `#[middleware(AcceptJson)]`: lets a server function that expects a form also accept JSON, and nothing else.

use std::{
    future::ready,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{body::Body, response::IntoResponse};
use http::{HeaderMap, HeaderValue, Request, Response, header};
use huntaze_domain::error::ErrorCode;
use percent_encoding::percent_decode;
use serde_json::Value;

use super::body_limit::BufferedBody;
use crate::error::ApiError;

/// Converts a JSON body into the URL-encoded form that the server function parses. Answers 400 to invalid bodies, 415 to those of another type.
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
            Ok(request) => Box::pin(self.0.call(request)),
            Err(code) => Box::pin(ready(Ok(ApiError::from(code).into_response()))),
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

fn as_form(request: Request<Body>) -> Result<Request<Body>, ErrorCode> {
    let body = request.extensions().get::<BufferedBody>().ok_or(ErrorCode::InvalidInput)?.0.clone();
    let form = match media_type(request.headers()).as_str() {
        FORM => Some(body.to_vec()),
        // Without a body there is nothing that could be read in a wrong way.
        "" if body.is_empty() => Some(Vec::new()),
        "application/json" => form_of(&body).map(String::into_bytes),
        _ => return Err(ErrorCode::UnsupportedMediaType),
    };
    let form = form.filter(|form| is_text(form)).ok_or(ErrorCode::InvalidInput)?;
    let (mut parts, _) = request.into_parts();
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FORM));
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Request::from_parts(parts, Body::from(form)))
}

/// Returns the media type of the body without its parameters, in lower case; empty if there is none.
fn media_type(headers: &HeaderMap) -> String {
    let written = headers.get(header::CONTENT_TYPE).and_then(|written| written.to_str().ok()).unwrap_or_default();
    written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
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
    make_form_like(&mut value);
    serde_qs::to_string(&value).ok()
}

/// A form can represent neither null nor an empty list. A null field is an absent one; a list of one empty text is an empty list, as from a form
/// whose fields are empty.
fn make_form_like(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(make_form_like);
        }
        Value::Array(items) if items.is_empty() => items.push(Value::String(String::new())),
        Value::Array(items) => items.iter_mut().for_each(make_form_like),
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
    fn empty_list_is_not_a_missing_field() {
        assert_eq!(form_of(br#"{"samples":[],"cap":"5"}"#).as_deref(), Some("cap=5&samples[0]="));
    }

    #[test]
    fn media_type_is_read_without_parameters_and_case() {
        let request = |content_type: Option<&str>, body: &'static str| {
            let mut request = Request::post("/").body(Body::empty()).expect("a request");
            request.extensions_mut().insert(BufferedBody(body.into()));
            if let Some(content_type) = content_type {
                request.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().expect("a value"));
            }
            as_form(request).err()
        };
        for content_type in ["application/json", "Application/JSON; charset=utf-8", "application/json ;x"] {
            assert_eq!(request(Some(content_type), "{\"name\":\"Ada\"}"), None, "{content_type}");
            assert_eq!(request(Some(content_type), "name=Ada"), Some(ErrorCode::InvalidInput), "{content_type}");
        }
        assert_eq!(request(Some("Application/X-WWW-Form-Urlencoded"), "name=Ada"), None);
        assert_eq!(request(None, ""), None);
        for content_type in [None, Some("text/plain"), Some("application/jsonp"), Some("multipart/form-data")] {
            assert_eq!(request(content_type, "{\"name\":\"Ada\"}"), Some(ErrorCode::UnsupportedMediaType), "{content_type:?}");
        }
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
