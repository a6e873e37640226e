//! Page of one statement, `/integrations/onlyfans/{id}`.

use huntaze_domain::{
    earnings::{StatementState, StatementView},
    error::ErrorCode,
    page::Page,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::PageMeta;
use crate::{
    api::earnings::{
        AnswerStatementQuestion, ChooseStatementTable, DeleteStatement, ForgetStatementMapping, ImportStatement, SetStatementMapping,
        get_statement,
    },
    features::{
        earnings::{ColumnMapper, DeleteStatement, ImportForm, ImportProgress, ImportSummary, Preview},
        load_error::LoadError,
        part::Part,
    },
    forms::use_form,
};

/// Statement: preview and column mapping, import progress or import result, depending on its state.
#[component]
pub fn StatementPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let content = Suspend::new(async move {
        match get_statement(id).await {
            Ok(statement) => {
                let name = statement.summary.file_name.clone();
                view! {
                    <PageMeta title=huntaze_domain::text::isolated(&name).into_owned() description="What a statement says, and what became of it."/>
                    <h1 dir="auto" translate="no">{name}</h1>
                    <Part name="statement">{parts(statement)}</Part>
                }
                .into_any()
            }
            Err(error) => {
                if error.code == ErrorCode::NotFound {
                    crate::http::context::set_status(http::StatusCode::NOT_FOUND);
                }
                view! {
                    <PageMeta title=Page::Statement.text() description="What a statement says, and what became of it."/>
                    <h1>"Statement"</h1>
                    <LoadError error back=Page::Earnings/>
                }
                .into_any()
            }
        }
    });
    view! {
        <p><a href=Page::Earnings.path()>"OnlyFans earnings"</a></p>
        {content}
    }
}

fn parts(statement: StatementView) -> AnyView {
    let state = view! { <span hidden=true data-import-state=statement.summary.state.as_str()></span> };
    let (mapping, forget) = (use_form::<SetStatementMapping>(), use_form::<ForgetStatementMapping>());
    let (answer, table) = (use_form::<AnswerStatementQuestion>(), use_form::<ChooseStatementTable>());
    let (import, undo) = (use_form::<ImportStatement>(), use_form::<DeleteStatement>());
    let content = match statement.summary.state {
        StatementState::Imported => view! {
            <ImportSummary statement=statement.clone()/>
            <DeleteStatement statement form=undo/>
        }
        .into_any(),
        state if state.is_in_progress() => view! { <ImportProgress statement/> }.into_any(),
        _ => view! {
            <Preview statement=statement.clone() answer table/>
            <ImportForm statement=statement.clone() form=import/>
            <ColumnMapper statement=statement.clone() form=mapping forget/>
            <DeleteStatement statement form=undo/>
        }
        .into_any(),
    };
    // Read by `islands::ImportWatch`.
    view! {
        {state}
        {content}
    }
    .into_any()
}
