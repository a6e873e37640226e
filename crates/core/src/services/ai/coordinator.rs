//! Routes a question to agents, which run concurrently and call tools.

use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use huntaze_domain::{
    ai::{AgentKind, grounding::Number, settings::Voice},
    choice::Choice,
};
use uuid::Uuid;

use super::{AiError, calls::Calls, lookup::Findings};
use crate::{
    Core,
    ai::{Composer, Turn, Writer, agents::chat, router},
    error::chain,
};

/// Maximum number of tool rounds before an agent has to answer.
const MOST_ROUNDS: usize = 4;
/// Maximum number of tool calls per round; further ones are ignored.
const MOST_LOOKUPS: usize = 6;

/// A question with the conversation before it.
pub(super) struct Question {
    /// Id of the user who asks.
    pub user_id: Uuid,
    /// Messages of the prompt; the last is the question.
    pub turns: Vec<Turn>,
    /// Text of the question.
    pub text: String,
    /// Numbers from earlier messages and the question that an answer may repeat: entered by the user, or verified in an earlier answer.
    pub figures: Vec<Number>,
    /// The user's writing style.
    pub voice: Voice,
    /// Whether the answer is regenerated, so that the cache is not read.
    pub is_anew: bool,
}

/// Answers a question into `writer` and collects the tool results in `findings`. If one of several agents fails, its section gets a note;
/// only if all agents fail is there no answer.
///
/// # Errors
/// Returns the error of the first agent if all agents failed.
pub(super) async fn answer(
    core: &Core,
    calls: &Calls<'_>,
    question: &Question,
    findings: &Mutex<Findings>,
    writer: &Writer,
) -> Result<(), AiError> {
    let agents = choose(calls, &question.text).await?;
    writer.set_agents(&agents);
    let composer = Mutex::new(Composer::new(&agents));
    let compose = |work: &mut dyn FnMut(&mut Composer) -> String| {
        let mut composer = composer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.push(&work(&mut composer));
    };
    let compose = &compose;
    let has_others = agents.len() > 1;
    let answers = agents.iter().enumerate().map(async |(index, agent)| {
        let mut say = |text: &str| compose(&mut |composer| composer.push(index, text));
        let outcome = run(core, calls, question, findings, *agent, &mut say).await;
        if let Err(error) = &outcome
            && has_others
        {
            tracing::warn!(error = chain(&error), agent = agent.as_str(), "agent failed");
            say(&format!("\n\n*The {} agent gave no answer here.*", agent.label()));
        }
        compose(&mut |composer| composer.end(index));
        outcome
    });
    let outcomes = join_all(answers).await;
    if outcomes.iter().any(Result::is_ok) {
        return Ok(());
    }
    outcomes.into_iter().next().unwrap_or(Err(AiError::NoAnswer))
}

/// Chooses agents by keyword rules; asks a model if those find none.
async fn choose(calls: &Calls<'_>, question: &str) -> Result<Vec<AgentKind>, AiError> {
    let agents = router::by_rules(question);
    if !agents.is_empty() {
        return Ok(agents);
    }
    let prompt = router::prompt(question);
    if let Some(agents) = calls.recall(AgentKind::Coordinator, &prompt).await.and_then(|reply| router::read(&reply.text)) {
        return Ok(agents);
    }
    let reply = match calls.ask(AgentKind::Coordinator, &prompt).await {
        Ok(reply) => reply,
        // An unusable routing reply falls back to a default; any other error would also prevent the answer.
        Err(AiError::NoAnswer) => return Ok(router::GUESS.to_vec()),
        Err(error) => return Err(error),
    };
    let Some(agents) = router::read(&reply.text) else { return Ok(router::GUESS.to_vec()) };
    calls.remember(AgentKind::Coordinator, &prompt, &reply).await;
    Ok(agents)
}

/// Runs one agent: calls tools and returns their results to the model until it answers.
async fn run(
    core: &Core,
    calls: &Calls<'_>,
    question: &Question,
    findings: &Mutex<Findings>,
    agent: AgentKind,
    say: &mut (dyn FnMut(&str) + Send),
) -> Result<(), AiError> {
    let mut prompt = chat::prompt(agent, question.turns.clone(), &question.voice, core.clock.now().date_naive());
    let mut has_said = false;
    let mut answered = Vec::new();
    for round in 0..=MOST_ROUNDS {
        prompt.must_answer = round == MOST_ROUNDS;
        let (reply, is_known) = calls
            .stream(agent, &prompt, &mut |text| {
                if std::mem::take(&mut has_said) {
                    say("\n\n");
                }
                say(text);
            })
            .await?;
        if !is_known {
            answered.push((prompt.clone(), reply.clone()));
        }
        if reply.calls.is_empty() {
            if reply.text.trim().is_empty() {
                return Err(AiError::NoAnswer);
            }
            // Cache the rounds only after the agent has produced an answer.
            for (prompt, reply) in &answered {
                calls.remember(agent, prompt, reply).await;
            }
            return Ok(());
        }
        has_said |= !reply.text.is_empty();
        let mut results = Vec::new();
        for call in reply.calls.iter().take(MOST_LOOKUPS) {
            let mut found = Findings::default();
            results.push(found.look_up(core, question.user_id, call).await);
            findings.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
        let calls = reply.calls.into_iter().take(MOST_LOOKUPS).collect();
        prompt.turns.extend([Turn::Calls { said: reply.text, calls }, Turn::Results(results)]);
    }
    tracing::warn!(agent = agent.as_str(), "agent called tools in the final round");
    Err(AiError::NoAnswer)
}
