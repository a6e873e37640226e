use huntaze_domain::{billing::AiUsage, money::grouped};
use huntaze_texts::Text;
use leptos::prelude::*;

/// Usage of an answer as text: agents and models, and either tokens and cost or a note that it was a cache hit.
#[component]
pub fn Cost(usage: AiUsage) -> impl IntoView {
    let agents: Vec<_> = usage.agents.iter().map(|agent| agent.text()).collect();
    let noun = if agents.len() == 1 { "agent" } else { "agents" };
    let price = if usage.is_cache_hit {
        "known already: it cost nothing, and used no request".to_owned()
    } else {
        format!("{} tokens, {}", grouped(usage.input_tokens + usage.output_tokens), usage.dollars())
    };
    format!("{} {noun}, {}, {price}", agents.join(", "), usage.models.join(", "))
}
