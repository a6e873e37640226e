//! AI reports: performance analysis and sales strategy.

mod analysis;
mod feedback;
mod strategy;

use huntaze_domain::{
    assistant::reports::{AiReport, AiReportBody, ReportRequest},
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::{prelude::*, server_fn::ServerFn};

use super::AnswerSources;
use crate::{
    api::assistant::GiveFeedback,
    features::{ai::RegenerateButton, billing::Cost, integrations::SandboxBadge, time::LocalTime},
    forms::{FormError, FormState, use_form},
};

stylance::import_crate_style!(css, "src/features/assistant/report/report.module.css");

/// DOM id of the heading, which the pages of reports link to.
const ID: &str = "report";

/// Report with its sources and usage.
#[component]
pub fn ReportView<F: ServerFn>(
    report: AiReport,
    /// Form that generated the report; the regenerate button submits it again.
    asks: FormState<F>,
    /// Whether AI is available, so that the report can be regenerated.
    can_ask: bool,
) -> impl IntoView {
    // All feedback buttons share one form state, so that only the latest error is shown.
    let form = use_form::<GiveFeedback>();
    let AiReport { id, request, body, sources, unverified_numbers, usage, is_sandbox, feedback, created_at } = report;
    let is_cache_hit = usage.is_cache_hit;
    let title = match &body {
        AiReportBody::Analysis(_) => "What your figures mean",
        AiReportBody::Strategy(_) => "Your sales strategy",
    };
    let context = feedback::FeedbackContext { report_id: id, form, before: StoredValue::new(feedback) };
    let sections = match body {
        AiReportBody::Analysis(analysis) => {
            view! { <analysis::AnalysisView analysis unverified_numbers=unverified_numbers.clone() context/> }.into_any()
        }
        AiReportBody::Strategy(strategy) => {
            view! { <strategy::StrategyView strategy=*strategy unverified_numbers=unverified_numbers.clone() context/> }.into_any()
        }
    };
    view! {
        <section aria-labelledby=ID class=css::report>
            <div class=css::head>
                <h2 id=ID tabindex="-1">{title}</h2>
                {is_sandbox.then(|| view! { <SandboxBadge/> })}
            </div>
            <FormError form/>
            {sections}
            <AnswerSources sources unverified_numbers/>
            <p class=css::meta>
                {format!("Last {}. ", request.range.text())} <LocalTime time=created_at/> ". " <Cost usage/>
            </p>
            {(is_cache_hit && can_ask).then(|| view! { <RegenerateButton form=asks request=fields(&request)/> })}
        </section>
    }
}

/// Returns the request as names and values of form fields.
fn fields(request: &ReportRequest) -> Vec<(&'static str, String)> {
    let accounts = request.integration_ids.iter().map(|id| ("integrationIds[]", id.to_string()));
    [("range", request.range.as_str().to_owned())].into_iter().chain(accounts).collect()
}

/// Formats a confidence between 0 and 1, e.g. "80 % sure"; `None` for 0, which a model writes that says nothing about it.
fn confidence_text(confidence: f64) -> Option<String> {
    (confidence >= 0.005).then(|| format!("{:.0} % sure", confidence * 100.0))
}
