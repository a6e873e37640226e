//! Answers as a platform does on a bad day, when a test asks for it.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use futures::{StreamExt, stream};

use crate::{
    instagram::graph,
    world::{FaultKind, World},
};

/// Longer than any client waits.
const TIME_OUT: Duration = Duration::from_secs(30);

/// The answer of `work`, or the fault that was asked for; noted either way.
pub async fn answer(
    world: &World,
    provider: &'static str,
    endpoint: &'static str,
    code_or_token: &str,
    work: impl FnOnce() -> Response,
) -> Response {
    let account = world.instagram(|instagram| instagram.owner(code_or_token)).map(|account| account.username).unwrap_or_default();
    let response = match world.take_fault(provider, endpoint, &account) {
        None => work(),
        Some(FaultKind::TimeOut) => {
            tokio::time::sleep(TIME_OUT).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Some(FaultKind::Html) => Html("<!DOCTYPE html><title>Sorry</title><h1>Sorry, something went wrong.</h1>").into_response(),
        Some(FaultKind::ConnectionReset) => cut_off(),
        Some(fault) => graph::fault(fault),
    };
    world.record(provider, endpoint, &account, response.status().as_u16());
    response
}

/// Half an answer, then nothing: the connection is closed on the client.
fn cut_off() -> Response {
    let half = stream::once(async { Ok(Bytes::from_static(b"{\"data\":[")) });
    let end = stream::once(async { Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)) });
    ([("content-type", "application/json")], Body::from_stream(half.chain(end))).into_response()
}
