//! What each agent is told when it answers in a conversation.

use chrono::NaiveDate;
use huntaze_domain::{
    ai::{AgentKind, settings::Voice},
    choice::Choice,
};

use super::{fence::RULE, voice::material};
use crate::ai::{Prompt, Turn, tools::ToolKind};

/// An answer of some 250 words, and the thoughts before it.
const MOST_OUTPUT_TOKENS: u32 = 8192;

/// What an agent is asked: `turns` end with the creator's question. Those that write in the creator's name are told of the creator's voice.
pub fn prompt(agent: AgentKind, mut turns: Vec<Turn>, voice: &Voice, today: NaiveDate) -> Prompt {
    let duty = duty(agent);
    let instruction = format!(
        "You are the {} agent of Huntaze, where content creators look after their audience and their income. {duty} Answer in the language \
of the question, in Markdown without HTML, in at most 250 words. Say nothing of the creator's accounts, figures, posts or income that you \
have not looked up: look it up first, and write figures exactly as they were found. Where something is not known, say so. Other agents may \
answer the other parts of a question: keep to yours, and do not introduce yourself. Today is {today} (UTC). {RULE}",
        agent.label()
    );
    let material = material(voice);
    if matches!(agent, AgentKind::Content | AgentKind::Messaging)
        && !material.is_empty()
        && let Some(Turn::User(question)) = turns.last_mut()
    {
        question.push_str(&material);
    }
    let tools = tools(agent).iter().map(|tool| tool.declaration()).collect();
    Prompt { instruction, turns, tools, schema: None, must_answer: false, most_output_tokens: MOST_OUTPUT_TOKENS }
}

const fn duty(agent: AgentKind) -> &'static str {
    match agent {
        AgentKind::Content => {
            "You help with what is published: ideas, captions, hooks, titles, plans. Build on the posts that did well, and name them."
        }
        AgentKind::Analytics => {
            "You explain figures: what changed, what may be behind it, and what to look at next. Tell what is known from what you suppose."
        }
        AgentKind::Sales => {
            "You advise on income: prices, offers, bundles, pay-per-view, keeping subscribers. Name the assumption behind each suggestion, \
and invent no price that the creator is said to have."
        }
        AgentKind::Messaging => {
            "You write to fans in the creator's name: warm, short, honest, within what platforms allow. Give the text ready to send, and \
promise nothing that the creator did not."
        }
        AgentKind::Coordinator => "",
    }
}

/// What an agent may look up.
const fn tools(agent: AgentKind) -> &'static [ToolKind] {
    match agent {
        AgentKind::Content => &[ToolKind::Accounts, ToolKind::Figures, ToolKind::Posts],
        AgentKind::Analytics => ToolKind::ALL,
        AgentKind::Sales => &[ToolKind::Accounts, ToolKind::Figures, ToolKind::Posts, ToolKind::Revenue],
        AgentKind::Messaging => &[ToolKind::Accounts, ToolKind::Posts],
        AgentKind::Coordinator => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agent_is_told_what_it_was_told() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).expect("a day");
        for agent in AgentKind::ANSWERING {
            let prompt = prompt(agent, vec![Turn::User("Why?".to_owned())], &Voice::default(), today);
            let tools: Vec<_> = prompt.tools.iter().map(|tool| format!("{}: {}", tool.name, tool.description)).collect();
            insta::assert_snapshot!(agent.as_str(), format!("{}\n---\n{}", prompt.instruction, tools.join("\n")));
            assert_eq!(prompt.turns, [Turn::User("Why?".to_owned())], "what was said stands apart from the instruction");
        }
    }
}
