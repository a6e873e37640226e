//! One line for each request.

use std::time::Instant;

use axum::{extract::Request, middleware::Next, response::Response};

use crate::http::request_id;

/// Logs method, path, status and time. Never the query: it may hold the token of a mailed link.
pub async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let (status, ms) = (response.status().as_u16(), started.elapsed().as_secs_f64() * 1000.0);
    if status >= 500 {
        tracing::error!(%method, path, status, ms, request_id = request_id::current(), "request failed");
    } else {
        tracing::info!(%method, path, status, ms, request_id = request_id::current(), "request");
    }
    response
}
