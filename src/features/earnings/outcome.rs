use huntaze_domain::{
    earnings::{StatementState, StatementView},
    money::grouped,
    page::statement_page,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{
    css, pluralize,
    preview::RowErrors,
    questions::{Contradictions, Rounded, UnreadRows},
    statements::StateBadge,
};
use crate::{
    api::earnings::{DeleteStatement, ImportStatement},
    features::time::LocalTime,
    forms::{Form, FormError, FormState, FormSuccess},
    islands::ImportWatch,
    ui::{
        alert::{Alert, AlertTone},
        button::{Button, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        progress::Progress,
    },
};

/// Form that imports a statement; without a button if the file is a duplicate or has no entries.
#[component]
pub fn ImportForm(statement: StatementView, form: FormState<ImportStatement>) -> impl IntoView {
    let StatementView { summary, duplicate_of, .. } = statement;
    let failed = (summary.state == StatementState::Failed).then(|| {
        view! { <Alert tone=AlertTone::Danger>"This statement could not be imported, and none of its rows counts. Try again in a moment."</Alert> }
    });
    let button = match duplicate_of {
        Some(id) => view! {
            <Alert>"The same file is imported already, or about to be: " <a href=statement_page(&id.to_string())>"look at it"</a> "."</Alert>
        }
        .into_any(),
        None if summary.parse_summary.entries == 0 => ().into_any(),
        None => {
            let open = summary.parse_summary.questions.iter().filter(|question| question.reading.is_none()).map(|question| question.rows).sum();
            let open = (open > 0).then(|| view! { <p>{format!("{} stay out, because you have not decided.", pluralize(open, "row", "rows"))}</p> });
            let label = format!("Import {}", pluralize(summary.parse_summary.new_entries(), "earning", "earnings"));
            view! {
                {open}
                <Form form refresh="statement">
                    <input type="hidden" name="id" value=summary.id.to_string()/>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Primary>{label}</Button>
                </Form>
            }
            .into_any()
        }
    };
    view! {
        {failed}
        <FormError form/>
        <div class=css::actions>{button}</div>
    }
}

/// Progress of a running import.
#[component]
pub fn ImportProgress(statement: StatementView) -> impl IntoView {
    let summary = statement.summary;
    let rows = summary.parse_summary.total_rows;
    let text = format!("{} of {}", grouped(summary.rows_processed.into()), pluralize(rows, "row", "rows"));
    view! {
        <Card>
            <CardHeader>
                <h2>"Importing"</h2>
                <p>"You can leave this page: it goes on by itself."</p>
            </CardHeader>
            <CardBody>
                <Progress label="Rows stored" done=summary.rows_processed of=rows/>
                <p class=css::meta>{text}</p>
                <ImportWatch/>
                <noscript><p><a href=statement_page(&summary.id.to_string())>"Look again"</a></p></noscript>
            </CardBody>
        </Card>
    }
}

/// Result of a completed import.
#[component]
pub fn ImportSummary(statement: StatementView) -> impl IntoView {
    let basis = statement.mapping.basis().text();
    let summary = statement.summary;
    let scan = summary.parse_summary;
    let totals = scan.totals.iter().map(|total| view! { <span>{total.to_string()}</span> }).collect_view();
    let period = scan.first_day.zip(scan.last_day).map(|(first, last)| format!("{first} to {last}. "));
    let repeated = (scan.duplicate_entries > 0).then(|| {
        view! { <p>{format!("{} stored already, by another statement: counted once.", pluralize(scan.duplicate_entries, "was", "were"))}</p> }
    });
    let left_out = (scan.skipped_rows > 0)
        .then(|| view! { <p>{format!("{} left out: pay-outs and failed payments.", pluralize(scan.skipped_rows, "row", "rows"))}</p> });
    view! {
        <Card>
            <CardHeader>
                <p><StateBadge state=summary.state/></p>
                <h2>{format!("{} added", pluralize(summary.entries_added, "earning", "earnings"))}</h2>
                {summary.imported_at.map(|time| view! { <p class=css::meta>"Imported " <LocalTime time/></p> })}
            </CardHeader>
            <CardBody>
                <p class=css::totals>{totals}</p>
                <p class=css::meta>{period} {basis}</p>
                {repeated}
                {left_out}
                <UnreadRows rows=scan.unread_rows/>
                <Rounded entries=scan.rounded_entries/>
                <Contradictions shown=scan.contradictions count=scan.contradicting_entries/>
                <RowErrors faults=scan.row_errors count=scan.invalid_rows/>
            </CardBody>
        </Card>
    }
}

/// Form that deletes a statement, with its consequences; collapsed at first.
#[component]
pub fn DeleteStatement(statement: StatementView, form: FormState<DeleteStatement>) -> impl IntoView {
    let summary = statement.summary;
    let (question, consequence, label) = if summary.state == StatementState::Imported {
        ("Undo this import…", "All earnings that this statement alone brought are removed. You can upload it again.", "Undo import")
    } else {
        ("Remove this statement…", "Nothing of it counts yet. You can upload it again.", "Remove statement")
    };
    view! {
        <FormError form/>
        <FormSuccess form text="The statement was removed." toasted=true/>
        <details class=css::disclosure>
            <summary>{question}</summary>
            <div class=css::form>
                <p>{consequence}</p>
                <Form form>
                    <input type="hidden" name="id" value=summary.id.to_string()/>
                    <Button kind=ButtonType::Submit variant=ButtonVariant::Danger busy="Removing…">{label}</Button>
                </Form>
            </div>
        </details>
    }
}
