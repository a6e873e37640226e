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
    ui::skeleton::Skeleton,
};

/// `/admin/ai-costs?firstDay=&lastDay=&email=&agent=&operation=&model=&page=`: AI costs, for admins.
#[component]
pub fn AiCostsPage() -> impl IntoView {
    let query = use_query_map();
    let input = Memo::new(move |_| {
        let field = |name: &str| query.with(|query| query.get(name)).unwrap_or_default();
        CostsInput {
            first_day: field("firstDay"),
            last_day: field("lastDay"),
            email: field("email"),
            agent: field("agent"),
            operation: field("operation"),
            model: field("model"),
            page: field("page"),
        }
    });
    let costs = Resource::new(move || input.get(), get_ai_costs);
    view! {
        <PageMeta title=Page::AdminAiCosts.text() description="What AI costs, by day, creator, agent, operation and model."/>
        <h1>"AI costs"</h1>
        <AdminNav current=Page::AdminAiCosts.path()/>
        <Transition fallback=|| view! { <Skeleton label="Loading the costs"/> }>
            {move || Suspend::new(async move {
                let costs = costs.await;
                let asked = input.get_untracked();
                let report = match costs {
                    Ok(costs) => view! { <CostsReport costs input=asked.clone()/> }.into_any(),
                    Err(error) => view! { <LoadError error/> }.into_any(),
                };
                view! {
                    <CostFilters input=asked/>
                    {report}
                }
            })}
        </Transition>
    }
}
