use std::collections::BTreeMap;

use huntaze_domain::{
    ai::{AgentKind, Operation},
    analytics::figures::percent,
    billing::{
        costs::{AiCosts, Anomaly, ChargedMonth, CostLine, CostSum, CostsInput, FeedbackCount, UserCost},
        dollars,
    },
    money::grouped,
    page::Page,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use crate::{
    features::{billing::css, time::LocalTime},
    ui::{
        badge::{Badge, BadgeTone},
        button::{Button, ButtonType},
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::{Input, InputType},
        pagination::Pagination,
        select::{Select, SelectOption},
        table::Table,
    },
};

/// Path of the AI costs page.
const PAGE: &str = Page::AdminAiCosts.path();

/// Form that filters the model calls.
#[component]
pub fn CostFilters(
    /// Current filters, as submitted.
    input: CostsInput,
    /// What is wrong with them, by field.
    errors: BTreeMap<String, String>,
) -> impl IntoView {
    let error = |name: &str| errors.get(name).cloned();
    let CostsInput { first_day, last_day, email, agent, operation, model, .. } = input;
    let (agents, operations) = (options::<AgentKind>("All agents", &agent), options::<Operation>("All operations", &operation));
    view! {
        <form action=PAGE class=css::filters>
            <Field name="firstDay" label="From (UTC)" error=error("firstDay")><Input kind=InputType::Date autocomplete="off" value=first_day/></Field>
            <Field name="lastDay" label="Until (UTC)" error=error("lastDay")><Input kind=InputType::Date autocomplete="off" value=last_day/></Field>
            <Field name="email" label="Creator" error=error("email")><Input autocomplete="off" value=email/></Field>
            <Field name="agent" label="Agent" error=error("agent")><Select options=agents/></Field>
            <Field name="operation" label="Operation" error=error("operation")><Select options=operations/></Field>
            <Field name="model" label="Model" error=error("model")><Input autocomplete="off" value=model/></Field>
            <Button kind=ButtonType::Submit>"Show"</Button>
        </form>
    }
}

fn options<T: StringEnum + Text>(all: &'static str, chosen: &str) -> Vec<SelectOption> {
    let none = SelectOption { value: "".into(), label: all.into(), selected: chosen.is_empty() };
    let option =
        |choice: &T| SelectOption { value: choice.as_str().into(), label: choice.text().into(), selected: choice.as_str() == chosen };
    std::iter::once(none).chain(T::ALL.iter().map(option)).collect()
}

/// AI costs: totals, breakdowns, anomalies, charged months and feedback.
#[component]
pub fn CostsReport(
    /// Aggregated costs of the filtered calls.
    costs: AiCosts,
    /// Current filters, as submitted; used for the links to the CSV export and to other pages.
    input: CostsInput,
) -> impl IntoView {
    let AiCosts {
        first_day,
        last_day,
        total,
        cache_hit_rate_bp,
        by_day,
        by_agent,
        by_operation,
        by_model,
        users,
        page,
        pages,
        anomalies,
        months,
        feedback,
    } = costs;
    let export = format!("/api{PAGE}.csv?{}", input.query(1));
    let href = move |page| format!("{PAGE}?{}", input.query(page));
    let CostSum { calls, cache_hits, input_tokens, output_tokens, cost_micro_usd } = total;
    let share = cache_hit_rate_bp
        .map(|share| format!("{} answers were known already ({} of all): they cost nothing.", grouped(cache_hits), percent(share)));
    view! {
        <Card>
            <CardHeader>
                <h2>{format!("{} from {first_day} to {last_day}", dollars(cost_micro_usd))}</h2>
                <p>{format!("{} calls, {} tokens in, {} tokens out.", grouped(calls), grouped(input_tokens), grouped(output_tokens))}</p>
                <p>{share}</p>
            </CardHeader>
            <CardBody>
                <Days days=by_day/>
                <p><a href=export download="">"Download (CSV)"</a></p>
            </CardBody>
        </Card>
        <Anomalies anomalies/>
        <CostBreakdown title="By agent" lines=by_agent label={word::<AgentKind>}/>
        <CostBreakdown title="By operation" lines=by_operation label={word::<Operation>}/>
        <CostBreakdown title="By model" lines=by_model label=str::to_owned/>
        <UserCosts users/>
        <Pagination label="Pages of creators" page pages href/>
        <Months months/>
        <FeedbackTable feedback/>
    }
}

/// Number of recommendations marked as useful and not useful, by operation.
#[component]
fn FeedbackTable(feedback: Vec<FeedbackCount>) -> impl IntoView {
    let line = |count: FeedbackCount| {
        let (name, useful, not_useful) = (word::<Operation>(&count.operation), grouped(count.useful), grouped(count.not_useful));
        view! { <li>{format!("{name}: {useful} marked useful, {not_useful} not.")}</li> }
    };
    (!feedback.is_empty()).then(|| {
        view! {
            <Card>
                <CardHeader>
                    <h2>"What creators think of recommendations"</h2>
                </CardHeader>
                <CardBody><ul>{feedback.into_iter().map(line).collect_view()}</ul></CardBody>
            </Card>
        }
    })
}

fn word<T: StringEnum + Text>(word: &str) -> String {
    T::parse(word).map_or_else(|| word.to_owned(), |choice| choice.text().to_owned())
}

/// Bar chart of the cost per day, and the same data as a table.
#[component]
fn Days(days: Vec<CostLine>) -> impl IntoView {
    /// Height of the chart and width of a bar, in SVG user units.
    const HEIGHT: i64 = 100;
    const WIDTH: usize = 10;
    /// Minimum number of days that the chart is scaled for, so that a few bars are not stretched.
    const MIN_DAYS: usize = 30;
    let most = days.iter().map(|day| day.sum.cost_micro_usd).max().unwrap_or_default().max(1);
    let bars = days.iter().enumerate().map(|(index, day)| {
        let height = (day.sum.cost_micro_usd.saturating_mul(HEIGHT) / most).max(1);
        let (x, y) = (index * WIDTH, HEIGHT - height);
        view! { <rect x=x.to_string() y=y.to_string() width=(WIDTH - 2).to_string() height=height.to_string()/> }
    });
    let label = format!("Cost of each of {} days with a call, at most {}", days.len(), dollars(most));
    let view_box = format!("0 0 {} {HEIGHT}", days.len().max(MIN_DAYS) * WIDTH);
    let chart = (!days.is_empty()).then(|| {
        view! {
            <svg class=css::bars viewBox=view_box preserveAspectRatio="none" role="img" aria-label=label>
                {bars.collect_view()}
            </svg>
        }
    });
    view! {
        {chart}
        <CostTable label="By day" first="Day (UTC)" lines=days.clone() name=str::to_owned/>
    }
}

/// Table of calls, cache hits, tokens and cost per line.
#[component]
fn CostTable(label: &'static str, first: &'static str, lines: Vec<CostLine>, name: fn(&str) -> String) -> impl IntoView {
    if lines.is_empty() {
        return view! { <p>"No call in this period."</p> }.into_any();
    }
    let rows = lines.into_iter().map(move |line| view! { <tr><th scope="row">{name(&line.name)}</th> <CostCells sum=line.sum/></tr> });
    view! {
        <Table label numbers=true>
            <thead>
                <tr><th scope="col">{first}</th> <CostTableHead/></tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </Table>
    }
    .into_any()
}

#[component]
fn CostTableHead() -> impl IntoView {
    ["Calls", "Known", "Tokens in", "Tokens out", "Cost"].map(|head| view! { <th scope="col">{head}</th> })
}

#[component]
fn CostCells(sum: CostSum) -> impl IntoView {
    let CostSum { calls, cache_hits, input_tokens, output_tokens, cost_micro_usd } = sum;
    let numbers = [calls, cache_hits, input_tokens, output_tokens].map(|number| view! { <td>{grouped(number)}</td> });
    view! { {numbers} <td>{dollars(cost_micro_usd)}</td> }
}

#[component]
fn CostBreakdown(title: &'static str, lines: Vec<CostLine>, label: fn(&str) -> String) -> impl IntoView {
    view! {
        <Card>
            <CardHeader>
                <h2>{title}</h2>
            </CardHeader>
            <CardBody><CostTable label=title first="Name" lines name=label/></CardBody>
        </Card>
    }
}

#[component]
fn UserCosts(users: Vec<UserCost>) -> impl IntoView {
    let lines = users.into_iter().map(|user| CostLine { name: user.email, sum: user.sum }).collect();
    view! { <CostBreakdown title="By creator" lines label=str::to_owned/> }
}

#[component]
fn Anomalies(anomalies: Vec<Anomaly>) -> impl IntoView {
    let list = if anomalies.is_empty() {
        view! { <p>"Nothing stands out."</p> }.into_any()
    } else {
        let item = |anomaly: Anomaly| {
            view! {
                <li>
                    <strong>{anomaly.email}</strong>
                    " "
                    <Badge tone=BadgeTone::Warning>{format!("{}, {}", anomaly.kind.text(), anomaly.severity.text())}</Badge>
                    <p>{anomaly.message}</p>
                </li>
            }
        };
        view! { <ul class=css::anomalies>{anomalies.into_iter().map(item).collect_view()}</ul> }.into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>"What stands out"</h2>
            </CardHeader>
            <CardBody>{list}</CardBody>
        </Card>
    }
}

/// Charges of past months, compared with the recorded usage.
#[component]
fn Months(months: Vec<ChargedMonth>) -> impl IntoView {
    if months.is_empty() {
        return None;
    }
    let row = |month: ChargedMonth| {
        let is_right = month.charged_micro_usd == month.used_micro_usd;
        view! {
            <tr>
                <th scope="row">{month.month.format("%Y-%m").to_string()}</th>
                <td>{grouped(month.users)}</td>
                <td>{dollars(month.charged_micro_usd)}</td>
                <td>{if is_right { "As used".to_owned() } else { format!("Used: {}", dollars(month.used_micro_usd)) }}</td>
                <td><LocalTime time=month.computed_at/></td>
            </tr>
        }
    };
    Some(view! {
        <Card>
            <CardHeader>
                <h2>"Charged months"</h2>
            </CardHeader>
            <CardBody>
                <Table label="Charged months" numbers=true>
                    <thead>
                        <tr>{["Month", "Creators", "Charged", "Against use", "Computed"].map(|head| view! { <th scope="col">{head}</th> })}</tr>
                    </thead>
                    <tbody>{months.into_iter().map(row).collect_view()}</tbody>
                </Table>
            </CardBody>
        </Card>
    })
}
