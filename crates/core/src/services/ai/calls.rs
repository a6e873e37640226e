//! Calls of a model for one request, and what each of them comes to.

use std::sync::{Mutex, PoisonError};

use huntaze_domain::ai::{AgentKind, TokenUsage};
use uuid::Uuid;

use super::{AiError, model};
use crate::{
    Core,
    ai::{Asked, Knowledge, LanguageModel, ModelFailure, Piece, Prompt, Reply},
    db::ai_ledger::Call,
};

/// Asks a model what is not known already, and notes what that costs: answer or none, ended or not.
pub(super) struct Calls<'a> {
    model: &'a dyn LanguageModel,
    knowledge: &'a Knowledge,
    user_id: Uuid,
    is_anew: bool,
    noted: Mutex<Vec<Call>>,
}

impl<'a> Calls<'a> {
    /// For one request of a creator. `is_anew`: what is known already is asked once more.
    ///
    /// # Errors
    /// There is no model.
    pub fn new(core: &'a Core, user_id: Uuid, is_anew: bool) -> Result<Self, AiError> {
        Ok(Self { model: model(core)?, knowledge: &core.knowledge, user_id, is_anew, noted: Mutex::new(Vec::new()) })
    }

    /// What was answered to this before. Noted as a call that costs nothing.
    pub async fn recall(&self, agent: AgentKind, prompt: &Prompt) -> Option<Reply> {
        if self.is_anew {
            return None;
        }
        let reply = self.knowledge.recall(&self.asked(agent, prompt)).await?;
        let (id, model, tokens) = (Uuid::now_v7(), reply.model.clone(), TokenUsage::default());
        self.note(Call { id, agent, model, tokens, cost_micro: 0, is_known: true });
        Some(reply)
    }

    /// Keeps an answer that could be used.
    pub async fn remember(&self, agent: AgentKind, prompt: &Prompt, reply: &Reply) {
        self.knowledge.remember(&self.asked(agent, prompt), reply).await;
    }

    fn asked<'p>(&'p self, agent: AgentKind, prompt: &'p Prompt) -> Asked<'p> {
        Asked { user_id: self.user_id, agent, model: self.model.name(), is_sandbox: self.model.is_sandbox(), prompt }
    }

    /// Asks, and waits for the whole answer. Dropped on the way, what was asked is noted.
    pub async fn ask(&self, agent: AgentKind, prompt: &Prompt) -> Result<Reply, AiError> {
        let mut open = self.open(agent, prompt, self.model.name().to_owned());
        let outcome = self.model.answer(prompt).await;
        open.has_ended = true;
        self.conclude(agent, outcome)
    }

    /// Asks for something that `read` understands, and once more where the answer cannot be used. Only one that can is remembered.
    pub async fn ask_for<T>(&self, agent: AgentKind, prompt: &Prompt, read: impl Fn(&str) -> Result<T, String>) -> Result<T, AiError> {
        let mut reply = self.ask(agent, prompt).await?;
        let answer = match read(&reply.text) {
            Ok(answer) => answer,
            Err(fault) => {
                tracing::warn!(fault, "an answer could not be used");
                reply = self.ask(agent, &prompt.clone().repair(&fault)).await?;
                read(&reply.text).map_err(|fault| {
                    tracing::error!(fault, "nor could the one that was to mend it");
                    AiError::NoAnswer
                })?
            }
        };
        self.remember(agent, prompt, &reply).await;
        Ok(answer)
    }

    /// Asks, and tells of the text as it comes. Dropped on the way, what came is noted. Returns also whether it was known already.
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

    /// The calls so far.
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
                tracing::warn!(%error, "the model gave no answer");
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

/// A call that is under way.
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
    /// Where the call is ended on the way, what came is billed: as counted, or about that. Before the model of a stream began, nothing was.
    fn drop(&mut self) {
        if self.has_ended || self.model.is_empty() {
            return;
        }
        let estimated = self.prompt.estimate(&self.text);
        // The newest count may be older than the newest text.
        let tokens = self.tokens.map_or(estimated, |counted| TokenUsage { output: counted.output.max(estimated.output), ..counted });
        self.calls.note(self.calls.bill(self.agent, std::mem::take(&mut self.model), tokens));
    }
}
