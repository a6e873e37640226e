//! Routes a question to agents, which run concurrently and call tools.

use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use huntaze_domain::{
    ai::AgentKind,
    assistant::{grounding::Number, settings::Voice},
    ids::UserId,
    string_enum::StringEnum,
};
use huntaze_texts::Text;

use super::tool_runner::{Reader, ToolContext};
use crate::{
    Core,
    ai::{AnswerMerger, GenerationWriter, Turn, agent_router, agents::chat},
    error::chain,
    services::{ai::model_calls::ModelCalls, ai_error::AiError},
};

/// Maximum number of tool rounds before an agent has to answer.
const MAX_TOOL_ROUNDS: usize = 4;
/// Maximum number of tool calls per round; further ones are ignored.
const MAX_TOOL_CALLS: usize = 6;

/// A question with the conversation before it.
pub(super) struct Question {
    /// Id of the user who asks.
    pub user_id: UserId,
    /// Messages of the prompt; the last is the question.
    pub turns: Vec<Turn>,
    /// Text of the question.
    pub text: String,
    /// Numbers from earlier messages and the question that an answer may repeat: entered by the user, or verified in an earlier answer.
    pub figures: Vec<Number>,
    /// The user's writing style.
    pub voice: Voice,
    /// Whether the answer is regenerated, so that the cache is not read.
    pub wants_regeneration: bool,
}

/// The answer to a question, while it is written.
pub(super) struct Coordinator<'a> {
    pub core: &'a Core,
    pub calls: &'a ModelCalls<'a>,
    pub question: &'a Question,
    /// Collects what the tools return.
    pub tool_context: &'a Mutex<ToolContext>,
}

impl Coordinator<'_> {
    /// Answers the question into `writer`. If one of several agents fails, its section gets a
    /// note; only if all agents fail is there no answer.
    ///
    /// # Errors
    /// Returns the error of the first agent if all agents failed.
    pub(super) async fn answer(&self, writer: &GenerationWriter) -> Result<(), AiError> {
        let agents = route(self.calls, &self.question.text).await?;
        writer.set_agents(&agents);
        let merger = Mutex::new(AnswerMerger::new(&agents));
        let merge = |work: &mut dyn FnMut(&mut AnswerMerger) -> String| {
            let mut merger = merger.lock().unwrap_or_else(PoisonError::into_inner);
            writer.push(&work(&mut merger));
        };
        let merge = &merge;
        let has_others = agents.len() > 1;
        let answers = agents.iter().enumerate().map(async |(index, agent)| {
            let mut say = |text: &str| merge(&mut |merger| merger.push(index, text));
            let outcome = self.run_agent(*agent, &mut say).await;
            if let Err(error) = &outcome
                && has_others
            {
                tracing::warn!(error = chain(&error), agent = agent.as_str(), "agent failed");
                say(&format!("\n\n*The {} agent gave no answer here.*", agent.text()));
            }
            merge(&mut |merger| merger.end(index));
            outcome
        });
        let outcomes = join_all(answers).await;
        if outcomes.iter().any(Result::is_ok) {
            return Ok(());
        }
        outcomes.into_iter().next().unwrap_or(Err(AiError::InvalidResponse))
    }

    /// Runs one agent: calls tools and returns their results to the model until it answers.
    async fn run_agent(&self, agent: AgentKind, say: &mut (dyn FnMut(&str) + Send)) -> Result<(), AiError> {
        let Self { core, calls, question, tool_context } = self;
        let mut prompt = chat::prompt(agent, question.turns.clone(), &question.voice, core.clock.now().date_naive());
        let mut has_said = false;
        let mut answered = Vec::new();
        for round in 0..=MAX_TOOL_ROUNDS {
            prompt.disable_tools = round == MAX_TOOL_ROUNDS;
            let (completion, is_cache_hit) = calls
                .stream(agent, &prompt, &mut |text| {
                    if std::mem::take(&mut has_said) {
                        say("\n\n");
                    }
                    say(text);
                })
                .await?;
            if !is_cache_hit {
                answered.push((prompt.clone(), completion.clone()));
            }
            if completion.tool_calls.is_empty() {
                if completion.text.trim().is_empty() {
                    return Err(AiError::InvalidResponse);
                }
                // Cache the rounds only after the agent has produced an answer.
                for (prompt, completion) in &answered {
                    calls.store_cached(agent, prompt, completion).await;
                }
                return Ok(());
            }
            has_said |= !completion.text.is_empty();
            let mut results = Vec::new();
            for call in completion.tool_calls.iter().take(MAX_TOOL_CALLS) {
                let mut found = ToolContext::default();
                results.push(found.run_tool(Reader { core, user_id: question.user_id }, call).await);
                tool_context.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            }
            let calls = completion.tool_calls.into_iter().take(MAX_TOOL_CALLS).collect();
            prompt.turns.extend([Turn::ToolCalls { text: completion.text, calls }, Turn::ToolResults(results)]);
        }
        tracing::warn!(agent = agent.as_str(), "agent called tools in the final round");
        Err(AiError::InvalidResponse)
    }
}

/// Chooses agents by keyword rules; asks a model if those find none.
async fn route(calls: &ModelCalls<'_>, question: &str) -> Result<Vec<AgentKind>, AiError> {
    let agents = agent_router::match_keywords(question);
    if !agents.is_empty() {
        return Ok(agents);
    }
    let prompt = agent_router::prompt(question);
    if let Some(agents) =
        calls.get_cached(AgentKind::Coordinator, &prompt).await.and_then(|completion| agent_router::parse_agents(&completion.text))
    {
        return Ok(agents);
    }
    let completion = match calls.complete(AgentKind::Coordinator, &prompt).await {
        Ok(completion) => completion,
        // An unusable routing completion falls back to a default; any other error would also prevent the answer.
        Err(AiError::InvalidResponse) => return Ok(agent_router::DEFAULT_AGENTS.to_vec()),
        Err(error) => return Err(error),
    };
    let Some(agents) = agent_router::parse_agents(&completion.text) else { return Ok(agent_router::DEFAULT_AGENTS.to_vec()) };
    calls.store_cached(AgentKind::Coordinator, &prompt, &completion).await;
    Ok(agents)
}
