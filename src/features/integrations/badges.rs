use huntaze_domain::integrations::{IntegrationStatus, IntegrationView};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    features::time::{LocalTime, RelativeTime},
    ui::badge::{Badge, BadgeTone},
};

/// Badge for data that comes from the sandbox.
#[component]
pub fn SandboxBadge() -> impl IntoView {
    view! { <Badge tone=BadgeTone::Brand>"Sandbox"</Badge> }
}

/// Badge with the status of an account.
#[component]
pub fn StatusBadge(account: IntegrationView) -> impl IntoView {
    let tone = match account.status {
        IntegrationStatus::Healthy => BadgeTone::Success,
        IntegrationStatus::Delayed | IntegrationStatus::Expiring | IntegrationStatus::Expired => BadgeTone::Warning,
        IntegrationStatus::Error => BadgeTone::Danger,
        IntegrationStatus::Unknown => BadgeTone::Neutral,
    };
    view! { <Badge tone>{account.status.text()}</Badge> }
}

/// Times of an account's last and next sync.
#[component]
pub fn SyncTimes(account: IntegrationView) -> impl IntoView {
    let last = match account.last_sync_at {
        Some(time) => view! { "Updated " <RelativeTime time/> }.into_any(),
        None => "Not read yet".into_any(),
    };
    view! {
        <p class=css::meta>
            {last}
            {account.next_sync_at.map(|time| view! { ", next " <LocalTime time/> })}
        </p>
    }
}
