//! Model calls of one request, with their usage and cost.

use std::sync::{Mutex, PoisonError};

use huntaze_domain::{ai::AgentKind, billing::TokenUsage, ids::UserId};
use uuid::Uuid;

use super::model;
use crate::{
    Core,
    ai::{CacheKey, Completion, FailedCompletion, LanguageModel, ModelError, Prompt, StreamChunk},
    db::billing::ledger::ModelCall,
    error::chain,
    services::ai_error::AiError,
};

/// Calls the model on cache misses and records the cost of every call, including failed and cancelled ones.
pub(in crate::services) struct ModelCalls<'a> {
    core: &'a Core,
    model: &'a dyn LanguageModel,
    user_id: UserId,
    wants_regeneration: bool,
    recorded: Mutex<Vec<ModelCall>>,
}

impl<'a> ModelCalls<'a> {
    /// Creates the calls of one request of a user. With `wants_regeneration`, the cache is not read.
    ///
    /// # Errors
    /// Returns [`AiError::NotConfigured`] if no model is configured.
    pub fn new(core: &'a Core, user_id: UserId, wants_regeneration: bool) -> Result<Self, AiError> {
        Ok(Self { core, model: model(core)?, user_id, wants_regeneration, recorded: Mutex::new(Vec::new()) })
    }

    /// Returns the core.
    pub const fn core(&self) -> &'a Core {
        self.core
    }

    /// Returns the cached completion, if any, and records it as a call that costs nothing.
    pub async fn get_cached(&self, agent: AgentKind, prompt: &Prompt) -> Option<Completion> {
        if self.wants_regeneration {
            return None;
        }
        let completion = self.core.response_cache.get(&self.cache_key(agent, prompt)).await?;
        let (id, model, tokens) = (Uuid::now_v7(), completion.model.clone(), TokenUsage::default());
        self.record(ModelCall { id, agent, model, tokens, cost_micro_usd: 0, is_cache_hit: true });
        Some(completion)
    }

    /// Caches a usable completion.
    pub async fn store_cached(&self, agent: AgentKind, prompt: &Prompt, completion: &Completion) {
        self.core.response_cache.insert(&self.cache_key(agent, prompt), completion).await;
    }

    fn cache_key<'p>(&'p self, agent: AgentKind, prompt: &'p Prompt) -> CacheKey<'p> {
        CacheKey { user_id: self.user_id, agent, model: self.model.name(), is_sandbox: self.model.is_sandbox(), prompt }
    }

    /// Requests a completion and waits for all of it. If the future is dropped, the call is recorded with an estimated cost.
    pub async fn complete(&self, agent: AgentKind, prompt: &Prompt) -> Result<Completion, AiError> {
        let mut open = self.open(agent, prompt, self.model.name().to_owned());
        let outcome = self.model.generate(prompt).await;
        open.has_ended = true;
        self.finish(agent, outcome)
    }

    /// Requests a completion that `read` can parse. If parsing fails, asks once more with the error. Only a parsable completion is cached.
    pub async fn complete_structured<T>(
        &self,
        agent: AgentKind,
        prompt: &Prompt,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, AiError> {
        let mut completion = self.complete(agent, prompt).await?;
        let answer = match read(&completion.text) {
            Ok(answer) => answer,
            Err(fault) => {
                tracing::warn!(fault, "invalid response from the model, requesting a repair");
                completion = self.complete(agent, &prompt.clone().repair(&fault)).await?;
                read(&completion.text).map_err(|fault| {
                    tracing::error!(fault, "repaired response is still invalid");
                    AiError::InvalidResponse
                })?
            }
        };
        self.store_cached(agent, prompt, &completion).await;
        Ok(answer)
    }

    /// Streams a completion to `on_text`. If the future is dropped, what was received is recorded. The returned flag is `true` on a cache
    /// hit.
    pub async fn stream(
        &self,
        agent: AgentKind,
        prompt: &Prompt,
        on_text: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Completion, bool), AiError> {
        if let Some(completion) = self.get_cached(agent, prompt).await {
            if !completion.text.is_empty() {
                on_text(&completion.text);
            }
            return Ok((completion, true));
        }
        let mut open = self.open(agent, prompt, String::new());
        let mut handler = |chunk: StreamChunk<'_>| match chunk {
            StreamChunk::Model(model) => model.clone_into(&mut open.model),
            StreamChunk::Tokens(tokens) => open.tokens = Some(tokens),
            StreamChunk::Text(text) => {
                open.text.push_str(text);
                on_text(text);
            }
        };
        let outcome = self.model.generate_stream(prompt, &mut handler).await;
        open.has_ended = true;
        Ok((self.finish(agent, outcome)?, false))
    }

    /// Returns the calls recorded so far.
    pub fn recorded(&self) -> Vec<ModelCall> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open<'c>(&'c self, agent: AgentKind, prompt: &'c Prompt, model: String) -> InFlightCall<'c> {
        InFlightCall { calls: self, agent, prompt, model, text: String::new(), tokens: None, has_ended: false }
    }

    fn finish(&self, agent: AgentKind, outcome: Result<Completion, FailedCompletion>) -> Result<Completion, AiError> {
        match outcome {
            Ok(completion) => {
                self.record(self.price(agent, completion.model.clone(), completion.tokens));
                Ok(completion)
            }
            Err(FailedCompletion { error, usage }) => {
                match error {
                    ModelError::InvalidApiKey(_) | ModelError::ModelRetired(_) | ModelError::InvalidRequest(_) => {
                        tracing::error!(error = chain(&error), "language model is misconfigured");
                    }
                    _ => tracing::warn!(error = chain(&error), "model call failed"),
                }
                if let Some((model, tokens)) = usage {
                    self.record(self.price(agent, model, tokens));
                }
                Err(error.into())
            }
        }
    }

    fn price(&self, agent: AgentKind, model: String, tokens: TokenUsage) -> ModelCall {
        let cost_micro_usd = self.model.cost(&model, tokens);
        ModelCall { id: Uuid::now_v7(), agent, model, tokens, cost_micro_usd, is_cache_hit: false }
    }

    fn record(&self, call: ModelCall) {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

/// A call in progress. Records the call on drop unless it has ended.
struct InFlightCall<'a> {
    calls: &'a ModelCalls<'a>,
    agent: AgentKind,
    prompt: &'a Prompt,
    model: String,
    text: String,
    tokens: Option<TokenUsage>,
    has_ended: bool,
}

impl Drop for InFlightCall<'_> {
    /// Records a cancelled call with the tokens reported so far or an estimate. A stream that was cancelled before it named its model costs
    /// nothing.
    fn drop(&mut self) {
        if self.has_ended || self.model.is_empty() {
            return;
        }
        let estimated = self.prompt.estimate(&self.text);
        // The last reported count may be older than the last text.
        let tokens = self.tokens.map_or(estimated, |counted| TokenUsage { output: counted.output.max(estimated.output), ..counted });
        self.calls.record(self.calls.price(self.agent, std::mem::take(&mut self.model), tokens));
    }
}
