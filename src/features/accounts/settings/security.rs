use huntaze_domain::{
    accounts::security::{SecurityEvent, SecurityEvents},
    page::Page,
};
use huntaze_texts::{self as texts, Text};
use leptos::prelude::*;

use super::css;
use crate::{
    api::accounts::list_security_events,
    features::{load_error::LoadError, time::LocalTime},
    ui::{
        card::{Card, CardBody, CardHeader},
        pagination::Pagination,
    },
};

/// Security events of the user, newest first, a page at a time.
#[component]
pub fn SecuritySection(
    /// Page of events, counted from 1.
    page: u32,
) -> impl IntoView {
    let events = Suspend::new(async move {
        match list_security_events(page).await {
            Ok(SecurityEvents { page, pages, events }) => view! {
                <ul class=css::sessions>{events.into_iter().map(|event| view! { <Event event/> }).collect_view()}</ul>
                <Pagination label="Pages of security events" page pages href=|page| Page::Settings.link(&[("events", &page)]) + "#security"/>
            }
            .into_any(),
            Err(error) => view! { <LoadError error/> }.into_any(),
        }
    });
    view! {
        <Card>
            <CardHeader>
                <h2 id="security">"Security events"</h2>
                <p>"What was done with your account in the last year. If it was not you, choose a new password."</p>
            </CardHeader>
            <CardBody>{events}</CardBody>
        </Card>
    }
}

#[component]
fn Event(event: SecurityEvent) -> impl IntoView {
    let device = texts::accounts::device(event.device());
    let by = if event.user_agent.is_some() { format!(", {device}, {}", event.ip) } else { format!(", {}", event.ip) };
    view! {
        <li class=css::session>
            <div>
                <p class=css::device>{event.kind.text()} {event.subject.map(|subject| view! { <bdi>{subject}</bdi> })}</p>
                <p class=css::meta><LocalTime time=event.created_at/> {by}</p>
            </div>
        </li>
    }
}
