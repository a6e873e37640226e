use leptos::prelude::*;

use crate::domain::{ai::AnswerCost, choice::Choice, figures::grouped};

/// What an answer came to: who took part, which models, how many tokens, how much money.
#[component]
pub fn Cost(cost: AnswerCost) -> impl IntoView {
    let agents: Vec<_> = cost.agents.iter().map(|agent| agent.label()).collect();
    let tokens = grouped(cost.input_tokens + cost.output_tokens);
    let noun = if agents.len() == 1 { "agent" } else { "agents" };
    format!("{} {noun}, {}, {tokens} tokens, {}", agents.join(", "), cost.models.join(", "), cost.dollars())
}
