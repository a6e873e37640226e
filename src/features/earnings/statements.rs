use huntaze_domain::{
    earnings::{StatementState, StatementSummary},
    page::statement_page,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{css, pluralize};
use crate::{
    features::time::LocalTime,
    ui::{
        badge::{Badge, BadgeTone},
        card::{Card, CardBody, CardHeader},
    },
};

/// List of the uploaded statements, newest first.
#[component]
pub fn Statements(statements: Vec<StatementSummary>) -> impl IntoView {
    let list = if statements.is_empty() {
        view! { <p class=css::meta>"No statement yet."</p> }.into_any()
    } else {
        view! { <ul>{statements.into_iter().map(|statement| view! { <Item statement/> }).collect_view()}</ul> }.into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>"Statements"</h2>
            </CardHeader>
            <CardBody>{list}</CardBody>
        </Card>
    }
}

#[component]
fn Item(statement: StatementSummary) -> impl IntoView {
    let scan = &statement.parse_summary;
    let totals: Vec<_> = scan.totals.iter().map(ToString::to_string).collect();
    let period = scan.first_day.zip(scan.last_day).map(|(first, last)| format!("{first} to {last}, "));
    let facts = format!("{}{}", period.unwrap_or_default(), pluralize(scan.total_rows, "row", "rows"));
    view! {
        <li class=css::item>
            <div>
                <p><a href=statement_page(&statement.id.to_string()) dir="auto">{statement.file_name}</a></p>
                <p class=css::meta>{facts} ", uploaded " <LocalTime time=statement.uploaded_at/></p>
            </div>
            <p>{totals.join(", ")}</p>
            <StateBadge state=statement.state/>
        </li>
    }
}

/// Badge with the state of a statement.
#[component]
pub(super) fn StateBadge(state: StatementState) -> impl IntoView {
    let tone = match state {
        StatementState::Imported => BadgeTone::Success,
        StatementState::Failed => BadgeTone::Danger,
        StatementState::Uploading | StatementState::Queued | StatementState::Importing => BadgeTone::Brand,
        StatementState::Uploaded => BadgeTone::Neutral,
    };
    view! { <Badge tone>{state.text()}</Badge> }
}
