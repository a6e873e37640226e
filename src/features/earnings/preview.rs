use huntaze_domain::{
    earnings::{NumberedRowError, ParseSummary, SampleEntry, StatementView, statement::Reading},
    money::grouped,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{
    css, pluralize,
    questions::{Contradictions, OtherTables, Questions, Rounded},
};
use crate::{
    api::earnings::{AnswerStatementQuestion, ChooseStatementTable},
    forms::FormState,
    ui::{
        alert::Alert,
        card::{Card, CardBody, CardHeader},
        table::Table,
    },
};

/// Parse summary of a statement: totals, period, what the user has to decide, sample entries and row errors.
#[component]
pub fn Preview(
    statement: StatementView,
    /// Form of the answers to what is unclear.
    answer: FormState<AnswerStatementQuestion>,
    /// Form that chooses another table of the file.
    table: FormState<ChooseStatementTable>,
) -> impl IntoView {
    let StatementView { summary, mapping, .. } = statement;
    let scan = summary.parse_summary.clone();
    let (basis, sentence) = (mapping.basis().text(), summarize(&scan));
    let order = scan.date_orders.is_ambiguous().then(|| {
        let ambiguous = pluralize(scan.date_orders.ambiguous, "date", "dates");
        format!("{ambiguous} can be read in two ways, like 01/02/2026. Look whether they are right below; if not, choose the other order.")
    });
    let content = if scan.entries == 0 && !scan.questions.is_empty() {
        view! { <p>"Nothing counts until you decide below."</p> }.into_any()
    } else if scan.entries == 0 {
        view! { <p>"No row can be read like this. Choose the columns, then read again."</p> }.into_any()
    } else {
        let totals = scan.totals.iter().map(|total| view! { <span>{total.to_string()}</span> }).collect_view();
        let period = scan.first_day.zip(scan.last_day).map(|(first, last)| format!("{first} to {last}. "));
        view! {
            <p class=css::totals>{totals}</p>
            <p class=css::meta>{period} {basis}</p>
            {order.map(|order| view! { <Alert>{order}</Alert> })}
            <Sample entries=scan.sample_entries.clone()/>
        }
        .into_any()
    };
    view! {
        <Card>
            <CardHeader>
                <h2>"What we understood"</h2>
                <p>{sentence}</p>
            </CardHeader>
            <CardBody>
                {content}
                <Rounded entries=scan.rounded_entries/>
                <Questions summary=summary.clone() form=answer/>
                <OtherTables summary form=table/>
                <Contradictions shown=scan.contradictions count=scan.contradicting_entries/>
                <RowErrors faults=scan.row_errors count=scan.invalid_rows/>
            </CardBody>
        </Card>
    }
}

/// Formats a parse summary: `12 rows: 10 earnings, 1 left out (pay-outs and failed payments), 1 row with an error.`
fn summarize(scan: &ParseSummary) -> String {
    let mut parts = vec![pluralize(scan.entries, "earning", "earnings")];
    if scan.duplicate_entries > 0 {
        parts.push(format!("{} of them stored already", grouped(scan.duplicate_entries.into())));
    }
    if scan.skipped_rows > 0 {
        let also =
            if scan.questions.iter().any(|question| question.reading == Some(Reading::LeftOut)) { ", and what you left out" } else { "" };
        parts.push(format!("{} left out (pay-outs and failed payments{also})", grouped(scan.skipped_rows.into())));
    }
    if scan.invalid_rows > 0 {
        parts.push(pluralize(scan.invalid_rows, "row with an error", "rows with errors"));
    }
    format!("{}: {}.", pluralize(scan.total_rows, "row", "rows"), parts.join(", "))
}

#[component]
fn Sample(entries: Vec<SampleEntry>) -> impl IntoView {
    let row = |entry: SampleEntry| {
        view! {
            <tr>
                <th scope="row">{entry.line}</th>
                <td data-number="false">{entry.occurred_at.format("%Y-%m-%d %H:%M").to_string()}</td>
                <td>{entry.kind.text()}</td>
                <td data-number="true">{entry.amount.to_string()}</td>
                <td dir="auto">{entry.description}</td>
            </tr>
        }
    };
    view! {
        <Table label="The first earnings">
            <caption>"The first earnings. Times are UTC."</caption>
            <thead>
                <tr>
                    <th scope="col">"Line"</th>
                    <th scope="col">"Date"</th>
                    <th scope="col">"Type"</th>
                    <th scope="col" data-number="true">"Amount"</th>
                    <th scope="col">"Description"</th>
                </tr>
            </thead>
            <tbody>{entries.into_iter().map(row).collect_view()}</tbody>
        </Table>
    }
}

/// Table of the rows that could not be parsed.
#[component]
pub(super) fn RowErrors(
    /// First row errors; may be fewer than `count`.
    faults: Vec<NumberedRowError>,
    /// Total number of invalid rows.
    count: u32,
) -> impl IntoView {
    let shown = u32::try_from(faults.len()).unwrap_or(u32::MAX);
    let rows = pluralize(count, "row with an error", "rows with errors");
    let first = if shown < count { format!(" The first {}:", grouped(shown.into())) } else { String::new() };
    let caption = format!("Not imported: {rows}.{first}");
    let row = |row_error: NumberedRowError| {
        view! {
            <tr>
                <th scope="row">{row_error.line}</th>
                <td>{row_error.error.kind.text()}</td>
                <td dir="auto">{row_error.error.cell}</td>
            </tr>
        }
    };
    (!faults.is_empty()).then(|| {
        view! {
            <Table label="Rows with errors">
                <caption>{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"What is wrong"</th>
                        <th scope="col">"What stands there"</th>
                    </tr>
                </thead>
                <tbody>{faults.into_iter().map(row).collect_view()}</tbody>
            </Table>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_summary_is_formatted_as_sentence() {
        let scan = ParseSummary {
            total_rows: 1200,
            entries: 1190,
            duplicate_entries: 20,
            skipped_rows: 4,
            invalid_rows: 6,
            ..ParseSummary::default()
        };
        assert_eq!(
            summarize(&scan),
            "1,200 rows: 1,190 earnings, 20 of them stored already, 4 left out (pay-outs and failed payments), 6 rows with errors."
        );
        assert_eq!(summarize(&ParseSummary { total_rows: 1, entries: 1, ..ParseSummary::default() }), "1 row: 1 earning.");
    }
}
