//! Page of one statement, `/integrations/onlyfans/{id}`.

use std::time::Duration;

use huntaze_domain::{
    earnings::{StatementState, StatementView, statement::MAX_COLUMNS},
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::PageMeta;
use crate::{
    api::earnings::{DeleteStatement, ImportStatement, SetStatementMapping, get_statement},
    error::ApiError,
    features::{
        earnings::{ColumnMapper, DeleteStatement, ImportForm, ImportProgress, ImportSummary, Preview},
        load_error::LoadError,
    },
    forms::use_form,
    hooks::document::restore_focus,
    ui::{
        a11y::MAIN_ID,
        skeleton::Skeleton,
        toast::{ToastTone, Toaster},
    },
};

/// First poll interval during an import; each further one is 25 % longer, up to [`MAX_POLL_INTERVAL`].
const INITIAL_POLL_INTERVAL: Duration = Duration::from_millis(500);
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(3);

/// Statement: preview and column mapping, import progress or import result, depending on its state.
#[component]
pub fn StatementPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let mapping = use_form::<SetStatementMapping>(|call| call.input.parse(MAX_COLUMNS).map(drop));
    let import = use_form::<ImportStatement>(|_| Ok(()));
    let undo = use_form::<DeleteStatement>(|_| Ok(()));
    let (mapped, queued) = (mapping.action.version(), import.action.version());
    let statement = Resource::new(move || (id.get(), mapped.get(), queued.get()), |(id, ..)| get_statement(id));
    poll_while_in_progress(statement);
    let toaster = expect_context::<Toaster>();
    Effect::new(move || {
        if undo.action.value().with(|value| matches!(value, Some(Ok(())))) {
            toaster.show(ToastTone::Success, "The statement was removed.");
        }
    });
    view! {
        <PageMeta title=Page::Statement.text() description="What a statement says, and what became of it."/>
        <p><a href=Page::Earnings.path()>"OnlyFans earnings"</a></p>
        <Transition fallback=|| view! { <Skeleton label="Loading the statement"/> }>
            {move || Suspend::new(async move {
                match statement.await {
                    Ok(statement) => {
                        let name = statement.summary.file_name.clone();
                        let parts = match statement.summary.state {
                            StatementState::Imported => view! {
                                <ImportSummary statement=statement.clone()/>
                                <DeleteStatement statement form=undo/>
                            }
                            .into_any(),
                            state if state.is_in_progress() => view! { <ImportProgress statement/> }.into_any(),
                            _ => view! {
                                <Preview statement=statement.clone()/>
                                <ImportForm statement=statement.clone() form=import/>
                                <ColumnMapper statement=statement.clone() form=mapping/>
                                <DeleteStatement statement form=undo/>
                            }
                            .into_any(),
                        };
                        view! {
                            <h1>{name}</h1>
                            {parts}
                        }
                        .into_any()
                    }
                    Err(error) => view! {
                        <h1>"Statement"</h1>
                        <LoadError error/>
                    }
                    .into_any(),
                }
            })}
        </Transition>
    }
}

/// Polls the statement while its import is queued or running, and reports the outcome as a toast.
fn poll_while_in_progress(statement: Resource<Result<StatementView, ApiError>>) {
    let toaster = expect_context::<Toaster>();
    let interval = StoredValue::new(INITIAL_POLL_INTERVAL);
    Effect::new(move |was_in_progress: Option<bool>| {
        let state = statement.with(|statement| match statement {
            Some(Ok(statement)) => Some(statement.summary.state),
            _ => None,
        });
        // A failed poll does not change the state.
        let is_in_progress = state.map_or(was_in_progress == Some(true), StatementState::is_in_progress);
        if is_in_progress {
            if let Ok(timer) = set_timeout_with_handle(move || statement.refetch(), interval.get_value()) {
                on_cleanup(move || timer.clear());
            }
            interval.update_value(|interval| *interval = MAX_POLL_INTERVAL.min(*interval * 5 / 4));
        } else {
            interval.set_value(INITIAL_POLL_INTERVAL);
        }
        let outcome = match state.filter(|_| was_in_progress == Some(true)) {
            Some(StatementState::Imported) => Some((ToastTone::Success, "The statement is imported.")),
            Some(StatementState::Failed) => Some((ToastTone::Danger, "The statement could not be imported.")),
            _ => None,
        };
        if let Some((tone, sentence)) = outcome {
            toaster.show(tone, sentence);
        }
        // The form that had the focus has been removed.
        if is_in_progress != was_in_progress.unwrap_or(is_in_progress) {
            request_animation_frame(|| restore_focus(MAIN_ID));
        }
        is_in_progress
    });
}
