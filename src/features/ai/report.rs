//! Structured answers: what figures mean, and how to sell more.

mod analysis;
mod feedback;
mod strategy;

use huntaze_domain::{
    ai::report::{Report, ReportBody, ReportRequest},
    choice::Choice,
};
use leptos::{
    prelude::*,
    server_fn::{Http, ServerFn, codec::PostUrl},
};

use super::{Anew, Cost, assistant::AnswerFacts};
use crate::{
    api::ai::GiveFeedback,
    features::integrations::SandboxBadge,
    hooks::{
        document::focus_id,
        form::{FormFunction, FormState, Problem, use_form},
        time::LocalTime,
    },
};

stylance::import_crate_style!(css, "src/features/ai/report/report.module.css");

const ID: &str = "report";

/// A report, what it rests on, and what it came to.
#[component]
pub fn ReportView<F, O>(
    /// The report.
    report: Report,
    /// What had it written.
    asks: FormState<F>,
    /// Whether it was just written: then a screen reader goes there.
    is_new: bool,
    /// Whether there is AI to ask for another one.
    can_ask: bool,
) -> impl IntoView
where
    F: FormFunction + ServerFn<Protocol = Http<PostUrl, O>>,
    O: 'static,
{
    Effect::new(move || {
        if is_new {
            // Once it is drawn.
            request_animation_frame(|| focus_id(ID));
        }
    });
    // One form's state for all buttons: what was said last is shown.
    let form = use_form::<GiveFeedback>(|_| Ok(()));
    let Report { id, request, body, sources, unverified, cost, is_sandbox, feedback, created_at } = report;
    let is_known = cost.is_known;
    let title = match &body {
        ReportBody::Analysis(_) => "What your figures mean",
        ReportBody::Strategy(_) => "Your sales strategy",
    };
    let thoughts =
        feedback::Thoughts { report_id: id, form, before: StoredValue::new(feedback), page: StoredValue::new(body.page(id, &request)) };
    let content = match body {
        ReportBody::Analysis(analysis) => view! { <analysis::AnalysisView analysis unverified=unverified.clone() thoughts/> }.into_any(),
        ReportBody::Strategy(strategy) => {
            view! { <strategy::StrategyView strategy=*strategy unverified=unverified.clone() thoughts/> }.into_any()
        }
    };
    view! {
        <section aria-labelledby=ID class=css::report>
            <div class=css::head>
                <h2 id=ID tabindex="-1">{title}</h2>
                {is_sandbox.then(|| view! { <SandboxBadge/> })}
            </div>
            <Problem form/>
            {content}
            <AnswerFacts sources unverified/>
            <p class=css::facts>
                {format!("Last {}. ", request.range.label())} <LocalTime time=created_at/> ". " <Cost cost/>
            </p>
            {(is_known && can_ask).then(|| view! { <Anew form=asks request=fields(&request)/> })}
        </section>
    }
}

/// What was asked for, as the form asks.
fn fields(request: &ReportRequest) -> Vec<(&'static str, String)> {
    let accounts = request.integration_ids.iter().map(|id| ("integrationIds[]", id.to_string()));
    [("range", request.range.as_str().to_owned())].into_iter().chain(accounts).collect()
}

/// "80 % sure": of 0 to 1.
fn certainty(confidence: f64) -> String {
    format!("{:.0} % sure", confidence * 100.0)
}
