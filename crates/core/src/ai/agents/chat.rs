//! Prompts of the agents that answer in a conversation.

use chrono::NaiveDate;
use huntaze_domain::{ai::AgentKind, assistant::settings::Voice, string_enum::StringEnum};
use huntaze_texts::Text;

use super::{fence::RULE, voice::material};
use crate::ai::{Prompt, Turn, tools::ToolKind};

/// Token limit for an answer of about 250 words, including the model's thoughts.
const MAX_OUTPUT_TOKENS: u32 = 8192;

/// Returns the prompt of an agent. `turns` must end with the user's question. Agents that write in the user's name also get the user's
/// writing samples and banned words.
pub fn prompt(agent: AgentKind, mut turns: Vec<Turn>, voice: &Voice, today: NaiveDate) -> Prompt {
    let duty = duty(agent);
    let system_instruction = format!(
        "You are the {} agent of Huntaze, where content creators look after their audience and their income. {duty} Answer in the language \
of the question, in Markdown without HTML, in at most 250 words. Say nothing of the creator's accounts, figures, posts or income that you \
have not looked up: look it up first, and write figures exactly as they were found. Where something is not known, say so. Other agents may \
answer the other parts of a question: keep to yours, and do not introduce yourself. Today is {today} (UTC). {RULE}",
        agent.text()
    );
    let material = material(voice);
    if matches!(agent, AgentKind::Content | AgentKind::Messaging)
        && !material.is_empty()
        && let Some(Turn::User(question)) = turns.last_mut()
    {
        question.push_str(&material);
    }
    let tools = tools(agent).iter().map(|tool| tool.declaration()).collect();
    Prompt { system_instruction, turns, tools, schema: None, disable_tools: false, max_output_tokens: MAX_OUTPUT_TOKENS }
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

/// Returns the tools that an agent may call.
const fn tools(agent: AgentKind) -> &'static [ToolKind] {
    match agent {
        AgentKind::Content => &[ToolKind::Accounts, ToolKind::Metrics, ToolKind::Posts],
        AgentKind::Analytics => ToolKind::ALL,
        AgentKind::Sales => &[ToolKind::Accounts, ToolKind::Metrics, ToolKind::Posts, ToolKind::Revenue],
        AgentKind::Messaging => &[ToolKind::Accounts, ToolKind::Posts],
        AgentKind::Coordinator => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompt_of_each_agent_matches_snapshot() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 26).expect("a day");
        for agent in AgentKind::ANSWERING {
            let prompt = prompt(agent, vec![Turn::User("Why?".to_owned())], &Voice::default(), today);
            let tools: Vec<_> = prompt.tools.iter().map(|tool| format!("{}: {}", tool.name, tool.description)).collect();
            insta::assert_snapshot!(agent.as_str(), format!("{}\n---\n{}", prompt.system_instruction, tools.join("\n")));
            assert_eq!(prompt.turns, [Turn::User("Why?".to_owned())], "the conversation is not part of the instruction");
        }
    }
}
