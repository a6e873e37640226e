use huntaze_domain::{
    integrations::{IntegrationEvent, IntegrationEventLog},
    page::Page,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    error::ApiError,
    features::{load_error::LoadError, time::LocalTime},
    ui::dialog::Dialog,
};

/// Event log of an account: `/integrations?events={id}`.
#[component]
pub fn EventLogDialog(
    /// The events, or why they could not be loaded.
    history: Result<IntegrationEventLog, ApiError>,
) -> impl IntoView {
    let content = match history {
        Ok(history) => view! {
            <p>{format!("{}, the newest first", huntaze_texts::integrations::account(history.provider, &history.account_name))}</p>
            <ol class=css::events tabindex="0" aria-label="Events">
                {history.events.into_iter().map(|event| view! { <Event event/> }).collect_view()}
            </ol>
        }
        .into_any(),
        Err(error) => view! { <LoadError error/> }.into_any(),
    };
    view! {
        <Dialog id="history" title="What happened" closed_url=Page::Integrations.path()>
            {content}
        </Dialog>
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
