//! HTTP client for external services, with limits on time and response size.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder, Response, StatusCode, header::HeaderMap, redirect::Policy};

use super::metrics::record_call;

/// Timeout of a whole request, response body included.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum size of a response body; legitimate responses are far smaller.
const MAX_RESPONSE_BYTES: usize = 1024 * 1024;

/// An HTTP response with its body read.
#[derive(Debug)]
pub struct HttpResponse {
    /// Status code.
    pub status: StatusCode,
    /// Response headers.
    pub headers: HeaderMap,
    /// Complete body.
    pub body: Vec<u8>,
}

/// Failure of an HTTP request. The message leaves out the URL, which may contain a token.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The connection failed or was closed before the response was complete.
    #[error("request failed: {0}")]
    Connection(String),
    /// The request did not complete within the client's timeout.
    #[error("request timed out")]
    Timeout,
    /// The body exceeds the maximum size.
    #[error("response body exceeds {MAX_RESPONSE_BYTES} bytes")]
    BodyTooLarge,
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::Timeout } else { Self::Connection(error.without_url().to_string()) }
    }
}

/// Creates the HTTP client. Each request ends within `timeout`; redirects are not followed, because none of the services used sends any.
#[expect(clippy::disallowed_methods, reason = "the only place that builds a client")]
pub fn client(timeout: Duration) -> Result<Client, HttpError> {
    // Sets the process-wide TLS provider; an error means that it is already set.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().connect_timeout(timeout / 2).timeout(timeout).redirect(Policy::none());
    Ok(builder.user_agent(concat!("huntaze/", env!("CARGO_PKG_VERSION"))).build()?)
}

/// Sends a request and reads the whole response. `dependency` names the service in the metrics.
///
/// # Errors
/// [`HttpError`]; an error status is not an error.
pub async fn send(dependency: &'static str, request: RequestBuilder) -> Result<HttpResponse, HttpError> {
    let begun = Instant::now();
    let outcome = exchange(request).await;
    record_call(dependency, begun, outcome.as_ref().is_ok_and(|response| !response.status.is_server_error()));
    outcome
}

async fn exchange(request: RequestBuilder) -> Result<HttpResponse, HttpError> {
    let mut response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read_body(&mut response).await?;
    Ok(HttpResponse { status, headers, body })
}

/// Reads the body of a response to its end.
pub async fn read_body(response: &mut Response) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(HttpError::BodyTooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
