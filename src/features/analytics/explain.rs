use huntaze_domain::{ai::AiStatus, assistant::reports::AiReport, string_enum::StringEnum};
use leptos::prelude::*;

use super::AnalyticsQuery;
use crate::{
    api::assistant::AnalyzePerformance,
    error::ApiError,
    features::{ai::SetupNotice, assistant::report::ReportView, load_error::LoadError},
    forms::{Form, FormError, FormState, use_form},
    ui::{
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
    },
};

/// Requests and shows an AI explanation of the figures on the page.
#[component]
pub fn Explain(
    /// Current query; the figures that are explained.
    query: AnalyticsQuery,
    /// Status of the AI configuration.
    setup: AiStatus,
    /// Explanation that the URL names; None if it names none.
    report: Result<Option<AiReport>, ApiError>,
    /// Whether there is something to explain.
    has_data: bool,
) -> impl IntoView {
    let form = use_form::<AnalyzePerformance>();
    let can_ask = setup.is_available;
    let written = match report {
        Ok(Some(report)) => view! { <ReportView report asks=form can_ask/> }.into_any(),
        Ok(None) => ().into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    view! {
        {can_ask.then(|| view! { <ExplainForm form query has_data/> })}
        <SetupNotice setup/>
        {written}
    }
}

#[component]
fn ExplainForm(form: FormState<AnalyzePerformance>, query: AnalyticsQuery, has_data: bool) -> impl IntoView {
    let request = if has_data {
        view! {
            <Form form>
                <input type="hidden" name="range" value=query.range.as_str()/>
                <input type="hidden" name="integrationIds[]" value=query.integration_id/>
                <Button kind=ButtonType::Submit variant=ButtonVariant::Primary busy="Explaining…">"Explain this"</Button>
            </Form>
        }
        .into_any()
    } else {
        view! { <p>"There is nothing to explain yet: no figures of this period are known."</p> }.into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>"What does this mean?"</h2>
                <p>"AI explains the figures on this page. A request of your month is used only when the explanation is there."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                {request}
            </CardBody>
        </Card>
    }
}
