//! Page of one statement, `/integrations/onlyfans/{id}`.

use std::time::Duration;

use huntaze_domain::{
    earnings::{StatementState, StatementView},
    navigation::EARNINGS,
    statement::MOST_COLUMNS,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::PageMeta;
use crate::{
    api::earnings::{ImportStatement, SetStatementMapping, UndoStatement, get_statement},
    error::ApiError,
    features::{
        earnings::{ImportForm, Importing, Mapper, Outcome, Preview, Remove},
        load_error::LoadError,
    },
    hooks::{document::keep_focus, form::use_form},
    ui::{
        a11y::MAIN_ID,
        skeleton::Skeleton,
        toast::{ToastTone, Toaster},
    },
};

/// First poll interval during an import; each further one is 25 % longer, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Statement: preview and column mapping, import progress or import result, depending on its state.
#[component]
pub fn StatementPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let mapping = use_form::<SetStatementMapping>(|call| call.input.parse(MOST_COLUMNS).map(drop));
    let import = use_form::<ImportStatement>(|_| Ok(()));
    let undo = use_form::<UndoStatement>(|_| Ok(()));
    let (mapped, queued) = (mapping.action.version(), import.action.version());
    let statement = Resource::new(move || (id.get(), mapped.get(), queued.get()), |(id, ..)| get_statement(id));
    look_again_while_moving(statement);
    let toaster = expect_context::<Toaster>();
    Effect::new(move || {
        if undo.action.value().with(|value| matches!(value, Some(Ok(())))) {
            toaster.show(ToastTone::Success, "The statement was removed.");
        }
    });
    view! {
        <PageMeta title="Statement" description="What a statement says, and what became of it."/>
        <p><a href=EARNINGS>"OnlyFans earnings"</a></p>
        <Transition fallback=|| view! { <Skeleton label="Loading the statement"/> }>
            {move || Suspend::new(async move {
                match statement.await {
                    Ok(statement) => {
                        let name = statement.summary.file_name.clone();
                        let parts = match statement.summary.state {
                            StatementState::Imported => view! {
                                <Outcome statement=statement.clone()/>
                                <Remove statement form=undo/>
                            }
                            .into_any(),
                            state if state.is_moving() => view! { <Importing statement/> }.into_any(),
                            _ => view! {
                                <Preview statement=statement.clone()/>
                                <ImportForm statement=statement.clone() form=import/>
                                <Mapper statement=statement.clone() form=mapping/>
                                <Remove statement form=undo/>
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
fn look_again_while_moving(statement: Resource<Result<StatementView, ApiError>>) {
    let toaster = expect_context::<Toaster>();
    let pause = StoredValue::new(FIRST_PAUSE);
    Effect::new(move |was_moving: Option<bool>| {
        let state = statement.with(|statement| match statement {
            Some(Ok(statement)) => Some(statement.summary.state),
            _ => None,
        });
        // A failed poll does not change the state.
        let is_moving = state.map_or(was_moving == Some(true), StatementState::is_moving);
        if is_moving {
            if let Ok(timer) = set_timeout_with_handle(move || statement.refetch(), pause.get_value()) {
                on_cleanup(move || timer.clear());
            }
            pause.update_value(|pause| *pause = LONGEST_PAUSE.min(*pause * 5 / 4));
        } else {
            pause.set_value(FIRST_PAUSE);
        }
        let outcome = match state.filter(|_| was_moving == Some(true)) {
            Some(StatementState::Imported) => Some((ToastTone::Success, "The statement is imported.")),
            Some(StatementState::Failed) => Some((ToastTone::Danger, "The statement could not be imported.")),
            _ => None,
        };
        if let Some((tone, sentence)) = outcome {
            toaster.show(tone, sentence);
        }
        // The form that had the focus has been removed.
        if is_moving != was_moving.unwrap_or(is_moving) {
            request_animation_frame(|| keep_focus(MAIN_ID));
        }
        is_moving
    });
}
