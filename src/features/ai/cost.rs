use huntaze_domain::{ai::AnswerCost, choice::Choice, figures::grouped};
use leptos::prelude::*;

/// What an answer came to: who took part, which models, how many tokens, how much money; or that it was known already.
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
