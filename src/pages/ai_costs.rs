//! AI costs page for admins, `/admin/ai-costs`.

use huntaze_domain::{billing::costs::CostsInput, page::Page};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::billing::get_ai_costs,
    features::{
        admin::AdminNav,
        billing::{CostFilters, CostsReport},
        load_error::LoadError,
    },
};

/// `/admin/ai-costs?firstDay=&lastDay=&email=&agent=&operation=&model=&page=`: AI costs, for admins.
#[component]
pub fn AiCostsPage() -> impl IntoView {
    let query = use_query_map();
    let field = |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    let input = CostsInput {
        first_day: field("firstDay"),
        last_day: field("lastDay"),
        email: field("email"),
        agent: field("agent"),
        operation: field("operation"),
        model: field("model"),
        page: field("page"),
    };
    let asked = input.clone();
    let report = Suspend::new(async move {
        match get_ai_costs(asked.clone()).await {
            Ok(costs) => view! { <CostsReport costs input=asked/> }.into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <PageMeta title=Page::AdminAiCosts.text() description="What AI costs, by day, creator, agent, operation and model."/>
        <h1>"AI costs"</h1>
        <AdminNav current=Page::AdminAiCosts.path()/>
        <CostFilters input/>
        {report}
    }
}
