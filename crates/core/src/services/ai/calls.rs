//! Model calls of one request, with their usage and cost.

use std::sync::{Mutex, PoisonError};

use huntaze_domain::ai::{AgentKind, TokenUsage};
use uuid::Uuid;

use super::{AiError, model};
use crate::{
    Core,
    ai::{Asked, Knowledge, LanguageModel, ModelFailure, Piece, Prompt, Reply},
    db::ai_ledger::Call,
    error::chain,
};

/// Calls the model on cache misses and records the cost of every call, including failed and cancelled ones.
pub(super) struct Calls<'a> {
    model: &'a dyn LanguageModel,
    knowledge: &'a Knowledge,
    user_id: Uuid,
    is_anew: bool,
    noted: Mutex<Vec<Call>>,
}

impl<'a> Calls<'a> {
    /// Creates the calls of one request of a user. With `is_anew`, the cache is not read.
    ///
    /// # Errors
    /// Returns [`AiError::NotSetUp`] if no model is configured.
    pub fn new(core: &'a Core, user_id: Uuid, is_anew: bool) -> Result<Self, AiError> {
        Ok(Self { model: model(core)?, knowledge: &core.knowledge, user_id, is_anew, noted: Mutex::new(Vec::new()) })
    }

    /// Returns the cached completion, if any, and records it as a call that costs nothing.
    pub async fn recall(&self, agent: AgentKind, prompt: &Prompt) -> Option<Reply> {
        if self.is_anew {
            return None;
        }
        let reply = self.knowledge.recall(&self.asked(agent, prompt)).await?;
        let (id, model, tokens) = (Uuid::now_v7(), reply.model.clone(), TokenUsage::default());
        self.note(Call { id, agent, model, tokens, cost_micro: 0, is_known: true });
        Some(reply)
    }

    /// Caches a usable completion.
    pub async fn remember(&self, agent: AgentKind, prompt: &Prompt, reply: &Reply) {
        self.knowledge.remember(&self.asked(agent, prompt), reply).await;
    }

    fn asked<'p>(&'p self, agent: AgentKind, prompt: &'p Prompt) -> Asked<'p> {
        Asked { user_id: self.user_id, agent, model: self.model.name(), is_sandbox: self.model.is_sandbox(), prompt }
    }

    /// Requests a completion and waits for all of it. If the future is dropped, the call is recorded with an estimated cost.
    pub async fn ask(&self, agent: AgentKind, prompt: &Prompt) -> Result<Reply, AiError> {
        let mut open = self.open(agent, prompt, self.model.name().to_owned());
        let outcome = self.model.answer(prompt).await;
        open.has_ended = true;
        self.conclude(agent, outcome)
    }

    /// Requests a completion that `read` can parse. If parsing fails, asks once more with the error. Only a parsable completion is cached.
    pub async fn ask_for<T>(&self, agent: AgentKind, prompt: &Prompt, read: impl Fn(&str) -> Result<T, String>) -> Result<T, AiError> {
        let mut reply = self.ask(agent, prompt).await?;
        let answer = match read(&reply.text) {
            Ok(answer) => answer,
            Err(fault) => {
                tracing::warn!(fault, "invalid response from the model, requesting a repair");
                reply = self.ask(agent, &prompt.clone().repair(&fault)).await?;
                read(&reply.text).map_err(|fault| {
                    tracing::error!(fault, "repaired response is still invalid");
                    AiError::NoAnswer
                })?
            }
        };
        self.remember(agent, prompt, &reply).await;
        Ok(answer)
    }

    /// Streams a completion to `on_text`. If the future is dropped, what was received is recorded. The returned flag is `true` on a cache
    /// hit.
    pub async fn stream(
        &self,
        agent: AgentKind,
        prompt: &Prompt,
        on_text: &mut (dyn FnMut(&str) + Send),
    ) -> Result<(Reply, bool), AiError> {
        if let Some(reply) = self.recall(agent, prompt).await {
            if !reply.text.is_empty() {
                on_text(&reply.text);
            }
            return Ok((reply, true));
        }
        let mut open = self.open(agent, prompt, String::new());
        let mut listener = |piece: Piece<'_>| match piece {
            Piece::Model(model) => model.clone_into(&mut open.model),
            Piece::Tokens(tokens) => open.tokens = Some(tokens),
            Piece::Text(text) => {
                open.text.push_str(text);
                on_text(text);
            }
        };
        let outcome = self.model.stream(prompt, &mut listener).await;
        open.has_ended = true;
        Ok((self.conclude(agent, outcome)?, false))
    }

    /// Returns the calls recorded so far.
    pub fn list(&self) -> Vec<Call> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn open<'c>(&'c self, agent: AgentKind, prompt: &'c Prompt, model: String) -> OpenCall<'c> {
        OpenCall { calls: self, agent, prompt, model, text: String::new(), tokens: None, has_ended: false }
    }

    fn conclude(&self, agent: AgentKind, outcome: Result<Reply, ModelFailure>) -> Result<Reply, AiError> {
        match outcome {
            Ok(reply) => {
                self.note(self.bill(agent, reply.model.clone(), reply.tokens));
                Ok(reply)
            }
            Err(ModelFailure { error, billed }) => {
                tracing::warn!(error = chain(&error), "model call failed");
                if let Some((model, tokens)) = billed {
                    self.note(self.bill(agent, model, tokens));
                }
                Err(error.into())
            }
        }
    }

    fn bill(&self, agent: AgentKind, model: String, tokens: TokenUsage) -> Call {
        let cost_micro = self.model.cost(&model, tokens);
        Call { id: Uuid::now_v7(), agent, model, tokens, cost_micro, is_known: false }
    }

    fn note(&self, call: Call) {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }
}

/// A call in progress. Records the call on drop unless it has ended.
struct OpenCall<'a> {
    calls: &'a Calls<'a>,
    agent: AgentKind,
    prompt: &'a Prompt,
    model: String,
    text: String,
    tokens: Option<TokenUsage>,
    has_ended: bool,
}

impl Drop for OpenCall<'_> {
    /// Records a cancelled call with the tokens reported so far or an estimate. A stream that was cancelled before it named its model costs
    /// nothing.
    fn drop(&mut self) {
        if self.has_ended || self.model.is_empty() {
            return;
        }
        let estimated = self.prompt.estimate(&self.text);
        // The last reported count may be older than the last text.
        let tokens = self.tokens.map_or(estimated, |counted| TokenUsage { output: counted.output.max(estimated.output), ..counted });
        self.calls.note(self.calls.bill(self.agent, std::mem::take(&mut self.model), tokens));
    }
}
