//! Sales strategy page, `/sales`.

use futures::join;
use huntaze_domain::{
    ai::Operation,
    analytics::figures::{HomeStats, StatsRange},
    page::Page,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PageMeta;
use crate::{
    api::{
        ai::get_ai_status,
        analytics::get_home_stats,
        assistant::{OptimizeSales, get_report},
    },
    features::{ai::SetupNotice, assistant::report::ReportView, load_error::LoadError},
    forms::{Form, FormError, FormState, use_form},
    ui::{
        button::{Button, ButtonLink, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::Field,
        select::{Select, SelectOption},
    },
};

stylance::import_crate_style!(css, "src/pages/sales.module.css");

/// `/sales?report=`: sales strategy with this id, or the newest one without an id.
#[component]
pub fn SalesPage() -> impl IntoView {
    let form = use_form::<OptimizeSales>();
    let id = use_query_map().with_untracked(|query| query.get("report"));
    let content = Suspend::new(async move {
        let report = get_report(Operation::Optimize.as_str().to_owned(), id);
        let (setup, report, stats) = join!(get_ai_status(), report, get_home_stats(StatsRange::Quarter));
        let has_data = stats.as_ref().map_or(true, HomeStats::has_figures);
        let can_ask = setup.as_ref().is_ok_and(|setup| setup.is_available);
        let written = match report {
            Ok(report) => report.map(|report| view! { <ReportView report asks=form can_ask/> }).into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        };
        match setup {
            Ok(setup) => view! {
                {can_ask.then(|| view! { <StrategyForm form has_data/> })}
                <SetupNotice setup/>
                {written}
            }
            .into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <PageMeta title=Page::Sales.text() description="How to earn more from the audience that there is."/>
        <h1>"Sales"</h1>
        {content}
    }
}

#[component]
fn StrategyForm(form: FormState<OptimizeSales>, has_data: bool) -> impl IntoView {
    let chosen = form.value_of("range");
    let option = |range: &StatsRange| SelectOption {
        value: range.as_str().into(),
        label: range.text().into(),
        selected: if chosen.is_empty() { *range == StatsRange::default() } else { range.as_str() == chosen },
    };
    let ranges = StatsRange::ALL.iter().map(option).collect();
    let request = if has_data {
        view! {
            <Form form class=css::form>
                <Field name="range" label="Figures of the last" error=form.error_of("range")>
                    <Select options=ranges/>
                </Field>
                <div>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Primary busy="Working it out…">"Work out a strategy"</Button>
                </div>
            </Form>
        }
        .into_any()
    } else {
        view! {
            <p>"A strategy needs your figures, and none are known of the last 90 days."</p>
            <div><ButtonLink href=Page::Integrations.path()>"Connect an account"</ButtonLink></div>
        }
        .into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>"A strategy from your own figures"</h2>
                <p>"Prices, what to offer next, and what it may come to. A request of your month is used only when it is there."</p>
            </CardHeader>
            <CardBody>
                <FormError form/>
                {request}
            </CardBody>
        </Card>
    }
}
