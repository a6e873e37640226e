//! Calls of a model for one request, and what each of them comes to.

use std::sync::{Mutex, PoisonError};

use super::AiError;
use crate::{
    domain::ai::{AgentKind, TokenUsage},
    server::{
        ai::{LanguageModel, ModelFailure, Piece, Prompt, Reply},
        db::ai_ledger::Call,
    },
};

/// Asks a model, and notes what that costs: answer or none, ended or not.
pub(super) struct Calls<'a> {
    model: &'a dyn LanguageModel,
    noted: Mutex<Vec<Call>>,
}

impl<'a> Calls<'a> {
    pub fn new(model: &'a dyn LanguageModel) -> Self {
        Self { model, noted: Mutex::new(Vec::new()) }
    }

    /// Asks, and waits for the whole answer.
    pub async fn ask(&self, agent: AgentKind, prompt: &Prompt) -> Result<Reply, AiError> {
        self.conclude(agent, self.model.answer(prompt).await)
    }

    /// Asks for something that `read` understands, and once more where the answer cannot be used.
    pub async fn ask_for<T>(&self, agent: AgentKind, prompt: Prompt, read: impl Fn(&str) -> Result<T, String>) -> Result<T, AiError> {
        let fault = match read(&self.ask(agent, &prompt).await?.text) {
            Ok(answer) => return Ok(answer),
            Err(fault) => fault,
        };
        tracing::warn!(fault, "an answer could not be used");
        read(&self.ask(agent, &prompt.repair(&fault)).await?.text).map_err(|fault| {
            tracing::error!(fault, "nor could the one that was to mend it");
            AiError::NoAnswer
        })
    }

    /// Asks, and tells of the text as it comes. Dropped on the way, what came is noted.
    pub async fn stream(&self, agent: AgentKind, prompt: &Prompt, on_text: &mut (dyn FnMut(&str) + Send)) -> Result<Reply, AiError> {
        let mut open = OpenCall { calls: self, agent, prompt, model: String::new(), text: String::new(), tokens: None, has_ended: false };
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
        self.conclude(agent, outcome)
    }

    /// The calls so far.
    pub fn list(&self) -> Vec<Call> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn conclude(&self, agent: AgentKind, outcome: Result<Reply, ModelFailure>) -> Result<Reply, AiError> {
        match outcome {
            Ok(reply) => {
                self.note(agent, reply.model.clone(), reply.tokens);
                Ok(reply)
            }
            Err(ModelFailure { error, billed }) => {
                tracing::warn!(%error, "the model gave no answer");
                if let Some((model, tokens)) = billed {
                    self.note(agent, model, tokens);
                }
                Err(error.into())
            }
        }
    }

    fn note(&self, agent: AgentKind, model: String, tokens: TokenUsage) {
        let cost_micro = self.model.cost(&model, tokens);
        self.noted.lock().unwrap_or_else(PoisonError::into_inner).push(Call { agent, model, tokens, cost_micro });
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
    /// Where the call is ended on the way, what came is billed: as counted, or about that. Before the model began, nothing was.
    fn drop(&mut self) {
        if self.has_ended || self.model.is_empty() {
            return;
        }
        let estimated = self.prompt.estimate(&self.text);
        // The newest count may be older than the newest text.
        let tokens = self.tokens.map_or(estimated, |counted| TokenUsage { output: counted.output.max(estimated.output), ..counted });
        self.calls.note(self.agent, std::mem::take(&mut self.model), tokens);
    }
}
