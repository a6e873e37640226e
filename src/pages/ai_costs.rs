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
    let content = Suspend::new(async move {
        let costs = get_ai_costs(input.clone()).await;
        let fields = costs.as_ref().err().map(|error| error.fields.clone()).unwrap_or_default();
        let report = match costs {
            Ok(costs) => view! { <CostsReport costs input=input.clone()/> }.into_any(),
            // The filters say what is wrong with them.
            Err(error) => fields.is_empty().then(|| view! { <LoadError error/> }).into_any(),
        };
        view! {
            <CostFilters input errors=fields/>
            {report}
        }
    });
    view! {
        <PageMeta title=Page::AdminAiCosts.text() description="What AI costs, by day, creator, agent, operation and model."/>
        <h1>"AI costs"</h1>
        <AdminNav current=Page::AdminAiCosts.path()/>
        {content}
    }
}
