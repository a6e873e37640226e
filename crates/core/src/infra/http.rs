//! Calls to services outside: one client, with a limit on time and size.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode, header::HeaderMap, redirect::Policy};

/// A call takes no longer.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes. No answer that we ask for comes near it.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// Why nothing came back. The address is left out of it: it may hold a token.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// No connection, or an answer that broke off.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// Nothing in time.
    #[error("no answer in time")]
    TimeOut,
    /// More than we read.
    #[error("the answer is larger than {LARGEST_ANSWER} bytes")]
    TooLarge,
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() { Self::TimeOut } else { Self::NoAnswer(error.without_url().to_string()) }
    }
}

/// The client; each of its calls ends within `timeout`. It follows no redirect: no service that we call sends one.
///
/// # Errors
/// TLS cannot be set up.
#[expect(clippy::disallowed_methods, reason = "this is the one place that builds a client")]
pub fn client(timeout: Duration) -> Result<Client, HttpError> {
    // One TLS provider in the whole process. An error says that it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = Client::builder().connect_timeout(timeout / 2).timeout(timeout).redirect(Policy::none());
    Ok(builder.user_agent(concat!("huntaze/", env!("CARGO_PKG_VERSION"))).build()?)
}

/// Sends a request and reads the answer.
///
/// # Errors
/// [`HttpError`]; any status is an answer.
pub async fn send(request: RequestBuilder) -> Result<Answer, HttpError> {
    let mut response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = read_body(&mut response).await?;
    Ok(Answer { status, headers, body })
}

/// Reads what comes, to its end.
///
/// # Errors
/// [`HttpError`].
pub async fn read_body(response: &mut Response) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(HttpError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
