//! A span for each request, and one line when its response begins.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{MatchedPath, Request},
    response::Response,
};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::TraceLayer,
};
use tracing::{Span, field::Empty};

use crate::http::request_id::RequestId;

type Trace =
    TraceLayer<SharedClassifier<ServerErrorsAsFailures>, fn(&Request<Body>) -> Span, (), fn(&Response, Duration, &Span), (), (), ()>;

/// Enters the request's span whenever the handler or the body of the response is polled.
pub fn layer() -> Trace {
    TraceLayer::new_for_http()
        .make_span_with(span as fn(&Request<Body>) -> Span)
        .on_request(())
        .on_response(log as fn(&Response, Duration, &Span))
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// At the level `error`, so that no filter removes its fields from the lines of the request. Never the query: it may hold the token of a mailed link. The session middleware adds the user.
fn span(request: &Request<Body>) -> Span {
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.as_str()).unwrap_or_default();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
    tracing::error_span!("request", request_id, method = %request.method(), route, path = request.uri().path(), user_id = Empty)
}

fn log(response: &Response, duration: Duration, _: &Span) {
    let (status, duration_ms) = (response.status().as_u16(), duration.as_secs_f64() * 1000.0);
    if response.status().is_server_error() {
        tracing::warn!(status, duration_ms, "response");
    } else {
        tracing::info!(status, duration_ms, "response");
    }
}
