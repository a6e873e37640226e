use huntaze_domain::{
    integrations::{IntegrationEvent, IntegrationEventLog},
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{
    css,
    url_dialog::{use_dialog_open, use_dialog_subject},
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

/// Event log of an account: `/integrations?events={id}`.
#[component]
pub fn EventLogDialog() -> impl IntoView {
    let id = use_dialog_subject("events", |_| true);
    let open = use_dialog_open(id);
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
                <ButtonLink href=Page::Integrations.path() prop:replace=true>"Close"</ButtonLink>
            </DialogActions>
        </Dialog>
    }
}

fn content(history: Result<Option<IntegrationEventLog>, ApiError>) -> AnyView {
    match history {
        Ok(Some(history)) => view! {
            <p>{format!("{} @{}, the newest first", history.provider.text(), history.account_name)}</p>
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
    let reason = event.reason.map(Text::text);
    view! {
        <li data-failed=reason.is_some().to_string()>
            <span class=css::meta><LocalTime time=event.occurred_at/></span>
            <strong>{event.kind.text()}</strong>
            {reason.map(|reason| view! { <span class=css::meta>{reason}</span> })}
        </li>
    }
}
