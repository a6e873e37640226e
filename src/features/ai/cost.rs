use huntaze_domain::{ai::AnswerCost, choice::Choice, figures::grouped};
use leptos::prelude::*;

/// Usage of an answer as text: agents and models, and either tokens and cost or a note that it was a cache hit.
#[component]
pub fn Cost(cost: AnswerCost) -> impl IntoView {
    let agents: Vec<_> = cost.agents.iter().map(|agent| agent.label()).collect();
    let noun = if agents.len() == 1 { "agent" } else { "agents" };
    let price = if cost.is_known {
        "known already: it cost nothing, and used no request".to_owned()
    } else {
        format!("{} tokens, {}", grouped(cost.input_tokens + cost.output_tokens), cost.dollars())
    };
    format!("{} {noun}, {}, {price}", agents.join(", "), cost.models.join(", "))
}
