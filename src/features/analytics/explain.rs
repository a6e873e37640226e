use huntaze_domain::{
    ai::{AiSetup, Operation, report::Report},
    choice::Choice,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::Looking;
use crate::{
    api::ai::{AnalyzePerformance, get_ai_setup, get_report},
    error::ApiError,
    features::{
        ai::{SetupNotice, refetch_quota_after, report::ReportView},
        load_error::LoadError,
    },
    hooks::form::{Form, FormState, Problem, use_form},
    ui::{
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        skeleton::Skeleton,
    },
};

/// Requests and shows an AI explanation of the figures on the page. The id of the report is in the URL query, `&report=`.
#[component]
pub fn Explain(looking: Memo<Looking>) -> impl IntoView {
    let form = use_form::<AnalyzePerformance>(|call| call.input.parse().map(drop));
    let query = use_query_map();
    let id = Memo::new(move |_| query.with(|query| query.get("report")).filter(|id| !id.is_empty()));
    let setup = Resource::new(|| (), |()| get_ai_setup());
    let report = Resource::new(move || id.get(), load);
    refetch_quota_after(move || form.action.version().get());
    view! {
        <Transition fallback=|| view! { <Skeleton label="Loading the explanation"/> }>
            {move || Suspend::new(async move { explained(form, looking, setup.await, report.await) })}
        </Transition>
    }
}

async fn load(id: Option<String>) -> Result<Option<Report>, ApiError> {
    match id {
        Some(id) => get_report(Operation::Analyze.as_str().to_owned(), Some(id)).await,
        None => Ok(None),
    }
}

fn explained(
    form: FormState<AnalyzePerformance>,
    looking: Memo<Looking>,
    setup: Result<AiSetup, ApiError>,
    report: Result<Option<Report>, ApiError>,
) -> AnyView {
    let can_ask = setup.as_ref().is_ok_and(|setup| setup.is_available);
    let written = match report {
        Ok(Some(report)) => {
            let is_new = form.action.value().with_untracked(|value| matches!(value, Some(Ok(written)) if written.id == report.id));
            view! { <ReportView report asks=form is_new can_ask/> }.into_any()
        }
        Ok(None) => ().into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    match setup {
        Ok(setup) => view! {
            {can_ask.then(|| view! { <Ask form looking/> })}
            <SetupNotice setup/>
            {written}
        }
        .into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    }
}

#[component]
fn Ask(form: FormState<AnalyzePerformance>, looking: Memo<Looking>) -> impl IntoView {
    view! {
        <Card>
            <CardHeader>
                <h2>"What does this mean?"</h2>
                <p>"AI explains the figures on this page. A request of your month is used only when the explanation is there."</p>
            </CardHeader>
            <CardBody>
                <Problem form/>
                <Form form>
                    <input type="hidden" name="range" value=move || looking.with(|looking| looking.range.as_str())/>
                    <input type="hidden" name="integrationIds[]" value=move || looking.with(|looking| looking.account.clone())/>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Primary loading=form.is_pending()>
                        {move || if form.is_pending().get() { "Explaining…" } else { "Explain this" }}
                    </Button>
                </Form>
            </CardBody>
        </Card>
    }
}
