use huntaze_domain::{
    choice::Choice,
    integration::{IntegrationEvent, IntegrationHistory},
};
use leptos::prelude::*;

use super::{
    addressed::{open_for, subject},
    css,
};
use crate::{
    api::integrations::get_integration_events,
    error::ApiError,
    features::load_error::LoadError,
    hooks::time::LocalTime,
    ui::{
        button::ButtonLink,
        dialog::{Dialog, DialogActions},
        skeleton::Skeleton,
    },
};

/// Event log of an account: `/integrations?history={id}`.
#[component]
pub fn HistoryDialog() -> impl IntoView {
    let id = subject("history", |_| true);
    let open = open_for(id);
    let history = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => get_integration_events(id).await.map(Some),
                None => Ok(None),
            }
        },
    );
    view! {
        <Dialog id="history" title="What happened" open>
            <Transition fallback=|| view! { <Skeleton label="Loading what happened"/> }>
                {move || Suspend::new(async move { content(history.await) })}
            </Transition>
            <DialogActions>
                <ButtonLink href="/integrations" prop:replace=true>"Close"</ButtonLink>
            </DialogActions>
        </Dialog>
    }
}

fn content(history: Result<Option<IntegrationHistory>, ApiError>) -> AnyView {
    match history {
        Ok(Some(history)) => view! {
            <p>{format!("{} @{}, the newest first", history.provider.label(), history.account_name)}</p>
            <ol class=css::events tabindex="0" aria-label="Events">
                {history.events.into_iter().map(|event| view! { <Event event/> }).collect_view()}
            </ol>
        }
        .into_any(),
        Ok(None) => ().into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    }
}

#[component]
fn Event(event: IntegrationEvent) -> impl IntoView {
    let reason = event.reason.map(Choice::label);
    view! {
        <li data-failed=reason.is_some().to_string()>
            <span class=css::facts><LocalTime time=event.at/></span>
            <strong>{event.kind.label()}</strong>
            {reason.map(|reason| view! { <span class=css::facts>{reason}</span> })}
        </li>
    }
}
