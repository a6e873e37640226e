use huntaze_domain::{
    ai::{AiStatus, Operation},
    assistant::reports::AiReport,
    string_enum::StringEnum,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::AnalyticsQuery;
use crate::{
    api::{
        ai::get_ai_status,
        assistant::{AnalyzePerformance, get_report},
    },
    error::ApiError,
    features::{ai::SetupNotice, assistant::report::ReportView, billing::refetch_quota_after, load_error::LoadError},
    forms::{Form, FormError, FormState, use_form},
    ui::{
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        skeleton::Skeleton,
    },
};

/// Requests and shows an AI explanation of the figures on the page. The id of the report is in the URL query, `&report=`.
#[component]
pub fn Explain(query: Memo<AnalyticsQuery>) -> impl IntoView {
    let form = use_form::<AnalyzePerformance>(|call| call.input.parse().map(drop));
    let params = use_query_map();
    let id = Memo::new(move |_| params.with(|params| params.get("report")).filter(|id| !id.is_empty()));
    let setup = Resource::new(|| (), |()| get_ai_status());
    let report = Resource::new(move || id.get(), load);
    refetch_quota_after(move || form.action.version().get());
    view! {
        <Transition fallback=|| view! { <Skeleton label="Loading the explanation"/> }>
            {move || Suspend::new(async move { explained(form, query, setup.await, report.await) })}
        </Transition>
    }
}

async fn load(id: Option<String>) -> Result<Option<AiReport>, ApiError> {
    match id {
        Some(id) => get_report(Operation::Analyze.as_str().to_owned(), Some(id)).await,
        None => Ok(None),
    }
}

fn explained(
    form: FormState<AnalyzePerformance>,
    query: Memo<AnalyticsQuery>,
    setup: Result<AiStatus, ApiError>,
    report: Result<Option<AiReport>, ApiError>,
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
            {can_ask.then(|| view! { <ExplainForm form query/> })}
            <SetupNotice setup/>
            {written}
        }
        .into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    }
}

#[component]
fn ExplainForm(form: FormState<AnalyzePerformance>, query: Memo<AnalyticsQuery>) -> impl IntoView {
    view! {
        <Card>
            <CardHeader>
                <h2>"What does this mean?"</h2>
                <p>"AI explains the figures on this page. A request of your month is used only when the explanation is there."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                <Form form>
                    <input type="hidden" name="range" value=move || query.with(|query| query.range.as_str())/>
                    <input type="hidden" name="integrationIds[]" value=move || query.with(|query| query.integration_id.clone())/>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Primary loading=form.is_pending()>
                        {move || if form.is_pending().get() { "Explaining…" } else { "Explain this" }}
                    </Button>
                </Form>
            </CardBody>
        </Card>
    }
}
