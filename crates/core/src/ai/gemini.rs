//! Client for Gemini's REST API, `v1beta` (ai.google.dev/api/generate-content).

mod request;
mod response;
mod rpc_status;
pub mod sse;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use huntaze_domain::{accounts::Secret, billing::TokenUsage};
use reqwest::{Client, RequestBuilder};
use response::ResponseAccumulator;
use sse::SseDecoder;
use url::Url;

use super::{ChunkHandler, Completion, FailedCompletion, LanguageModel, ModelError, Prompt, StreamChunk};
use crate::{
    config::GeminiConfig,
    infra::{
        clock::Clock,
        http::{self, HttpError},
        metrics::timed,
    },
};

/// Name in the metrics.
const NAME: &str = "gemini";

/// Timeouts of requests to the model.
const TIMEOUTS: Timeouts = Timeouts { total: Duration::from_mins(1), idle: Duration::from_secs(30) };

#[derive(Clone, Copy)]
struct Timeouts {
    /// Total time for one response, including the model's thinking.
    total: Duration,
    /// Idle timeout: a stream without data for this long is treated as broken.
    idle: Duration,
}

/// Delay before the retry after status 500, 503 or 504, or a broken connection.
const RETRY_DELAY: Duration = Duration::from_millis(500);
/// Longest rate-limit delay that is waited for; with a longer one the request fails, so that the user is told at once.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(3);

/// Gemini API client.
pub struct Gemini {
    config: GeminiConfig,
    key: Secret,
    http: Client,
    clock: Arc<dyn Clock>,
    timeouts: Timeouts,
}

/// How a response is asked for.
#[derive(Clone, Copy)]
enum Method {
    Generate,
    /// In pieces, one in each event.
    Stream,
}

impl Gemini {
    /// Creates the client; `None` if no key is configured.
    pub fn new(config: &GeminiConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        Some(Self { config: config.clone(), key: config.key.clone()?, http, clock, timeouts: TIMEOUTS })
    }

    fn url(&self, model: &str, method: Method) -> Option<Url> {
        let (name, query) = match method {
            Method::Generate => ("generateContent", None),
            Method::Stream => ("streamGenerateContent", Some("alt=sse")),
        };
        let mut url = self.config.url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(["models", &format!("{model}:{name}")]);
        url.set_query(query);
        Some(url)
    }

    fn request(&self, model: &str, method: Method, prompt: &Prompt) -> Result<RequestBuilder, ModelError> {
        let url = self.url(model, method).ok_or_else(|| ModelError::InvalidRequest("GEMINI_API_URL".to_owned()))?;
        // The key is sent in a header, because URLs end up in logs.
        Ok(self.http.post(url).header("x-goog-api-key", self.key.expose()).json(&request::Request::of(prompt)).timeout(self.timeouts.total))
    }

    async fn read_response(&self, model: &str, prompt: &Prompt) -> Result<Completion, FailedCompletion> {
        let request = self.request(model, Method::Generate, prompt)?;
        let response = http::send(NAME, request).await.map_err(unavailable)?;
        response::read(response.status, &response.body, model, prompt)
    }

    /// Generates a streamed response (`?alt=sse`, one chunk per event). Dropping the future closes the connection.
    async fn read_stream(&self, model: &str, prompt: &Prompt, handler: ChunkHandler<'_>) -> Result<Completion, FailedCompletion> {
        let request = self.request(model, Method::Stream, prompt)?;
        let mut response = timed(NAME, self.with_idle_timeout(request.send())).await?;
        if !response.status().is_success() {
            let status = response.status();
            let body = http::read_body(&mut response).await.map_err(unavailable)?;
            return Err(rpc_status::error(status, &body).into());
        }
        handler(StreamChunk::Model(model));
        let (mut decoder, mut accumulator) = (SseDecoder::default(), ResponseAccumulator::default());
        while !accumulator.has_ended() {
            let chunk = self.with_idle_timeout(response.chunk()).await.map_err(|error| accumulator.fail(error, model, prompt))?;
            let Some(chunk) = chunk else { break };
            let broken = |error: sse::EventTooLarge| accumulator.fail(ModelError::InvalidResponse(error.to_string()), model, prompt);
            for event in decoder.push(&chunk).map_err(broken)? {
                let parsed = response::parse_chunk(event.as_bytes()).map_err(|error| accumulator.fail(error, model, prompt))?;
                accumulator.add(parsed, handler);
            }
        }
        accumulator.end(model, prompt)
    }

    /// Awaits one step of a stream, for at most the idle timeout.
    async fn with_idle_timeout<T>(&self, work: impl Future<Output = reqwest::Result<T>>) -> Result<T, ModelError> {
        match tokio::time::timeout(self.timeouts.idle, work).await {
            Ok(outcome) => outcome.map_err(|error| unavailable(error.into())),
            Err(_) => Err(ModelError::InvalidResponse("stream idle timeout".to_owned())),
        }
    }

    /// Sends one request without retries; the response is streamed if there is a `handler`.
    async fn call(&self, model: &str, prompt: &Prompt, handler: Option<ChunkHandler<'_>>) -> Result<Completion, FailedCompletion> {
        let outcome = match handler {
            Some(handler) => self.read_stream(model, prompt, handler).await,
            None => self.read_response(model, prompt).await,
        };
        outcome.map_err(|failure| FailedCompletion { error: self.redact_key(failure.error), ..failure })
    }

    /// Removes the API key from an error, because Google repeats a rejected key in its messages and errors are logged.
    fn redact_key(&self, error: ModelError) -> ModelError {
        let clean = |message: String| message.replace(self.key.expose(), "[key]");
        match error {
            ModelError::InvalidApiKey(message) => ModelError::InvalidApiKey(clean(message)),
            ModelError::ModelRetired(message) => ModelError::ModelRetired(clean(message)),
            ModelError::InvalidRequest(message) => ModelError::InvalidRequest(clean(message)),
            ModelError::Unavailable(message) => ModelError::Unavailable(clean(message)),
            ModelError::InvalidResponse(message) => ModelError::InvalidResponse(clean(message)),
            error => error,
        }
    }

    /// Sends a request and retries it once if that may help: a delayed answer is better than none. There is no retry after text has
    /// arrived: it is billed, and would be repeated.
    async fn call_with_retry(
        &self,
        model: &str,
        prompt: &Prompt,
        mut handler: Option<ChunkHandler<'_>>,
    ) -> Result<Completion, FailedCompletion> {
        let failure = match self.call(model, prompt, reborrow(&mut handler)).await {
            Err(failure) if failure.usage.is_none() => failure,
            outcome => return outcome,
        };
        let Some(delay) = retry_delay(&failure.error) else { return Err(failure) };
        tracing::warn!(model, error = %failure.error, "model request failed, retrying once");
        tokio::time::sleep(delay).await;
        self.call(model, prompt, handler).await
    }

    async fn call_with_fallback(&self, prompt: &Prompt, mut handler: Option<ChunkHandler<'_>>) -> Result<Completion, FailedCompletion> {
        let (model, fallback_model) = (&self.config.model, &self.config.fallback_model);
        match self.call_with_retry(model, prompt, reborrow(&mut handler)).await {
            Err(FailedCompletion { error: ModelError::ModelRetired(_), .. }) if fallback_model != model => {
                tracing::error!(model, fallback_model, "model retired, using the fallback model; update GEMINI_MODEL");
                self.call_with_retry(fallback_model, prompt, handler).await
            }
            outcome => outcome,
        }
    }
}

/// Returns the delay before a retry; `None` if a retry does not help or the delay would be too long.
fn retry_delay(error: &ModelError) -> Option<Duration> {
    match error {
        ModelError::Unavailable(_) => Some(RETRY_DELAY),
        ModelError::RateLimited(delay) => delay.filter(|delay| *delay <= MAX_RETRY_DELAY),
        _ => None,
    }
}

/// Reborrows an optional handler.
fn reborrow<'a>(handler: &'a mut Option<ChunkHandler<'_>>) -> Option<ChunkHandler<'a>> {
    match handler {
        Some(handler) => Some(&mut **handler),
        None => None,
    }
}

fn unavailable(error: HttpError) -> ModelError {
    match error {
        HttpError::Connection(text) => ModelError::Unavailable(text),
        HttpError::Timeout | HttpError::BodyTooLarge => ModelError::InvalidResponse(error.to_string()),
    }
}

#[async_trait]
impl LanguageModel for Gemini {
    async fn generate(&self, prompt: &Prompt) -> Result<Completion, FailedCompletion> {
        self.call_with_fallback(prompt, None).await
    }

    async fn generate_stream(&self, prompt: &Prompt, handler: ChunkHandler<'_>) -> Result<Completion, FailedCompletion> {
        self.call_with_fallback(prompt, Some(handler)).await
    }

    fn name(&self) -> &str {
        &self.config.model
    }

    fn cost(&self, model: &str, tokens: TokenUsage) -> i64 {
        // `GeminiConfig` ensures that both models have a price.
        self.config.prices.cost(model, self.clock.now().date_naive(), tokens).unwrap_or_default()
    }

    fn is_sandbox(&self) -> bool {
        self.config.is_sandbox()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::{config::Config, infra::clock::SystemClock};

    /// Returns a client with these timeouts for a server that sends `says` and then nothing more.
    async fn waiting_for(says: &'static str, timeouts: Timeouts) -> Gemini {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let _ = socket.read(&mut [0; 8192]).await;
                let _ = socket.write_all(says.as_bytes()).await;
                open.push(socket);
            }
        });
        let config = Config::for_tests().expect("a configuration").gemini;
        let config =
            GeminiConfig { key: Some(Secret::from("k".to_owned())), url: format!("http://{address}/").parse().expect("a URL"), ..config };
        let http = http::client(http::TIMEOUT).expect("a client");
        Gemini { timeouts, ..Gemini::new(&config, http, Arc::new(SystemClock)).expect("a key") }
    }

    #[tokio::test]
    async fn silent_model_times_out() {
        let prompt = Prompt::structured(String::new(), "Why?".to_owned(), json!({}), 10);
        let milliseconds = Duration::from_millis;
        let silent = waiting_for("", Timeouts { total: milliseconds(200), idle: milliseconds(100) }).await;
        let outcome = silent.generate(&prompt).await;
        assert_eq!(outcome, Err(ModelError::InvalidResponse("request timed out".to_owned()).into()));
        let outcome = silent.generate_stream(&prompt, &mut |_| ()).await;
        assert_eq!(outcome, Err(ModelError::InvalidResponse("stream idle timeout".to_owned()).into()));

        let begun = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"The sea\"}]}}]}\n\n";
        // Long enough for the first event to arrive.
        let timeouts = Timeouts { total: milliseconds(20_000), idle: milliseconds(2_000) };
        let failure = waiting_for(begun, timeouts).await.generate_stream(&prompt, &mut |_| ()).await.expect_err("idle timeout");
        assert_eq!(failure.error, ModelError::InvalidResponse("stream idle timeout".to_owned()));
        assert!(failure.usage.is_some(), "partial output is billed");
    }

    #[test]
    fn timeouts_are_60_s_total_and_30_s_idle() {
        assert_eq!((TIMEOUTS.total.as_secs(), TIMEOUTS.idle.as_secs()), (60, 30));
    }
}
