//! Client for Gemini's REST API, `v1beta` (ai.google.dev/api/generate-content).

mod answer;
pub mod events;
mod problem;
mod request;

use std::{sync::Arc, time::Duration};

use answer::Collected;
use async_trait::async_trait;
use events::EventReader;
use huntaze_domain::{account::Secret, ai::TokenUsage};
use reqwest::{Client, RequestBuilder};
use url::Url;

use super::{LanguageModel, Listener, ModelError, ModelFailure, Piece, Prompt, Reply};
use crate::{
    config::GeminiConfig,
    infra::{
        clock::Clock,
        http::{self, HttpError},
    },
};

/// Timeouts of requests to the model.
const PATIENCE: Patience = Patience { answer: Duration::from_mins(1), silence: Duration::from_secs(30) };

#[derive(Clone, Copy)]
struct Patience {
    /// Total time for one response, including the model's thinking.
    answer: Duration,
    /// Idle timeout: a stream without data for this long is treated as broken.
    silence: Duration,
}

/// Delay before the retry after status 500, 503 or 504, or a broken connection.
const BREATH: Duration = Duration::from_millis(500);
/// Longest rate-limit delay that is waited for; with a longer one the request fails, so that the user is told at once.
const LONGEST_BREATH: Duration = Duration::from_secs(3);

/// Gemini API client.
pub struct Gemini {
    config: GeminiConfig,
    key: Secret,
    http: Client,
    clock: Arc<dyn Clock>,
    patience: Patience,
}

impl Gemini {
    /// Creates the client; `None` if no key is configured.
    pub fn new(config: &GeminiConfig, http: Client, clock: Arc<dyn Clock>) -> Option<Self> {
        Some(Self { config: config.clone(), key: config.key.clone()?, http, clock, patience: PATIENCE })
    }

    fn url(&self, model: &str, verb: &str, query: Option<&str>) -> Option<Url> {
        let mut url = self.config.url.clone();
        url.path_segments_mut().ok()?.pop_if_empty().extend(["models", &format!("{model}:{verb}")]);
        url.set_query(query);
        Some(url)
    }

    fn request(&self, model: &str, verb: &str, query: Option<&str>, prompt: &Prompt) -> Result<RequestBuilder, ModelError> {
        let url = self.url(model, verb, query).ok_or_else(|| ModelError::Refused("GEMINI_URL".to_owned()))?;
        // The key is sent in a header, because URLs end up in logs.
        Ok(self
            .http
            .post(url)
            .header("x-goog-api-key", self.key.expose())
            .json(&request::Request::of(prompt))
            .timeout(self.patience.answer))
    }

    async fn ask(&self, model: &str, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        let request = self.request(model, "generateContent", None, prompt)?;
        let answer = http::send(request).await.map_err(unavailable)?;
        answer::read(answer.status, &answer.body, model, prompt)
    }

    /// Generates a streamed response (`?alt=sse`, one chunk per event). Dropping the future closes the connection.
    async fn listen(&self, model: &str, prompt: &Prompt, listener: Listener<'_>) -> Result<Reply, ModelFailure> {
        let request = self.request(model, "streamGenerateContent", Some("alt=sse"), prompt)?;
        let mut response = self.unless_silent(request.send()).await?;
        if !response.status().is_success() {
            let status = response.status();
            let body = http::read_body(&mut response).await.map_err(unavailable)?;
            return Err(problem::error(status, &body).into());
        }
        listener(Piece::Model(model));
        let (mut events, mut collected) = (EventReader::default(), Collected::default());
        while !collected.has_ended() {
            let chunk = self.unless_silent(response.chunk()).await.map_err(|error| collected.fail(error, model, prompt))?;
            let Some(chunk) = chunk else { break };
            let broken = |error: events::TooLarge| collected.fail(ModelError::Unusable(error.to_string()), model, prompt);
            for event in events.push(&chunk).map_err(broken)? {
                let piece = answer::piece(event.as_bytes()).map_err(|error| collected.fail(error, model, prompt))?;
                collected.add(piece, listener);
            }
        }
        collected.end(model, prompt)
    }

    /// Awaits one step of a stream, for at most the idle timeout.
    async fn unless_silent<T>(&self, work: impl Future<Output = reqwest::Result<T>>) -> Result<T, ModelError> {
        match tokio::time::timeout(self.patience.silence, work).await {
            Ok(outcome) => outcome.map_err(|error| unavailable(error.into())),
            Err(_) => Err(ModelError::Unusable("stream idle timeout".to_owned())),
        }
    }

    /// Sends one request without retries; the response is streamed if there is a `listener`.
    async fn call(&self, model: &str, prompt: &Prompt, listener: Option<Listener<'_>>) -> Result<Reply, ModelFailure> {
        let outcome = match listener {
            Some(listener) => self.listen(model, prompt, listener).await,
            None => self.ask(model, prompt).await,
        };
        outcome.map_err(|failure| ModelFailure { error: self.without_key(failure.error), ..failure })
    }

    /// Removes the API key from an error, because Google repeats a rejected key in its messages and errors are logged.
    fn without_key(&self, error: ModelError) -> ModelError {
        let clean = |said: String| said.replace(self.key.expose(), "[key]");
        match error {
            ModelError::KeyRefused(said) => ModelError::KeyRefused(clean(said)),
            ModelError::Retired(said) => ModelError::Retired(clean(said)),
            ModelError::Refused(said) => ModelError::Refused(clean(said)),
            ModelError::Unavailable(said) => ModelError::Unavailable(clean(said)),
            ModelError::Unusable(said) => ModelError::Unusable(clean(said)),
            error => error,
        }
    }

    /// Sends a request and retries it once if that may help: a delayed answer is better than none. There is no retry after text has
    /// arrived: it is billed, and would be repeated.
    async fn call_twice(&self, model: &str, prompt: &Prompt, mut listener: Option<Listener<'_>>) -> Result<Reply, ModelFailure> {
        let failure = match self.call(model, prompt, reborrow(&mut listener)).await {
            Err(failure) if failure.billed.is_none() => failure,
            outcome => return outcome,
        };
        let Some(breath) = breath(&failure.error) else { return Err(failure) };
        tracing::warn!(model, error = %failure.error, "model request failed, retrying once");
        tokio::time::sleep(breath).await;
        self.call(model, prompt, listener).await
    }

    async fn call_model_or_successor(&self, prompt: &Prompt, mut listener: Option<Listener<'_>>) -> Result<Reply, ModelFailure> {
        let (model, successor) = (&self.config.model, &self.config.successor);
        match self.call_twice(model, prompt, reborrow(&mut listener)).await {
            Err(ModelFailure { error: ModelError::Retired(_), .. }) if successor != model => {
                tracing::error!(model, successor, "model retired, using its successor; update GEMINI_MODEL");
                self.call_twice(successor, prompt, listener).await
            }
            outcome => outcome,
        }
    }
}

/// Returns the delay before a retry; `None` if a retry does not help or the delay would be too long.
fn breath(error: &ModelError) -> Option<Duration> {
    match error {
        ModelError::Unavailable(_) => Some(BREATH),
        ModelError::RateLimited(pause) => pause.filter(|pause| *pause <= LONGEST_BREATH),
        _ => None,
    }
}

/// Reborrows an optional listener.
fn reborrow<'a>(listener: &'a mut Option<Listener<'_>>) -> Option<Listener<'a>> {
    match listener {
        Some(listener) => Some(&mut **listener),
        None => None,
    }
}

fn unavailable(error: HttpError) -> ModelError {
    match error {
        HttpError::NoAnswer(text) => ModelError::Unavailable(text),
        HttpError::TimeOut | HttpError::TooLarge => ModelError::Unusable(error.to_string()),
    }
}

#[async_trait]
impl LanguageModel for Gemini {
    async fn answer(&self, prompt: &Prompt) -> Result<Reply, ModelFailure> {
        self.call_model_or_successor(prompt, None).await
    }

    async fn stream(&self, prompt: &Prompt, listener: Listener<'_>) -> Result<Reply, ModelFailure> {
        self.call_model_or_successor(prompt, Some(listener)).await
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
    async fn waiting_for(says: &'static str, patience: Patience) -> Gemini {
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
        Gemini { patience, ..Gemini::new(&config, http, Arc::new(SystemClock)).expect("a key") }
    }

    #[tokio::test]
    async fn silent_model_times_out() {
        let prompt = Prompt::structured(String::new(), "Why?".to_owned(), json!({}), 10);
        let milliseconds = Duration::from_millis;
        let silent = waiting_for("", Patience { answer: milliseconds(200), silence: milliseconds(100) }).await;
        let outcome = silent.answer(&prompt).await;
        assert_eq!(outcome, Err(ModelError::Unusable("request timed out".to_owned()).into()));
        let outcome = silent.stream(&prompt, &mut |_| ()).await;
        assert_eq!(outcome, Err(ModelError::Unusable("stream idle timeout".to_owned()).into()));

        let begun = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"The sea\"}]}}]}\n\n";
        // Long enough for the first event to arrive.
        let patient = Patience { answer: milliseconds(20_000), silence: milliseconds(2_000) };
        let failure = waiting_for(begun, patient).await.stream(&prompt, &mut |_| ()).await.expect_err("idle timeout");
        assert_eq!(failure.error, ModelError::Unusable("stream idle timeout".to_owned()));
        assert!(failure.billed.is_some(), "partial output is billed");
    }

    #[test]
    fn timeouts_are_60_s_total_and_30_s_idle() {
        assert_eq!((PATIENCE.answer.as_secs(), PATIENCE.silence.as_secs()), (60, 30));
    }
}
