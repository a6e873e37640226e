use huntaze_domain::{
    earnings::{
        Contradiction, OtherTable, StatementQuestion, StatementSummary,
        statement::{Question, Reading},
    },
    money::Money,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{css, pluralize};
use crate::{
    api::earnings::{AnswerStatementQuestion, ChooseStatementTable},
    forms::{Form, FormError, FormState, FormSuccess},
    ui::{
        a11y::VisuallyHidden,
        alert::Alert,
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        table::Table,
    },
};

/// What the user has to decide about a statement: the words that leave something open, each with the totals of each reading.
#[component]
pub fn Questions(summary: StatementSummary, form: FormState<AnswerStatementQuestion>) -> impl IntoView {
    let scan = summary.parse_summary;
    if scan.questions.is_empty() {
        return ().into_any();
    }
    let id = summary.id.to_string();
    let question = |(number, question)| {
        let name = format!("question-{number}");
        view! { <QuestionForm id=id.clone() question totals=scan.totals.clone() name form/> }
    };
    let questions = (1..).zip(scan.questions).map(question);
    view! {
        <FormError form/>
        <FormSuccess form text="The rows are read as you said." toasted=true/>
        <ul class=css::questions aria-label="Rows that can be read in several ways">{questions.collect_view()}</ul>
    }
    .into_any()
}

#[component]
fn QuestionForm(
    id: String,
    question: StatementQuestion,
    totals: Vec<Money>,
    /// Prefix of the ids of its elements.
    name: String,
    form: FormState<AnswerStatementQuestion>,
) -> impl IntoView {
    let rows = pluralize(question.rows, "row", "rows");
    let (doubt, decision) = match question.question {
        Question::Direction => ("could be money in or out", direction_decided(question.reading)),
        Question::Status => ("may not count, or not in full", status_decided(question.reading)),
    };
    let amounts = listed(&question.amounts);
    let choice = |reading: Reading| {
        let label = match (question.question, reading) {
            (Question::Status, Reading::In) => "Count in full",
            _ => reading.text(),
        };
        let label = format!("{label}: {} in all", listed(&question.totals_with(reading, &totals)));
        let (id, word) = (id.clone(), question.word.clone());
        let is_chosen = question.reading == Some(reading);
        let button = format!("{name}-{}", reading.as_str());
        view! {
            <Form form refresh="statement">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="question" value=question.question.as_str()/>
                <input type="hidden" name="word" value=word/>
                <input type="hidden" name="reading" value=reading.as_str()/>
                <Button
                    kind=ButtonType::Submit
                    variant=if is_chosen { ButtonVariant::Primary } else { ButtonVariant::Secondary }
                    size=ButtonSize::Small
                    busy="Reading…"
                    attr:id=button
                    attr:aria-pressed=is_chosen.to_string()
                >
                    {label}
                </Button>
            </Form>
        }
    };
    let choices = question.question.readings().iter().copied().map(choice).collect_view();
    let title = format!("{name}-title");
    view! {
        <li>
            <p id=title.clone()>{rows} " with “" <bdi>{question.word.clone()}</bdi> {format!("” {doubt}: {amounts}. {decision}")}</p>
            <div class=css::actions role="group" aria-labelledby=title>{choices}</div>
        </li>
    }
}

const fn direction_decided(reading: Option<Reading>) -> &'static str {
    match reading {
        None => "They are not counted until you choose.",
        Some(Reading::In) => "You chose money in.",
        Some(Reading::Out) => "You chose money out.",
        Some(Reading::LeftOut) => "You left them out.",
    }
}

const fn status_decided(reading: Option<Reading>) -> &'static str {
    match reading {
        None => "They are not counted until you choose.",
        Some(Reading::In | Reading::Out) => "You chose to count them in full.",
        Some(Reading::LeftOut) => "You left them out.",
    }
}

fn listed(amounts: &[Money]) -> String {
    if amounts.is_empty() {
        return "nothing".to_owned();
    }
    amounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// Offers the other tables of the file, and says what is not read.
#[component]
pub fn OtherTables(summary: StatementSummary, form: FormState<ChooseStatementTable>) -> impl IntoView {
    let scan = summary.parse_summary;
    let id = summary.id.to_string();
    let offer = |OtherTable { line, record }| {
        let id = id.clone();
        view! {
            <li>
                <Form form class=css::offer refresh="statement">
                    <input type="hidden" name="id" value=id/>
                    <input type="hidden" name="record" value=record/>
                    <p>{format!("Another table starts at line {line}. Its rows are not read.")}</p>
                    <Button
                        kind=ButtonType::Submit
                        variant=ButtonVariant::Secondary
                        size=ButtonSize::Small
                        busy="Reading…"
                        attr:id=format!("table-{record}")
                    >
                        "Read it instead"
                        <VisuallyHidden>{format!(", the table at line {line}")}</VisuallyHidden>
                    </Button>
                </Form>
            </li>
        }
    };
    let offers = (!scan.other_tables.is_empty()).then(|| {
        let offers = scan.other_tables.iter().copied().map(offer).collect_view();
        view! { <ul class=css::questions aria-label="Other tables in this file">{offers}</ul> }
    });
    view! {
        <FormError form/>
        <UnreadRows rows=scan.unread_rows/>
        {offers}
    }
}

/// Says how many rows stand outside of the table.
#[component]
pub fn UnreadRows(rows: u32) -> impl IntoView {
    (rows > 0).then(|| {
        let lines = pluralize(rows, "row with a date and an amount stands", "rows with a date and an amount stand");
        view! { <Alert>{format!("Not read: {lines} outside of this table. To import another table, upload the file once more.")}</Alert> }
    })
}

/// Says that amounts were rounded.
#[component]
pub fn Rounded(entries: u32) -> impl IntoView {
    (entries > 0).then(|| {
        let amounts = pluralize(entries, "amount has", "amounts have");
        view! { <Alert>{format!("{amounts} more decimals than the currency, and we rounded. If they are thousands, choose the other way to write amounts.")}</Alert> }
    })
}

/// Table of the transactions that are stored with another amount.
#[component]
pub fn Contradictions(
    /// First contradictions; may be fewer than `count`.
    shown: Vec<Contradiction>,
    /// Total number of contradictions.
    count: u32,
) -> impl IntoView {
    (count > 0).then(|| {
        let row = |contradiction: Contradiction| {
            view! {
                <tr>
                    <th scope="row">{contradiction.line}</th>
                    <td data-number="true">{contradiction.amount.to_string()}</td>
                    <td data-number="true">{contradiction.stored.to_string()}</td>
                </tr>
            }
        };
        let transactions = pluralize(count, "transaction has", "transactions have");
        view! {
            <Table label="Other amounts than stored">
                <caption>{format!("{transactions} another amount in an earlier statement. What is stored counts; to count these instead, undo the earlier import first.")}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col" data-number="true">"In this file"</th>
                        <th scope="col" data-number="true">"Stored"</th>
                    </tr>
                </thead>
                <tbody>{shown.into_iter().map(row).collect_view()}</tbody>
            </Table>
        }
    })
}
